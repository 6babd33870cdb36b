#include "change/postgres_commit.hpp"

#include <fmt/core.h>

namespace liftlock::change {

Result<void> commit_postgres(database::postgres::Connection& connection, std::string doing, std::string state) {
  auto done = connection.execute("COMMIT");
  if (done || done.error().id != "database-lost") return done;
  return std::unexpected(
      Error{ErrorKind::needs_hand, "commit-unknown", std::move(doing),
            fmt::format("The connection broke before the server had answered: {}", done.error().what), std::move(state),
            "Ask it: liftlock db current --database URL"});
}

}  // namespace liftlock::change

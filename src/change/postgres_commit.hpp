#pragma once

#include <string>

#include "base/error.hpp"
#include "database/postgres.hpp"

namespace liftlock::change {

/// COMMIT. Error "commit-unknown" (kind needs_hand) where the connection breaks before the server has answered: nobody
/// can know then whether it has done it. `doing` and `state` are that error's.
[[nodiscard]] Result<void> commit_postgres(database::postgres::Connection& connection, std::string doing,
                                           std::string state);

}  // namespace liftlock::change

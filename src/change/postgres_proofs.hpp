#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "change/verification.hpp"
#include "database/postgres.hpp"
#include "migration/builder.hpp"
#include "migration/revision.hpp"

namespace liftlock::change {

/// The proofs of a path's revisions, asked of a PostgreSQL database before and after. The server must have the
/// functions of migration::postgres::make_json_functions().
class PostgresProofs {
 public:
  /// Inside the migration's transaction, before it. A proof about a table or column that is not there is left out.
  [[nodiscard]] static Result<PostgresProofs> ask(database::postgres::Connection& connection,
                                                  const migration::Path& path);
  /// The same afterwards; one check each.
  [[nodiscard]] Result<std::vector<Check>> compare(database::postgres::Connection& connection) const;

 private:
  struct Asked {
    const migration::Proof* proof;
    std::int64_t before;
  };
  std::vector<Asked> asked_;
  bool goes_down_ = false;
};

}  // namespace liftlock::change

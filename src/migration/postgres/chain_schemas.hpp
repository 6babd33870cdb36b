#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "database/postgres.hpp"
#include "migration/chain_schemas.hpp"

namespace liftlock::migration::postgres {

/// Those of a PostgreSQL server, as that server spells them. Each is made there by running the chain on nothing, in the
/// session's temporary schema, which is taken back at once and goes with the session in any case: nothing is left
/// behind, and no right is needed but TEMPORARY on the database, which everybody has unless it was taken away.
///
/// To be used inside a transaction that may write. Errors: "temporary-schema-denied" (refused: by whatever the server
/// has against it), "migration-failed"; after either the transaction is of no use any more.
class PostgresChain final : public ChainSchemas {
 public:
  explicit PostgresChain(database::postgres::Connection& connection) : connection_(connection) {}

  [[nodiscard]] Result<database::Schema> at(Lineage lineage, const Head& head) override;
  [[nodiscard]] Result<database::Schema> after_way_down(Lineage lineage, const std::string& revision) override;

  [[nodiscard]] Result<void> expect_all(Lineage lineage) override;

  /// What a way back should meet and leave.
  struct WayDown {
    database::Schema above;  ///< that a database of the state has where nothing was done to it by hand
    database::Schema below;  ///< what a path of plan_downgrade() makes of that one
  };
  [[nodiscard]] Result<WayDown> way_down(const DatabaseState& state, const Path& path);

 private:
  [[nodiscard]] Result<void> expect_all_below(Lineage lineage);

  database::postgres::Connection& connection_;
  std::map<std::tuple<Lineage, int, std::string>, database::Schema> known_;
  std::map<std::pair<Lineage, std::string>, database::Schema> below_;  ///< after a way down to that revision
  std::set<Lineage> all_expected_;
};

}  // namespace liftlock::migration::postgres

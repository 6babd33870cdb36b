#pragma once

#include <map>
#include <string>
#include <tuple>

#include "database/postgres.hpp"
#include "migration/chain_schemas.hpp"

namespace liftlock::migration::postgres {

/// Those of a PostgreSQL server, as that server spells them. Each is made there by running the chain on nothing, in the
/// session's temporary schema, which is taken back at once and goes with the session in any case: nothing is left
/// behind, and no right is needed but TEMPORARY on the database, which everybody has unless it was taken away. What a
/// way down leaves is SQLite's, translated.
///
/// To be used inside a transaction that may write. Error: "temporary-schema-denied" (refused: by whatever the server
/// has against it), after which the transaction is of no use any more.
class PostgresChain final : public ChainSchemas {
 public:
  explicit PostgresChain(database::postgres::Connection& connection) : connection_(connection) {}

  [[nodiscard]] Result<database::Schema> at(Lineage lineage, const Head& head) override;
  [[nodiscard]] Result<database::Schema> after_way_down(Lineage lineage, const std::string& revision) override;

 private:
  [[nodiscard]] Result<void> expect_all(Lineage lineage) override;

  database::postgres::Connection& connection_;
  std::map<std::tuple<Lineage, int, std::string>, database::Schema> known_;
};

}  // namespace liftlock::migration::postgres

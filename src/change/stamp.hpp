#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "database/url.hpp"
#include "migration/script/revision_map.hpp"

/// What is written into a database's version table without a migration being run.
namespace liftlock::change {

struct StampRequest {
  database::Url database;   ///< which must be there
  std::string schema = {};  ///< of a PostgreSQL database; empty: the search path's first
  const migration::script::RevisionMap* map = nullptr;
  std::vector<std::string> targets;  ///< as migration::script::stamped takes them
  bool purge = false;                ///< what the version table holds now does not count
  /// Do not compare the schema. Needed for a graph that is not Open WebUI's: nothing is known of its schemas.
  bool unchecked = false;
  bool is_open_webui = true;  ///< `map` is the chain that is compiled in
};

struct Stamped {
  std::vector<std::string> before, after;  ///< sorted
  bool table_made = false;
  /// Revisions between the two that change data and not only the schema, where their schemas are alike: recorded, or
  /// taken back, without having run.
  std::vector<std::string> not_run;
};

/// Records the targets in one transaction, if the schema is the one that they have; a user's own tables do not count.
/// The database is only written where something changes; on PostgreSQL it is nobody else's meanwhile (see
/// migration::postgres::begin_alone). Errors: "schema-differs" (refused: what keeps the database from
/// being at that revision, and which one it looks like), "database-foreign" (refused), "schema-unknown" (refused: not
/// Open WebUI's chain), "database-in-use" (refused), "revision-unknown" (the version table holds one that the graph
/// does not have), "commit-unknown" (needs a hand: the connection broke during COMMIT), those of
/// migration::script::stamped, of migration::postgres::begin_alone and PostgresChain.
[[nodiscard]] Result<Stamped> stamp_database(const StampRequest& request);

/// Makes the version table where it is missing, in one transaction; whether it did. Errors: "database-in-use"
/// (refused), on PostgreSQL as above.
[[nodiscard]] Result<bool> ensure_version(const database::Url& database, const std::string& schema = {});

}  // namespace liftlock::change

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "database/sqlite.hpp"
#include "migration/builder.hpp"

namespace liftlock::migration {

/// Whether a database was born under Peewee (releases <= 0.9.5) or under Alembic alone (>= 0.9.6): the same revision
/// has a different, equally right schema in each.
enum class Lineage { none, peewee, alembic };

/// "none", "peewee", "alembic": as JSON and manifests say it.
[[nodiscard]] std::string_view name_of(Lineage lineage);

/// Where a database stands on Open WebUI's chain.
struct DatabaseState {
  Lineage lineage = Lineage::none;  ///< none: no table of Open WebUI at all
  int peewee_migrations = 0;        ///< how many of the 18 are recorded in migratehistory
  std::string revision;             ///< alembic_version; empty: before the base
  bool foreign = false;             ///< tables, but not Open WebUI's
  bool known_revision = true;       ///< false: a revision that this program does not know
  /// What a half-finished migration left behind, each with what will be done about it; empty in a healthy database.
  struct Leftover {
    std::string id;           ///< "half-242a2047eae0"
    std::string explanation;  ///< what happened, as far as the database shows it
    bool repairable;          ///< can be completed without guessing
    std::string repair;       ///< what the repair does, or what the user can do
  };
  std::vector<Leftover> leftovers;
};

/// Reads where the database stands. Never writes.
[[nodiscard]] Result<DatabaseState> inspect_state(database::Connection& connection);

/// A target on the chain: what a release brings.
struct Head {
  int peewee_migrations = 18;  ///< 0..18; releases <= 0.3.7 know fewer
  std::string revision;        ///< empty: no Alembic yet
};

/// The steps from `state` up to `target`, the Peewee migrations that newer releases dropped included.
/// Errors: "revision-unknown"; "target-older" where the target lies behind the state; "half-migrated" with what to do.
[[nodiscard]] Result<Path> plan_path(const DatabaseState& state, const Head& target);

/// The steps from `state` down to `revision` (empty: the base, which leaves no table of Open WebUI).
/// Errors: as of plan_path; "target-newer" where the target lies ahead of the state.
[[nodiscard]] Result<Path> plan_downgrade(const DatabaseState& state, const std::string& revision);

/// The schema that a database of this lineage has at that head, made by running the chain on nothing.
[[nodiscard]] Result<database::Schema> expected_schema(Lineage lineage, const Head& head);

/// The schema that a database of this state has after a path from plan_downgrade. It need not be that of one which
/// came up to the same revision: what a way back leaves (the primary keys of 461111b60977) is part of it.
[[nodiscard]] Result<database::Schema> expected_schema_below(const DatabaseState& state, const Path& path);

}  // namespace liftlock::migration

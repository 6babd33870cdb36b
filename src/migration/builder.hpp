#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "database/sqlite.hpp"
#include "migration/environment.hpp"
#include "migration/revision.hpp"

namespace liftlock::migration {

/// The steps from one state of the chain to another, in order. One that goes down has no `peewee` and no `alembic`.
struct Path {
  std::vector<const Revision*> repairs = {};  ///< what a half-finished migration needs first; recorded nowhere
  std::vector<const Revision*> peewee = {};   ///< Peewee migrations to run first, and to record in migratehistory
  std::vector<const Revision*> alembic = {};  ///< then these; the last one's id is what alembic_version says afterwards

  /// Reversals (reversal.hpp), newest first; alembic_version says the last one's down_revision afterwards.
  std::vector<const Revision*> downward = {};
  /// Writes all 18 Peewee migrations into a migratehistory that lacks them, without running any: releases up to 0.9.5
  /// would run them over tables that are there.
  bool record_peewee = false;

  [[nodiscard]] bool empty() const { return repairs.empty() && peewee.empty() && alembic.empty() && downward.empty(); }
  /// All of them, in the order in which they run.
  [[nodiscard]] std::vector<const Revision*> all() const;
};

struct BuildOptions {
  int page_cache_mebibytes = 40;  ///< bound of the new file's page cache; it should hold the keys of chat_message
};

/// Builds the migrated form of the SQLite database `source` as the new file `destination` (which must not exist), in
/// one pass over each table, and makes it durable (fsync of file and folder). `source` is only read, in one read
/// transaction, a live -wal included; a missing `source` counts as empty. Tables, columns, views, triggers and
/// virtual tables that no revision names are kept as they are, and so are page size, encoding, user_version,
/// application_id and journal mode.
///
/// The new file is either whole or removed: there is no half-migrated state to come back to. That is why the unit of
/// failure is the build, not the revision; an error names the revision that it came from.
///
/// Errors: "migration-failed" (`doing` names the revision), and those of database::Connection. Peak memory is the
/// caches plus the largest single row, a few times over.
[[nodiscard]] Result<void> build_migrated(const std::filesystem::path& source, const std::filesystem::path& destination,
                                          const Path& path, const BuildOptions& options, Environment& environment);

/// The same into an open connection whose database is empty, with no source: what a database born on that path looks
/// like. For schema comparison and tests.
[[nodiscard]] Result<void> build_fresh(database::Connection& connection, const Path& path, Environment& environment);

/// What a path makes of a schema, tried on empty tables in memory.
struct SchemaRun {
  std::vector<database::Schema> after_step;  ///< as the operations declared it, after each of path.all()
  database::Schema result;                   ///< as SQLite has it in the end
};
[[nodiscard]] Result<SchemaRun> try_on_schema(const database::Schema& source, const Path& path);

}  // namespace liftlock::migration

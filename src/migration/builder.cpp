#include "migration/builder.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <system_error>

#include "base/fault.hpp"
#include "database/sqlite_schema.hpp"
#include "database/streaming_vfs.hpp"
#include "migration/nowhere.hpp"
#include "migration/path_runner.hpp"
#include "migration/sqlite/file_settings.hpp"
#include "migration/sqlite/operations.hpp"
#include "migration/sqlite/pass.hpp"

namespace liftlock::migration {

namespace {

using database::Connection;

Error explain(Error error, std::string_view revision) {
  error.doing = revision.empty() ? std::string("Building the migrated database")
                                 : fmt::format("Migrating the database, revision {}", revision);
  if (error.id != "database-full" && error.id != "database-corrupt" && error.kind == ErrorKind::failed) {
    error.id = "migration-failed";
  }
  return error;
}

/// Runs the path; the caller holds the transaction. `after_step` (may be nullptr) gets the schema after each step.
Result<void> run_steps(Connection& connection, const database::Schema& source, sqlite::OpenSource open_source,
                       const Path& path, Environment& environment, std::vector<database::Schema>* after_step) {
  sqlite::SqliteOperations operations(connection, source, std::move(open_source), environment);
  const auto keep_schema = [&] {
    if (after_step != nullptr) after_step->push_back(operations.schema());
  };
  return run_path(operations, path, keep_schema, explain);
}

Result<void> build(const std::filesystem::path& source, const std::filesystem::path& destination, const Path& path,
                   const BuildOptions& options, Environment& environment) {
  auto connection = TRY(Connection::open(destination, database::OpenMode::create, database::streaming_vfs()));
  const bool has_source = std::filesystem::exists(source);
  sqlite::FileSettings settings;
  if (has_source) settings = TRY(sqlite::read_file_settings(source));
  TRY(sqlite::prepare_new_file(connection, settings, options.page_cache_mebibytes));
  if (has_source) TRY(sqlite::attach_source(connection, source));
  TRY(connection.execute("BEGIN"));
  database::Schema schema;
  if (has_source) schema = TRY(database::read_schema(connection, "source"));
  // Without a -wal, the lock of this transaction keeps everybody from writing, so that all connections see the same.
  sqlite::OpenSource open_source;
  if (has_source && !settings.write_ahead_log) open_source = [&] { return sqlite::open_source(source); };
  TRY(run_steps(connection, schema, std::move(open_source), path, environment, nullptr));
  if (has_source) TRY(sqlite::copy_other_objects(connection, schema));
  TRY(connection.execute("COMMIT"));
  if (has_source) TRY(connection.execute("DETACH DATABASE source"));
  return sqlite::finish_new_file(connection, settings);
}

Result<void> sync_path(const std::filesystem::path& path, int flags) {
  const auto verdict = fault::point("migration-fsync");
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = descriptor >= 0 && verdict == fault::Verdict::go_on && ::fsync(descriptor) == 0;
  const int code = verdict == fault::Verdict::no_space ? ENOSPC : (errno != 0 ? errno : EIO);
  if (descriptor >= 0) ::close(descriptor);
  if (synced) return {};
  return failure("file-sync", fmt::format("Writing {} to the disk", path.string()),
                 std::generic_category().message(code));
}

}  // namespace

std::vector<const Revision*> Path::all() const {
  std::vector<const Revision*> steps = repairs;
  steps.insert(steps.end(), peewee.begin(), peewee.end());
  steps.insert(steps.end(), alembic.begin(), alembic.end());
  steps.insert(steps.end(), downward.begin(), downward.end());
  return steps;
}

Result<void> build_migrated(const std::filesystem::path& source, const std::filesystem::path& destination,
                            const Path& path, const BuildOptions& options, Environment& environment) {
  if (std::filesystem::exists(destination)) {
    return failure("migration-failed", "Building the migrated database",
                   fmt::format("{} is there already.", destination.string()));
  }
  const auto drop_destination = [&] {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
      std::error_code ignored;  // what cannot be removed was not made
      std::filesystem::remove(destination.string() + suffix, ignored);
    }
  };
  Result<void> built = build(source, destination, path, options, environment);
  if (built) built = sync_path(destination, O_RDWR);
  if (built) built = sync_path(std::filesystem::absolute(destination).parent_path(), O_RDONLY | O_DIRECTORY);
  if (!built) drop_destination();
  return built;
}

Result<void> build_fresh(database::Connection& connection, const Path& path, Environment& environment) {
  TRY(connection.execute("PRAGMA legacy_alter_table = ON; BEGIN"));
  TRY(run_steps(connection, {}, {}, path, environment, nullptr));
  return connection.execute("COMMIT");
}

Result<SchemaRun> try_on_schema(const database::Schema& source, const Path& path) {
  auto connection = TRY(Connection::memory());
  TRY(connection.execute("PRAGMA legacy_alter_table = ON; ATTACH ':memory:' AS source; BEGIN"));
  for (const auto& [name, table] : source.tables) {
    std::string sql = database::render_create_table(table, name);
    sql.insert(sql.find("TABLE ") + std::string_view("TABLE ").size(), "source.");
    TRY(connection.execute(sql));
  }
  Nowhere nowhere;
  SchemaRun run;
  TRY(run_steps(connection, source, {}, path, nowhere, &run.after_step));
  TRY(connection.execute("COMMIT"));
  run.result = TRY(database::read_schema(connection));
  return run;
}

}  // namespace liftlock::migration

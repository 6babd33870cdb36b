#include "change/stamp.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/fault.hpp"
#include "base/lock.hpp"
#include "change/postgres_stamp.hpp"
#include "change/stamp_check.hpp"
#include "change/swap.hpp"
#include "database/sqlite_schema.hpp"
#include "migration/version_tables.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;

namespace {

using database::Connection;

/// A database file that no program has open, and that no other Liftlock works on.
Result<Lock> take(const fs::path& file, std::string_view doing) {
  std::error_code code;
  const fs::path real = fs::weakly_canonical(fs::absolute(file), code);
  if (code) return failure("file-error", fmt::format("Looking for {}", file.string()), code.message());
  Lock lock = TRY(Lock::acquire_folder(real.parent_path()));
  TRY(refuse_users_of(real, doing));
  return lock;
}

Result<std::vector<std::string>> sorted_rows(Connection& connection) {
  std::vector<std::string> rows = TRY(migration::read_version_table(connection));
  std::ranges::sort(rows);
  return rows;
}

Result<void> check(const StampRequest& request, Connection& connection, const std::vector<std::string>& after) {
  const StampSubject subject{TRY(database::read_schema(connection)), TRY(migration::inspect_state(connection))};
  migration::SqliteChain chain;
  return check_stamp(request, subject, after, chain);
}

/// Looks without touching a file.
Result<Stamped> look(const StampRequest& request) {
  Connection connection = TRY(open_to_look(request.database.file));
  Stamped stamped;
  stamped.before = TRY(sorted_rows(connection));
  stamped.after = TRY(rows_after(request, stamped.before));
  TRY(check(request, connection, stamped.after));
  stamped.not_run = revisions_not_run(request, stamped);
  return stamped;
}

Result<Connection> begin(const fs::path& file) {
  Connection connection = TRY(Connection::open(file, database::OpenMode::read_write));
  TRY(connection.execute("BEGIN IMMEDIATE"));
  return connection;
}

Result<void> commit(Connection& connection, const fs::path& file) {
  if (fault::point("version-table-commit") != fault::Verdict::go_on) {
    return failure("database-error", fmt::format("Writing the version table of {}", file.string()),
                   "it was not written");
  }
  return connection.execute("COMMIT");
}

/// What was looked at may have changed until the transaction began.
Result<void> write(const StampRequest& request, Stamped& stamped) {
  Connection connection = TRY(begin(request.database.file));
  if (TRY(sorted_rows(connection)) != stamped.before) {
    return refusal("database-in-use", doing_of(request), "Somebody has written to it meanwhile.",
                   "Stop the program that uses it, then run the command again.");
  }
  TRY(check(request, connection, stamped.after));
  stamped.table_made = TRY(migration::ensure_version_table(connection));
  TRY(migration::write_version_table(connection, stamped.after));
  return commit(connection, request.database.file);
}

Result<bool> has_version_table(const fs::path& file) {
  Connection connection = TRY(open_to_look(file));
  const database::Schema schema = TRY(database::read_schema(connection));
  return schema.table("alembic_version") != nullptr;
}

Result<Stamped> stamp_file(const StampRequest& request) {
  const fs::path& file = request.database.file;
  const Lock lock = TRY(take(file, "Stamping"));
  Stamped stamped = TRY(look(request));
  const bool nothing_to_do = stamped.before == stamped.after && TRY(has_version_table(file));
  if (!nothing_to_do) TRY(write(request, stamped));
  return stamped;
}

Result<bool> ensure_version_in_file(const fs::path& file) {
  const Lock lock = TRY(take(file, "Making the version table of"));
  if (TRY(has_version_table(file))) return false;
  Connection connection = TRY(begin(file));
  const bool made = TRY(migration::ensure_version_table(connection));
  TRY(commit(connection, file));
  return made;
}

}  // namespace

Result<Stamped> stamp_database(const StampRequest& request) {
  return request.database.dialect == "sqlite" ? stamp_file(request) : stamp_postgres(request);
}

Result<bool> ensure_version(const database::Url& database, const std::string& schema) {
  return database.dialect == "sqlite" ? ensure_version_in_file(database.file)
                                      : ensure_postgres_version(database, schema);
}

}  // namespace liftlock::change

#include "migration/postgres/migrate.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "database/postgres_schema.hpp"
#include "database/sqlite.hpp"
#include "migration/inspection.hpp"
#include "migration/path_runner.hpp"
#include "migration/postgres/operations.hpp"
#include "migration/stranded.hpp"

namespace liftlock::migration::postgres {

using database::quote_identifier;

namespace {

/// "Lift": what the advisory lock of every Liftlock is called.
constexpr std::int64_t lock_key = 0x4C696674;

Error explain(Error error, std::string_view revision) {
  if (error.id == "database-lost") error.state = "Nothing was changed: the server takes back what was not committed.";
  error.doing = revision.empty() ? std::string("Migrating the database")
                                 : fmt::format("Migrating the database, revision {}", revision);
  if (error.id == "database-error" || error.id.empty()) error.id = "migration-failed";
  if (error.state.empty()) error.state = "Nothing was changed.";
  return error;
}

Result<std::vector<std::string>> texts(pg::Connection& connection, const char* sql) {
  std::vector<std::string> found;
  const pg::Answer answer = TRY(connection.query(sql));
  for (int row = 0; row < answer.rows(); ++row) found.push_back(answer.text(row, 0));
  return found;
}

/// The tables of the schema that stands first in the search path, but for those that belong to somebody else: no
/// revision can touch them.
Result<std::vector<std::string>> table_names(pg::Connection& connection) {
  return texts(connection,
               "SELECT relname FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = "
               "current_schema()) AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'USAGE') ORDER BY 1");
}

/// Sessions that hold a lock that stands in the way: "process 4711 (open-webui from 10.0.0.7)".
Result<std::vector<std::string>> sessions(pg::Connection& connection, const std::string& condition) {
  TRY(connection.query("SELECT pg_stat_clear_snapshot()"));  // else a transaction sees for ever those of its beginning
  const std::string sql = fmt::format(
      "SELECT DISTINCT format('process %s (%s%s)', a.pid, coalesce(nullif(a.application_name, ''), a.usename), "
      "coalesce(' from ' || host(a.client_addr), '')) FROM pg_stat_activity a LEFT JOIN pg_locks l ON l.pid = a.pid "
      "WHERE a.pid <> pg_backend_pid() AND a.datname = current_database() AND {}",
      condition);
  return texts(connection, sql.c_str());
}

Result<std::string> holders(pg::Connection& connection, const std::string& condition) {
  const std::vector<std::string> names = TRY(sessions(connection, condition));
  return names.empty() ? std::string("another session") : fmt::format("{}", fmt::join(names, ", "));
}

std::string holds_lock() { return fmt::format("l.locktype = 'advisory' AND l.objid = {} AND l.granted", lock_key); }

std::unexpected<Error> migrated_by(const std::string& who) {
  return std::unexpected(Error{ErrorKind::locked, "database-locked", "Locking the database",
                               fmt::format("Another Liftlock migrates this database: {}.", who), "Nothing was changed.",
                               "Wait until it is done, then run the command again."});
}

/// `function` says until when it is held.
Result<void> take_lock(pg::Connection& connection, std::string_view function) {
  const auto got = TRY(connection.query_integer(fmt::format("SELECT {}({})", function, lock_key)));
  if (got.value_or(0) == 0) return migrated_by(TRY(holders(connection, holds_lock())));
  return {};
}

Result<std::map<std::string, std::int64_t>> count_rows(pg::Connection& connection) {
  std::map<std::string, std::int64_t> counts;
  for (const std::string& name : TRY(table_names(connection))) {
    counts[name] = TRY(connection.query_integer("SELECT count(*) FROM " + quote_identifier(name))).value_or(0);
  }
  return counts;
}

}  // namespace

/// An idle Open WebUI holds no lock, and would go on after the migration with what it knows of the old schema. Sessions
/// that have just ended are there for a moment.
Result<void> refuse_other_sessions(pg::Connection& connection, const char* doing) {
  constexpr int attempts = 20;
  std::vector<std::string> names;
  for (int i = 0; i < attempts; ++i) {
    names = TRY(sessions(connection, "a.usename = current_user AND a.backend_type = 'client backend'"));
    if (names.empty()) return {};
    TRY(connection.query("SELECT pg_sleep(0.1)"));
  }
  return refusal("database-in-use", doing,
                 fmt::format("The same user has other sessions there: {}.", fmt::join(names, ", ")),
                 "Stop the program that uses the database, then run the command again.");
}

Result<std::vector<std::string>> read_version_table(pg::Connection& connection) {
  if (!TRY(pg::read_table(connection, "alembic_version"))) return std::vector<std::string>();
  return texts(connection, alembic_rows_sql);
}

Result<DatabaseState> inspect_state(pg::Connection& connection) {
  const database::Schema schema = TRY(pg::read_schema(connection));
  VersionRows rows;
  if (has_peewee_rows(schema)) rows.peewee = TRY(texts(connection, peewee_rows_sql));
  if (has_alembic_rows(schema)) rows.alembic = TRY(texts(connection, alembic_rows_sql));
  // A revision is whole or not at all here, but for the one that ran to its end on a column that it had not looked at.
  return judge_state(schema, rows, [&](const DatabaseState& state) -> Result<std::vector<DatabaseState::Leftover>> {
    const database::Table* chat = schema.table("chat");
    if (chat == nullptr || chat->column("old_chat") == nullptr || chat->column("chat") == nullptr)
      return std::vector<DatabaseState::Leftover>();
    const auto count = TRY(connection.query_integer(
        "SELECT count(*) FROM chat WHERE old_chat IS NOT NULL AND (chat IS NULL OR chat::text = 'null')"));
    if (count.value_or(0) == 0) return std::vector<DatabaseState::Leftover>();
    return std::vector{stranded_chats(state, *count)};
  });
}

Result<std::vector<std::string>> other_sessions(pg::Connection& connection) {
  return sessions(connection, "a.backend_type = 'client backend'");
}

Result<void> refuse_while_migrated(pg::Connection& connection) {
  const std::vector<std::string> others = TRY(sessions(connection, holds_lock()));
  if (others.empty()) return {};
  return migrated_by(fmt::format("{}", fmt::join(others, ", ")));
}

Result<void> keep_others_out(pg::Connection& connection) { return take_lock(connection, "pg_try_advisory_lock"); }

Result<void> begin_alone(pg::Connection& connection) {
  constexpr const char* doing = "Locking the database";
  TRY(connection.begin());
  TRY(take_lock(connection, "pg_try_advisory_xact_lock"));
  TRY(refuse_other_sessions(connection, doing));
  const auto schema = TRY(connection.query_text("SELECT current_schema()"));
  if (schema) TRY(connection.execute("SET LOCAL search_path TO " + quote_identifier(*schema)));
  // lz4 (from 14 on, where the server has it) packs new values several times faster; it changes no schema.
  const auto has_lz4 = TRY(connection.query_integer(
      "SELECT count(*) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"));
  if (has_lz4.value_or(0) > 0) TRY(connection.execute("SET LOCAL default_toast_compression = 'lz4'"));
  // Compiling a plan takes longer than any of the many small ones here.
  TRY(connection.execute("SET LOCAL jit = off"));
  std::vector<std::string> tables;
  for (const std::string& name : TRY(table_names(connection))) {
    tables.push_back(quote_identifier(name));
  }
  if (tables.empty()) return {};
  TRY(connection.execute("SET LOCAL lock_timeout = '10s'; SAVEPOINT liftlock_lock"));
  auto locked = connection.execute(fmt::format("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", fmt::join(tables, ", ")));
  if (!locked && locked.error().id == "database-busy") {
    TRY(connection.execute("ROLLBACK TO SAVEPOINT liftlock_lock"));
    const std::string who = TRY(holders(connection,
                                        "l.relation IN (SELECT oid FROM pg_class WHERE relnamespace = (SELECT oid FROM "
                                        "pg_namespace WHERE nspname = current_schema()))"));
    return refusal("database-in-use", doing, fmt::format("Its tables are in use by {}.", who),
                   "Stop the program that uses the database, then run the command again.");
  }
  if (!locked) return std::unexpected(explain(std::move(locked).error(), {}));
  return connection.execute("SET LOCAL lock_timeout = 0");
}

Result<void> run_steps(PostgresOperations& operations, const Path& path) {
  return run_path(
      operations, path, [] {}, explain);
}

Result<Migrated> migrate(pg::Connection& connection, const Path& path, Environment& environment) {
  const auto before = TRY(count_rows(connection));
  Migrated migrated;
  try {
    PostgresOperations operations(connection, environment);
    TRY(run_steps(operations, path));
    const auto had = [&](const std::string& name) {
      const auto found = before.find(name);
      return found == before.end() ? 0 : found->second;
    };
    for (const auto& [old_name, name] : operations.renamed()) {
      if (old_name != name) migrated.renamed[name] = old_name;
      migrated.accounts[name].before = had(old_name);
    }
    for (const auto& [name, moves] : operations.moves()) {
      migrated.accounts[name].inserted = moves.inserted;
      migrated.accounts[name].deleted = moves.deleted;
    }
    for (const std::string& name : operations.dropped()) migrated.dropped[name] = had(name);
  } catch (const OperationFailed& failed) {
    return std::unexpected(explain(failed.error(), {}));
  }
  for (const auto& [name, rows] : TRY(count_rows(connection))) migrated.accounts[name].after = rows;
  return migrated;
}

}  // namespace liftlock::migration::postgres

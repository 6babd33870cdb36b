#include "migration/sqlite/file_settings.hpp"

#include <fmt/core.h>

#include <cctype>

#include "database/streaming_vfs.hpp"
#include "migration/sqlite/table_state.hpp"

namespace liftlock::migration::sqlite {

using database::Connection;
using database::Value;

namespace {

/// A path as the file part of an SQLite URI (https://www.sqlite.org/uri.html).
std::string uri_path(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '.' || c == '-' || c == '_';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

/// Writes entries straight into sqlite_schema, as VACUUM does: a view or trigger may name things that are not there,
/// and creating a virtual table afresh would empty it.
Result<void> add_schema_entry(Connection& connection, const std::string& type, const std::string& name,
                              const std::string& table, const std::string& sql) {
  auto insert = TRY(connection.prepare("INSERT INTO main.sqlite_schema VALUES (?, ?, ?, 0, ?)"));
  return insert.run({Value::text(type), Value::text(name), Value::text(table), Value::text(sql)});
}

Result<bool> has_table(Connection& connection, std::string_view schema, std::string_view table) {
  const auto found = TRY(connection.query_integer(
      fmt::format("SELECT count(*) FROM {}.sqlite_schema WHERE type = 'table' AND name = ?", schema),
      {Value::text(table)}));
  return found.value_or(0) > 0;
}

Result<void> copy_sequences(Connection& connection) {
  if (!TRY(has_table(connection, "source", "sqlite_sequence"))) return {};
  if (!TRY(has_table(connection, "main", "sqlite_sequence"))) return {};  // no AUTOINCREMENT table is left
  return connection.execute(
      "DELETE FROM main.sqlite_sequence;"
      "INSERT INTO main.sqlite_sequence SELECT * FROM source.sqlite_sequence "
      "WHERE name IN (SELECT name FROM main.sqlite_schema WHERE type = 'table')");
}

Result<void> copy_triggers(Connection& connection, const database::Schema& source) {
  for (const auto& [name, table] : source.tables) {
    if (!TRY(has_table(connection, "main", name))) continue;
    for (const database::Trigger& trigger : table.triggers) {
      TRY(add_schema_entry(connection, "trigger", trigger.name, name, trigger.sql));
    }
  }
  return {};
}

}  // namespace

Result<FileSettings> read_file_settings(const std::filesystem::path& file) {
  auto connection = TRY(Connection::open(file, database::OpenMode::read_only));
  FileSettings settings;
  settings.page_size = TRY(connection.query_integer("PRAGMA page_size")).value_or(settings.page_size);
  settings.encoding = TRY(connection.query_text("PRAGMA encoding")).value_or(settings.encoding);
  settings.auto_vacuum = TRY(connection.query_integer("PRAGMA auto_vacuum")).value_or(0);
  settings.user_version = TRY(connection.query_integer("PRAGMA user_version")).value_or(0);
  settings.application_id = TRY(connection.query_integer("PRAGMA application_id")).value_or(0);
  settings.write_ahead_log = TRY(connection.query_text("PRAGMA journal_mode")).value_or("") == "wal";
  return settings;
}

Result<void> prepare_new_file(Connection& connection, const FileSettings& settings, int page_cache_mebibytes) {
  TRY(connection.execute(
      fmt::format("PRAGMA page_size = {}; PRAGMA encoding = '{}'; PRAGMA auto_vacuum = {};"
                  "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = {};"
                  "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;"
                  "PRAGMA threads = 1; PRAGMA main.locking_mode = EXCLUSIVE",
                  settings.page_size, settings.encoding, settings.auto_vacuum, -1024 * page_cache_mebibytes)));
  // The encoding is fixed by the first write only, and must be before another database is attached.
  return connection.execute(fmt::format("PRAGMA user_version = {}; PRAGMA application_id = {}", settings.user_version,
                                        settings.application_id));
}

Result<void> attach_source(Connection& connection, const std::filesystem::path& file) {
  auto attach = TRY(connection.prepare("ATTACH DATABASE ? AS source"));
  const std::string uri = uri_path(file) + "?mode=ro";
  TRY(attach.run({Value::text(uri)}));
  return connection.execute("PRAGMA source.cache_size = -2048");
}

Result<Connection> open_source(const std::filesystem::path& file) {
  auto connection = TRY(Connection::open(file, database::OpenMode::read_only, database::streaming_vfs()));
  TRY(connection.execute("PRAGMA cache_size = -1024"));
  return connection;
}

Result<void> copy_other_objects(Connection& connection, const database::Schema& source) {
  if (TRY(has_table(connection, "source", "sqlite_stat1"))) {
    TRY(
        connection.execute("ANALYZE main.sqlite_schema; DELETE FROM main.sqlite_stat1;"
                           "INSERT INTO main.sqlite_stat1 SELECT * FROM source.sqlite_stat1"));
  }
  TRY(copy_sequences(connection));
  TRY(connection.execute("PRAGMA writable_schema = ON"));
  TRY(copy_triggers(connection, source));
  for (const auto& other : source.others) {
    const std::string type = other.type == "virtual" ? "table" : other.type;
    TRY(add_schema_entry(connection, type, other.name, other.table, other.sql));
  }
  return connection.execute("PRAGMA writable_schema = OFF");
}

Result<void> finish_new_file(Connection& connection, const FileSettings& settings) {
  TRY(connection.execute(
      "PRAGMA main.locking_mode = NORMAL; PRAGMA main.journal_mode = DELETE; PRAGMA main.synchronous = FULL"));
  if (settings.write_ahead_log) TRY(connection.execute("PRAGMA main.journal_mode = WAL"));
  return {};
}

}  // namespace liftlock::migration::sqlite

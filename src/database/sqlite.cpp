#include "database/sqlite.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

namespace liftlock::database {

namespace {

std::string error_id(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "database-busy";
    case SQLITE_FULL:
      return "database-full";
    case SQLITE_CORRUPT:
      return "database-corrupt";
    case SQLITE_NOTADB:
      return "database-not-a-database";
    case SQLITE_CANTOPEN:
      return "database-open";
    default:
      return "database-error";
  }
}

std::string advice(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "Stop the program that uses the database, then run the command again.";
    case SQLITE_FULL:
      return "Free some space on that file system, then run the command again.";
    case SQLITE_CORRUPT:
      return "The file is damaged. Restore it from a backup, or recover it with: sqlite3 FILE .recover";
    default:
      return {};
  }
}

Error describe(sqlite3* handle, std::string doing, int code) {
  if (handle != nullptr && sqlite3_extended_errcode(handle) == SQLITE_READONLY_ROLLBACK) {
    return {ErrorKind::failed,
            "database-interrupted",
            std::move(doing),
            "A program was killed while it wrote to the database: its -journal holds what must be taken back first.",
            {},
            "Let SQLite do so: sqlite3 FILE \"PRAGMA quick_check\", then run the command again."};
  }
  const char* message = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  return {ErrorKind::failed, error_id(code), std::move(doing), message, {}, advice(code)};
}

/// The start of an SQL text, for an error message; never the values in it, which may be a user's.
std::string shortened(std::string_view sql) {
  constexpr std::size_t limit = 120;
  return sql.size() <= limit ? std::string(sql) : std::string(sql.substr(0, limit)) + " …";
}

/// https://www.sqlite.org/uri.html; every byte that may mean something in a URI is escaped.
std::string immutable_uri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(file).string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri + "?immutable=1";
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

void Statement::bind(int parameter, const Value& value) {
  sqlite3_stmt* statement = statement_.get();
  switch (value.kind()) {
    case Value::Kind::null:
      sqlite3_bind_null(statement, parameter);
      break;
    case Value::Kind::integer:
      sqlite3_bind_int64(statement, parameter, value.as_integer());
      break;
    case Value::Kind::real:
      sqlite3_bind_double(statement, parameter, value.as_real());
      break;
    case Value::Kind::text:
      // An empty view may have no address, which SQLite would take for NULL.
      sqlite3_bind_text64(statement, parameter, value.bytes().empty() ? "" : value.bytes().data(), value.bytes().size(),
                          SQLITE_STATIC, SQLITE_UTF8);
      break;
    case Value::Kind::blob:
      if (value.bytes().empty()) {
        sqlite3_bind_zeroblob(statement, parameter, 0);
      } else {
        sqlite3_bind_blob64(statement, parameter, value.bytes().data(), value.bytes().size(), SQLITE_STATIC);
      }
      break;
  }
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* handle = sqlite3_db_handle(statement_.get());
  const char* sql = sqlite3_sql(statement_.get());
  return std::unexpected(describe(handle, fmt::format("Running: {}", shortened(sql != nullptr ? sql : "")), code));
}

Result<void> Statement::run(std::initializer_list<Value> parameters) { return run(std::vector<Value>(parameters)); }

Result<void> Statement::run(const std::vector<Value>& parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) bind(static_cast<int>(i) + 1, parameters[i]);
  while (true) {
    auto more = step();
    if (!more) {
      reset();
      return std::unexpected(std::move(more).error());
    }
    if (!*more) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

int Statement::column_count() const { return sqlite3_column_count(statement_.get()); }

std::string Statement::column_name(int position) const { return sqlite3_column_name(statement_.get(), position); }

Value Statement::column(int position) const {
  sqlite3_stmt* statement = statement_.get();
  const auto bytes = [&](const void* data) {
    return std::string_view(static_cast<const char*>(data),
                            static_cast<std::size_t>(sqlite3_column_bytes(statement, position)));
  };
  switch (sqlite3_column_type(statement, position)) {
    case SQLITE_INTEGER:
      return Value::integer(sqlite3_column_int64(statement, position));
    case SQLITE_FLOAT:
      return Value::real(sqlite3_column_double(statement, position));
    case SQLITE_TEXT:
      return Value::text(bytes(sqlite3_column_text(statement, position)));
    case SQLITE_BLOB:
      return Value::blob(bytes(sqlite3_column_blob(statement, position)));
    default:
      return Value::null();
  }
}

void Connection::Close::operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }

Result<Connection> Connection::open(const std::filesystem::path& file, OpenMode mode, const char* vfs) {
  // SQLite counts its memory for nobody here, under a lock that all connections share. It is too late for that, and
  // does no harm, where SQLite has been used before.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;  // for ATTACH 'file:…?mode=ro'
  switch (mode) {
    case OpenMode::read_only:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case OpenMode::immutable:
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
      break;
    case OpenMode::read_write:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case OpenMode::create:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
  }
  const std::string doing = fmt::format("Opening the database {}", file.string());
  sqlite3* handle = nullptr;
  const std::string name = mode == OpenMode::immutable ? immutable_uri(file) : file.string();
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, vfs);
  Connection connection;
  connection.handle_.reset(handle);
  if (code != SQLITE_OK) return std::unexpected(describe(handle, doing, code));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 2000);

  // sqlite3_open is lazy: only a read shows whether the file is a database.
  auto version = connection.query_integer("PRAGMA schema_version");
  if (!version) {
    Error error = std::move(version).error();
    error.doing = doing;
    return std::unexpected(std::move(error));
  }
  return connection;
}

Result<Connection> Connection::memory() { return open(":memory:", OpenMode::create); }

Result<void> Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return std::unexpected(describe(handle_.get(), fmt::format("Running: {}", shortened(sql)), code));
  }
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  Statement statement;
  statement.statement_.reset(raw);
  if (code != SQLITE_OK) {
    return std::unexpected(describe(handle_.get(), fmt::format("Preparing: {}", shortened(sql)), code));
  }
  return statement;
}

Result<std::optional<std::int64_t>> Connection::query_integer(std::string_view sql,
                                                              std::initializer_list<Value> parameters) {
  auto statement = TRY(prepare(sql));
  int position = 0;
  for (const Value& parameter : parameters) statement.bind(++position, parameter);
  if (!TRY(statement.step()) || statement.column(0).is_null()) return std::nullopt;
  return sqlite3_column_int64(statement.handle(), 0);
}

Result<std::optional<std::string>> Connection::query_text(std::string_view sql,
                                                          std::initializer_list<Value> parameters) {
  auto statement = TRY(prepare(sql));
  int position = 0;
  for (const Value& parameter : parameters) statement.bind(++position, parameter);
  if (!TRY(statement.step()) || statement.column(0).is_null()) return std::nullopt;
  sqlite3_column_text(statement.handle(), 0);  // turns a number into its text
  return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement.handle(), 0)),
                     static_cast<std::size_t>(sqlite3_column_bytes(statement.handle(), 0)));
}

Error Connection::last_error(std::string doing) const {
  return describe(handle_.get(), std::move(doing), sqlite3_extended_errcode(handle_.get()));
}

std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string quote_literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + '\'';
}

}  // namespace liftlock::database

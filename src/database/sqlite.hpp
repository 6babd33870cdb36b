#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "database/value.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace liftlock::database {

/// A prepared statement. Movable; must not outlive its Connection.
class Statement {
 public:
  Statement() = default;

  /// Binds one parameter, counted from 1. Text and blob bytes are *not* copied: they must stay alive until the next
  /// step's reset.
  void bind(int parameter, const Value& value);

  /// Steps once: true while there is a row.
  [[nodiscard]] Result<bool> step();

  /// Runs a statement that returns no rows to its end and makes it ready for the next call.
  [[nodiscard]] Result<void> run(std::initializer_list<Value> parameters);
  [[nodiscard]] Result<void> run(const std::vector<Value>& parameters);

  void reset();

  [[nodiscard]] int column_count() const;
  [[nodiscard]] std::string column_name(int position) const;
  /// A column of the current row, counted from 0; its bytes are valid until the next step or reset.
  [[nodiscard]] Value column(int position) const;
  [[nodiscard]] std::string text(int position) const { return std::string(column(position).bytes()); }
  [[nodiscard]] std::int64_t integer(int position) const { return column(position).as_integer(); }

  [[nodiscard]] sqlite3_stmt* handle() const { return statement_.get(); }

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

enum class OpenMode {
  read_only,   ///< never writes, not even the -shm of a WAL database that it can avoid
  immutable,   ///< the caller knows that nobody writes: no locks are taken, and a -wal is not looked at
  read_write,  ///< the file must exist
  create,      ///< made if it is not there
};

/// A connection to one SQLite file. Movable, single-threaded.
///
/// Errors: "database-open" (cannot be opened), "database-not-a-database" (zero bytes are a valid empty database;
/// other content is not), "database-busy", "database-full", "database-corrupt", "database-error" (all else).
class Connection {
 public:
  [[nodiscard]] static Result<Connection> open(const std::filesystem::path& file, OpenMode mode,
                                               const char* vfs = nullptr);
  [[nodiscard]] static Result<Connection> memory();

  /// Runs one or more statements without results.
  [[nodiscard]] Result<void> execute(const std::string& sql);
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);

  /// The first column of the first row; nullopt without a row.
  [[nodiscard]] Result<std::optional<std::int64_t>> query_integer(std::string_view sql,
                                                                  std::initializer_list<Value> parameters = {});
  [[nodiscard]] Result<std::optional<std::string>> query_text(std::string_view sql,
                                                              std::initializer_list<Value> parameters = {});

  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  /// The error that the last failed call on this connection left, with `doing` as its first sentence.
  [[nodiscard]] Error last_error(std::string doing) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// `name` as an SQL identifier: in double quotes, with its own double quotes doubled.
[[nodiscard]] std::string quote_identifier(std::string_view name);
/// `text` as an SQL string literal. Beware: SQL text literals cannot hold 0x00; bind such values instead.
[[nodiscard]] std::string quote_literal(std::string_view text);

}  // namespace liftlock::database

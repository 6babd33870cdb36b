#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "database/url.hpp"
#include "database/value.hpp"

struct pg_conn;
struct pg_result;

namespace liftlock::database::postgres {

/// What the server answered. Values are views into it: valid as long as the Answer lives.
class Answer {
 public:
  Answer() = default;
  explicit Answer(pg_result* result) : result_(result) {}

  [[nodiscard]] int rows() const;
  [[nodiscard]] int columns() const;
  /// Integers and booleans (0, 1) are integers, floating-point numbers are reals, all else is the server's text.
  [[nodiscard]] Value value(int row, int column) const;
  [[nodiscard]] std::string text(int row, int column) const { return std::string(value(row, column).bytes()); }
  /// Rows that an INSERT, UPDATE, DELETE or COPY has touched.
  [[nodiscard]] std::int64_t affected() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const noexcept;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

/// A connection to one PostgreSQL server, in UTF-8 and with ISO dates. Movable, single-threaded. What runs without
/// BEGIN is a transaction of its own.
///
/// Errors: "database-open" (no connection came about), "database-lost" (it broke: the server has taken back what was
/// not committed), "database-busy" (a lock was waited for in vain), "database-full" (no space on the server),
/// "database-error" (all else; `what` ends in the SQLSTATE). No message holds a password or a row's values.
class Connection {
 public:
  /// `schema` is made the only one of the search path; empty: the path stays as the server has it for that user.
  [[nodiscard]] static Result<Connection> open(const Url& url, const std::string& schema = {});

  /// Begins a transaction that may write, sees what others commit, and has no time limits. The settings of this
  /// connection hold in it even where a pooler gives each transaction another session.
  [[nodiscard]] Result<void> begin();

  /// Runs one statement, its parameters called $1, $2, … Text with 0x00 cannot be a parameter (std::logic_error).
  [[nodiscard]] Result<Answer> query(const std::string& sql, std::initializer_list<Value> parameters = {});
  [[nodiscard]] Result<Answer> query(const std::string& sql, const std::vector<Value>& parameters);
  /// Runs one or more statements, without parameters; the answer to the last is thrown away.
  [[nodiscard]] Result<void> execute(const std::string& sql);
  /// The same as query() for a statement that is asked again and again: it is planned once, under `name`.
  [[nodiscard]] Result<void> prepare(const std::string& name, const std::string& sql);
  [[nodiscard]] Result<Answer> query_prepared(const std::string& name, const std::vector<Value>& parameters);

  [[nodiscard]] Result<std::optional<std::int64_t>> query_integer(const std::string& sql,
                                                                  std::initializer_list<Value> parameters = {});
  [[nodiscard]] Result<std::optional<std::string>> query_text(const std::string& sql,
                                                              std::initializer_list<Value> parameters = {});

  /// `sql` is a COPY … FROM STDIN, `data` all of its lines (see copy_value). Returns the number of rows.
  [[nodiscard]] Result<std::int64_t> copy_in(const std::string& sql, std::string_view data);

  /// The same piece by piece: begin_copy_in(), copy_more() for as many bytes as there are, end_copy_in(). Nothing else
  /// may be asked of the connection in between.
  [[nodiscard]] Result<void> begin_copy_in(const std::string& sql);
  [[nodiscard]] Result<void> copy_more(std::string_view data);
  [[nodiscard]] Result<std::int64_t> end_copy_in();

  /// `sql` is a COPY … TO STDOUT in the text format; each line goes to `sink` with its end. An error of the sink's
  /// leaves the connection of no use.
  [[nodiscard]] Result<void> copy_out(const std::string& sql,
                                      const std::function<Result<void>(std::string_view)>& sink);

  /// 150004 for 15.4.
  [[nodiscard]] int server_version() const;

 private:
  [[nodiscard]] Result<Answer> checked(pg_result* result, std::string_view sql) const;
  struct Close {
    void operator()(pg_conn* handle) const noexcept;
  };
  std::unique_ptr<pg_conn, Close> handle_;
  std::string schema_;
  std::string copying_;  ///< the COPY that is under way, for errors
};

/// Appends a value as COPY's text format has it: NULL is \N, and tabs, line ends and backslashes are escaped.
void copy_value(std::string& line, const Value& value);

/// `sql` with SQLite's marks put in PostgreSQL's words: ?, ?1 → $1, rowid → ctid, and GLOB
/// '*[…]*' → ~ '[…]', where the brackets hold characters and ranges. Quoted text stays as it is.
[[nodiscard]] std::string translate_sql(std::string_view sql);

}  // namespace liftlock::database::postgres

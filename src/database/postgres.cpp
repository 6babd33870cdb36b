#include "database/postgres.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <stdexcept>

#include "database/libpq.hpp"
#include "database/sqlite.hpp"

namespace liftlock::database::postgres {

namespace {

/// Nothing here is called before Connection::open has found the library.
const Libpq& libpq() {
  static const Libpq& library = *system_libpq();
  return library;
}

/// Type ids of pg_type.dat, which never change.
enum TypeId : Oid { boolean = 16, big_integer = 20, small_integer = 21, integer = 23, single = 700, real = 701 };

std::string shortened(std::string_view sql) {
  constexpr std::size_t limit = 120;
  return sql.size() <= limit ? std::string(sql) : std::string(sql.substr(0, limit)) + " …";
}

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

/// https://www.postgresql.org/docs/current/errcodes-appendix.html
std::string error_id(std::string_view state) {
  if (state == "55P03" || state == "40P01" || state == "57014") return "database-busy";
  if (state == "53100") return "database-full";
  if (state.starts_with("08") || state.starts_with("57P")) return "database-lost";
  return "database-error";
}

Error lost(std::string doing, std::string what) {
  return {ErrorKind::failed,
          "database-lost",
          std::move(doing),
          std::move(what),
          "What was not committed, the server has taken back.",
          "Look whether the server runs, then try again."};
}

std::string rendered(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::integer:
      return std::to_string(value.as_integer());
    case Value::Kind::real: {
      char digits[32];
      const auto [end, code] = std::to_chars(digits, digits + sizeof digits, value.as_real());
      return {digits, end};
    }
    default:
      return std::string(value.bytes());
  }
}

/// Parameters in libpq's form, which wants strings that end in 0x00.
class Parameters {
 public:
  explicit Parameters(const std::vector<Value>& values) {
    texts_.reserve(values.size());
    for (const Value& value : values) {
      if (value.bytes().find('\0') != std::string_view::npos) throw std::logic_error("a parameter holds a zero byte");
      texts_.push_back(rendered(value));
      pointers_.push_back(value.is_null() ? nullptr : texts_.back().c_str());
    }
  }
  [[nodiscard]] int count() const { return static_cast<int>(pointers_.size()); }
  [[nodiscard]] const char* const* data() const { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

void be_silent(void*, const PGresult*) {}

/// What the text of values depends on, how long locks are waited for, and the search path where one is wanted.
std::string settings(std::string_view set, const std::string& schema) {
  std::string sql = fmt::format(
      "{0} datestyle = 'ISO, YMD'; {0} standard_conforming_strings = on; {0} bytea_output = 'hex'; "
      "{0} extra_float_digits = 1; {0} lock_timeout = '10s'",
      set);
  if (!schema.empty()) sql += fmt::format("; {} search_path TO {}", set, quote_identifier(schema));
  return sql;
}

}  // namespace

void Answer::Clear::operator()(pg_result* result) const noexcept { libpq().PQclear(result); }

int Answer::rows() const { return libpq().PQntuples(result_.get()); }
int Answer::columns() const { return libpq().PQnfields(result_.get()); }

Value Answer::value(int row, int column) const {
  if (libpq().PQgetisnull(result_.get(), row, column) != 0) return {};
  const std::string_view bytes(libpq().PQgetvalue(result_.get(), row, column),
                               static_cast<std::size_t>(libpq().PQgetlength(result_.get(), row, column)));
  switch (libpq().PQftype(result_.get(), column)) {
    case boolean:
      return Value::integer(bytes == "t" ? 1 : 0);
    case big_integer:
    case small_integer:
    case integer: {
      std::int64_t number = 0;
      std::from_chars(bytes.data(), bytes.data() + bytes.size(), number);
      return Value::integer(number);
    }
    case single:
    case real:
      return Value::real(std::strtod(bytes.data(), nullptr));  // libpq ends every value with 0x00
    default:
      return Value::text(bytes);
  }
}

std::int64_t Answer::affected() const {
  const std::string_view digits = libpq().PQcmdTuples(result_.get());
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

void Connection::Close::operator()(pg_conn* handle) const noexcept { libpq().PQfinish(handle); }

Result<Connection> Connection::open(const Url& url, const std::string& schema) {
  if (!system_libpq()) return std::unexpected(system_libpq().error());
  std::vector<const char*> names, values;
  const auto add = [&](const char* name, const char* value) {
    names.push_back(name);
    values.push_back(value);
  };
  add("connect_timeout", "15");
  add("fallback_application_name", "liftlock");
  for (const auto& [name, value] : url.parameters) add(name.c_str(), value.c_str());
  add("client_encoding", "UTF8");
  add(nullptr, nullptr);
  Connection connection;
  connection.handle_.reset(libpq().PQconnectdbParams(names.data(), values.data(), 0));
  const std::string doing = fmt::format("Opening the database {}", url.safe);
  if (libpq().PQstatus(connection.handle_.get()) != CONNECTION_OK) {
    return failure("database-open", doing, without_line_end(libpq().PQerrorMessage(connection.handle_.get())),
                   "Look whether the server runs, and whether address, user and password are right.");
  }
  libpq().PQsetNoticeReceiver(connection.handle_.get(), be_silent, nullptr);
  connection.schema_ = schema;
  TRY(connection.execute(settings("SET", schema)));
  return connection;
}

Result<void> Connection::begin() {
  return execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; " + settings("SET LOCAL", schema_) +
                 "; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0");
}

Result<Answer> Connection::checked(pg_result* result, std::string_view sql) const {
  Answer answer(result);
  switch (libpq().PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_EMPTY_QUERY:
      return answer;
    default:
      break;
  }
  const std::string doing = fmt::format("Running: {}", shortened(sql));
  if (result == nullptr || libpq().PQstatus(handle_.get()) == CONNECTION_BAD) {
    return std::unexpected(lost(doing, without_line_end(libpq().PQerrorMessage(handle_.get()))));
  }
  const auto field = [&](int code) {
    const char* text = libpq().PQresultErrorField(result, code);
    return std::string(text != nullptr ? text : "");
  };
  // Not DETAIL: it holds the row's values.
  const std::string state = field(PG_DIAG_SQLSTATE);
  std::string what = field(PG_DIAG_MESSAGE_PRIMARY);
  // The message of an input error quotes the value, which may be a user's.
  if (const auto quote = what.find(": \""); state.starts_with("22") && quote != std::string::npos) what.resize(quote);
  if (state.starts_with("57P")) return std::unexpected(lost(doing, what));
  return failure(error_id(state), doing, fmt::format("{} (SQLSTATE {})", what, state));
}

Result<Answer> Connection::query(const std::string& sql, std::initializer_list<Value> parameters) {
  return query(sql, std::vector<Value>(parameters));
}

Result<Answer> Connection::query(const std::string& sql, const std::vector<Value>& values) {
  const Parameters parameters(values);
  return checked(libpq().PQexecParams(handle_.get(), sql.c_str(), parameters.count(), nullptr, parameters.data(),
                                      nullptr, nullptr, 0),
                 sql);
}

Result<void> Connection::execute(const std::string& sql) {
  TRY(checked(libpq().PQexec(handle_.get(), sql.c_str()), sql));
  return {};
}

Result<void> Connection::prepare(const std::string& name, const std::string& sql) {
  TRY(checked(libpq().PQprepare(handle_.get(), name.c_str(), sql.c_str(), 0, nullptr), sql));
  return {};
}

Result<Answer> Connection::query_prepared(const std::string& name, const std::vector<Value>& values) {
  const Parameters parameters(values);
  return checked(
      libpq().PQexecPrepared(handle_.get(), name.c_str(), parameters.count(), parameters.data(), nullptr, nullptr, 0),
      name);
}

Result<std::optional<std::int64_t>> Connection::query_integer(const std::string& sql,
                                                              std::initializer_list<Value> parameters) {
  const Answer answer = TRY(query(sql, parameters));
  if (answer.rows() == 0 || answer.value(0, 0).is_null()) return std::nullopt;
  return answer.value(0, 0).as_integer();
}

Result<std::optional<std::string>> Connection::query_text(const std::string& sql,
                                                          std::initializer_list<Value> parameters) {
  const Answer answer = TRY(query(sql, parameters));
  if (answer.rows() == 0 || answer.value(0, 0).is_null()) return std::nullopt;
  return answer.text(0, 0);
}

Result<std::int64_t> Connection::copy_in(const std::string& sql, std::string_view data) {
  TRY(begin_copy_in(sql));
  std::ignore = copy_more(data);  // end_copy_in() says what was wrong
  return end_copy_in();
}

Result<void> Connection::begin_copy_in(const std::string& sql) {
  copying_ = sql;
  TRY(checked(libpq().PQexec(handle_.get(), sql.c_str()), sql));
  return {};
}

Result<void> Connection::copy_more(std::string_view data) {
  constexpr std::size_t portion = 1 << 20;
  while (!data.empty()) {
    const std::size_t size = std::min(portion, data.size());
    if (libpq().PQputCopyData(handle_.get(), data.data(), static_cast<int>(size)) != 1) {
      return std::unexpected(lost("Copying rows", without_line_end(libpq().PQerrorMessage(handle_.get()))));
    }
    data.remove_prefix(size);
  }
  return {};
}

Result<std::int64_t> Connection::end_copy_in() {
  const bool accepted = libpq().PQputCopyEnd(handle_.get(), nullptr) == 1;
  auto answer = checked(libpq().PQgetResult(handle_.get()), copying_);
  while (PGresult* more = libpq().PQgetResult(handle_.get())) libpq().PQclear(more);
  if (!answer) return std::unexpected(std::move(answer).error());
  if (!accepted) return std::unexpected(lost("Copying rows", without_line_end(libpq().PQerrorMessage(handle_.get()))));
  return answer->affected();
}

Result<void> Connection::copy_out(const std::string& sql, const std::function<Result<void>(std::string_view)>& sink) {
  TRY(checked(libpq().PQexec(handle_.get(), sql.c_str()), sql));
  while (true) {
    char* line = nullptr;
    const int size = libpq().PQgetCopyData(handle_.get(), &line, 0);
    if (size <= 0) break;  // the end, or an error that the result tells
    const std::unique_ptr<char, decltype(libpq().PQfreemem)> owned(line, libpq().PQfreemem);
    TRY(sink(std::string_view(line, static_cast<std::size_t>(size))));
  }
  auto answer = checked(libpq().PQgetResult(handle_.get()), sql);
  while (PGresult* more = libpq().PQgetResult(handle_.get())) libpq().PQclear(more);
  if (!answer) return std::unexpected(std::move(answer).error());
  return {};
}

int Connection::server_version() const { return libpq().PQserverVersion(handle_.get()); }

void copy_value(std::string& line, const Value& value) {
  if (value.is_null()) {
    line += "\\N";
    return;
  }
  if (value.kind() == Value::Kind::integer || value.kind() == Value::Kind::real) {
    line += rendered(value);
    return;
  }
  std::string_view rest = value.bytes();
  while (true) {
    const std::size_t special = rest.find_first_of("\\\t\n\r");
    line += rest.substr(0, special);
    if (special == std::string_view::npos) return;
    const char c = rest[special];
    line += '\\';
    line += c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
    rest.remove_prefix(special + 1);
  }
}

std::string translate_sql(std::string_view sql) {
  constexpr std::string_view glob_begin = "GLOB '*[";
  constexpr std::string_view glob_end = "]*'";
  std::string text;
  int parameter = 0;
  char quote = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
      text += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      text += c;
    } else if (c == '?') {
      std::size_t end = i + 1;
      while (end < sql.size() && sql[end] >= '0' && sql[end] <= '9') ++end;
      text += '$';
      text += end > i + 1 ? std::string(sql.substr(i + 1, end - i - 1)) : std::to_string(++parameter);
      i = end - 1;
    } else if (sql.substr(i).starts_with("rowid")) {
      text += "ctid";
      i += 4;
    } else if (sql.substr(i).starts_with(glob_begin)) {
      const std::size_t end = std::min(sql.find(glob_end, i), sql.size());
      text += fmt::format("~ '[{}]'", sql.substr(i + glob_begin.size(), end - i - glob_begin.size()));
      i = end + glob_end.size() - 1;
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace liftlock::database::postgres

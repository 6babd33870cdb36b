#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "database/sqlite.hpp"

namespace liftlock::testing {

/// The value, or an exception with the error's text: for set-up that must not fail.
template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().doing + ": " + result.error().what);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Runs SQL on a file, making it if it is not there.
inline void run_sql(const std::filesystem::path& file, const std::string& sql) {
  auto connection = need(database::Connection::open(file, database::OpenMode::create));
  need(connection.execute(sql));
}

/// All rows of a SELECT, each as "a|b|c"; NULL is "NULL", text stands in quotes, a blob as its size.
inline std::vector<std::string> query_rows(database::Connection& connection, const std::string& sql) {
  auto statement = need(connection.prepare(sql));
  std::vector<std::string> rows;
  while (need(statement.step())) {
    std::string row;
    for (int i = 0; i < statement.column_count(); ++i) {
      if (i > 0) row += '|';
      const database::Value value = statement.column(i);
      switch (value.kind()) {
        case database::Value::Kind::null:
          row += "NULL";
          break;
        case database::Value::Kind::integer:
          row += std::to_string(value.as_integer());
          break;
        case database::Value::Kind::real:
          row += std::to_string(value.as_real());
          break;
        case database::Value::Kind::text:
          row += '\'' + std::string(value.bytes()) + '\'';
          break;
        case database::Value::Kind::blob:
          row += "blob:" + std::to_string(value.bytes().size());
          break;
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

inline std::vector<std::string> query_rows(const std::filesystem::path& file, const std::string& sql) {
  auto connection = need(database::Connection::open(file, database::OpenMode::read_only));
  return query_rows(connection, sql);
}

}  // namespace liftlock::testing

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "migration/sql_step.hpp"

/// Pieces of SQLite's SQL that several steps need.
namespace liftlock::migration::openwebui {

/// `text` with each place replaced by its value.
[[nodiscard]] inline std::string with(std::string text,
                                      std::initializer_list<std::pair<std::string_view, std::string_view>> places) {
  for (const auto& [place, value] : places) {
    for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + value.size())) {
      text.replace(at, place.size(), value);
    }
  }
  return text;
}

/// Rows of SQLite's "table" whose column holds what SQLite cannot read as JSON: Python takes NaN, and texts that go on
/// after a zero byte are no JSON to it. `condition` picks the rows that matter.
[[nodiscard]] inline SqlGuard unreadable(std::string_view table, std::string_view column, std::string_view condition,
                                         std::string reason) {
  return {with(R"sql(SELECT 1 FROM "$table" WHERE ($condition) AND CASE WHEN typeof($column) <> 'text' THEN 1
 WHEN NOT json_valid($column) THEN 1 ELSE instr(CAST($column AS BLOB), x'00') > 0 END)sql",
               {{"$table", table}, {"$condition", condition}, {"$column", column}}),
          std::move(reason)};
}

/// Objects in SQLite's "table" with a key that stands in them twice: of two Python takes the last, SQLite the first.
/// Only the outermost object of the column is looked at.
[[nodiscard]] inline SqlGuard repeated_keys(std::string_view table, std::string_view column, std::string reason) {
  return {
      with(
          R"sql(SELECT 1 FROM "$table" AS t, json_each(CASE WHEN json_valid(t.$column) THEN t.$column ELSE '[]' END) AS e
 WHERE typeof(e."key") = 'text' GROUP BY t.rowid, e."key" HAVING count(*) > 1)sql",
          {{"$table", table}, {"$column", column}}),
      std::move(reason)};
}

}  // namespace liftlock::migration::openwebui

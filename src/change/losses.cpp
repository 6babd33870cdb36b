#include "change/losses.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/format.hpp"
#include "change/swap.hpp"
#include "database/sqlite_schema.hpp"

namespace liftlock::change {

using database::Connection;
using database::quote_identifier;
using Json = nlohmann::ordered_json;

namespace {

/// Tables whose rows are not a user's data.
bool is_bookkeeping(std::string_view table) { return table == "alembic_version" || table == "migratehistory"; }

/// SQL for a time column in seconds, whichever unit it is kept in; text is a date in UTC.
std::string seconds_of(const std::string& column) {
  return fmt::format(
      "(CASE WHEN typeof({0}) = 'text' THEN CAST(strftime('%s', {0}) AS INTEGER) WHEN {0} > 100000000000000 THEN {0} / "
      "1000000000 WHEN {0} > 100000000000 THEN {0} / 1000 ELSE {0} END)",
      column);
}

Result<std::int64_t> count(Connection& database, const std::string& sql) {
  return TRY(database.query_integer(sql)).value_or(0);
}

void add(std::vector<Loss>& losses, Loss loss) {
  if (loss.added > 0 || loss.changed > 0) losses.push_back(std::move(loss));
}

/// SQLite gives the rowid of a last row that was deleted to the next one: where there is a date, it counts, too.
std::string is_new(const database::Table& table, std::int64_t mark, std::int64_t since) {
  if (table.column("created_at") == nullptr) return fmt::format("rowid > {}", mark);
  return fmt::format("(rowid > {} OR coalesce({} > {}, 0))", mark, seconds_of("created_at"), since);
}

Result<Loss> written_to(Connection& database, const database::Table& table, std::int64_t mark, std::int64_t since) {
  const std::string name = quote_identifier(table.name);
  const std::string added = is_new(table, mark, since);
  Loss loss{table.name, TRY(count(database, fmt::format("SELECT count(*) FROM {} WHERE {}", name, added))), 0};
  if (table.column("updated_at") != nullptr) {
    loss.changed = TRY(count(database, fmt::format("SELECT count(*) FROM {} WHERE NOT {} AND {} > {}", name, added,
                                                   seconds_of("updated_at"), since)));
  }
  return loss;
}

bool has_all(const database::Table& table, const std::vector<std::string>& columns) {
  return std::ranges::all_of(columns, [&](const std::string& name) { return table.column(name) != nullptr; });
}

bool is_number(const database::Table& table, const std::string& column) {
  const std::string& type = table.column(column)->type;
  return type == "INTEGER" || type == "BIGINT";
}

/// The columns that tell a row: the primary key, else "id" or "key"; none where nothing does in both, as where a
/// revision has given the rows new ids of another kind.
std::vector<std::string> key_of(const database::Table& table, const database::Table& base) {
  const auto tells = [&](const std::vector<std::string>& columns) {
    return has_all(table, columns) && has_all(base, columns) && std::ranges::all_of(columns, [&](const auto& column) {
             return is_number(table, column) == is_number(base, column);
           });
  };
  if (table.primary_key && tells(table.primary_key->columns)) return table.primary_key->columns;
  for (const char* name : {"id", "key"}) {
    if (tells({name})) return {name};
  }
  return {};
}

Result<Loss> created_rows(Connection& database, const database::Table& table, std::int64_t since) {
  Loss loss{table.name, 0, 0};
  if (table.column("created_at") == nullptr) return loss;
  loss.added = TRY(count(database, fmt::format("SELECT count(*) FROM main.{} WHERE {} > {}",
                                               quote_identifier(table.name), seconds_of("created_at"), since)));
  return loss;
}

Result<Loss> missing_rows(Connection& database, const database::Table& table, const database::Table& base,
                          std::int64_t since) {
  const auto key = key_of(table, base);
  if (key.empty()) return created_rows(database, table, since);
  Loss loss{table.name, 0, 0};
  std::string same;
  for (const std::string& column : key) {
    same +=
        fmt::format("{}b.{} IS a.{}", same.empty() ? "" : " AND ", quote_identifier(column), quote_identifier(column));
  }
  const std::string name = quote_identifier(table.name);
  loss.added = TRY(
      count(database, fmt::format("SELECT count(*) FROM main.{} a WHERE NOT EXISTS (SELECT 1 FROM base.{} b WHERE {})",
                                  name, name, same)));
  if (table.column("updated_at") != nullptr) {
    loss.changed = TRY(
        count(database,
              fmt::format("SELECT count(*) FROM main.{} a WHERE {} > {} AND EXISTS (SELECT 1 FROM base.{} b WHERE {})",
                          name, seconds_of("a.updated_at"), since, name, same)));
  }
  return loss;
}

}  // namespace

Result<Json> marks_of(Connection& database) {
  Json marks = Json::object();
  const auto schema = TRY(database::read_schema(database));
  for (const auto& [name, table] : schema.tables) {
    if (table.without_rowid || is_bookkeeping(name)) continue;
    marks[name] = TRY(count(database, fmt::format("SELECT max(rowid) FROM {}", quote_identifier(name))));
  }
  return marks;
}

Result<Json> marks_of_file(const std::filesystem::path& database) {
  auto connection = TRY(open_to_look(database));
  return marks_of(connection);
}

Result<std::vector<Loss>> written_since(Connection& database, const Json& marks, std::int64_t since) {
  std::vector<Loss> losses;
  const auto schema = TRY(database::read_schema(database));
  for (const auto& [name, table] : schema.tables) {
    if (table.without_rowid || is_bookkeeping(name)) continue;
    add(losses, TRY(written_to(database, table, marks.value(name, std::int64_t{0}), since)));
  }
  return losses;
}

Result<std::vector<Loss>> missing_in(const std::filesystem::path& base, Connection& database, std::int64_t since) {
  auto attach = TRY(database.prepare("ATTACH ? AS base"));
  const std::string base_name = base.string();
  TRY(attach.run({database::Value::text(base_name)}));
  std::vector<Loss> losses;
  const auto schema = TRY(database::read_schema(database));
  const auto base_schema = TRY(database::read_schema(database, "base"));
  for (const auto& [name, table] : schema.tables) {
    if (is_bookkeeping(name)) continue;
    const database::Table* other = base_schema.table(name);
    add(losses, other != nullptr ? TRY(missing_rows(database, table, *other, since))
                                 : TRY(created_rows(database, table, since)));
  }
  TRY(database.execute("DETACH base"));
  return losses;
}

std::vector<std::string> lines_of(const std::vector<Loss>& losses) {
  std::vector<std::string> lines;
  for (const Loss& loss : losses) {
    std::string line = loss.table + ":";
    if (loss.added > 0) line += fmt::format(" {} new", format_count(loss.added));
    if (loss.changed > 0) line += fmt::format("{} {} changed", loss.added > 0 ? "," : "", format_count(loss.changed));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace liftlock::change

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

struct LegacyTable {
  std::string_view name;
  Names key;
};

/// Tables that Peewee made with a unique index on id instead of a primary key.
const std::vector<LegacyTable>& legacy_tables() {
  static const std::vector<LegacyTable> tables{
      {"auth", {"id"}},   {"chat", {"id"}},           {"chatidtag", {"id"}}, {"document", {"id"}},
      {"file", {"id"}},   {"function", {"id"}},       {"memory", {"id"}},    {"model", {"id"}},
      {"prompt", {"id"}}, {"tag", {"id", "user_id"}}, {"tool", {"id"}},      {"user", {"id"}},
  };
  return tables;
}

bool same_columns(Names left, Names right) {
  std::ranges::sort(left);
  std::ranges::sort(right);
  return left == right;
}

bool has_key(const database::Table& table, const Names& key) {
  return table.primary_key && same_columns(table.primary_key->columns, key);
}

bool has_all_columns(const database::Table& table, const Names& columns) {
  return std::ranges::all_of(columns, [&](const auto& name) { return table.column(name) != nullptr; });
}

bool is_unique(const database::Table& table, const Names& key) {
  return std::ranges::any_of(table.unique_constraints,
                             [&](const auto& unique) { return same_columns(unique.columns, key); }) ||
         std::ranges::any_of(table.indexes, [&](const auto& index) {
           return index.unique && !index.where && same_columns(index.columns, key);
         });
}

/// Only where nothing guarantees it: the question costs a pass over the table.
void check_unique(Operations& op, const database::Table& table, const Names& key) {
  if (is_unique(table, key)) return;
  const std::string name = table.name;
  const std::string columns = fmt::format("\"{}\"", fmt::join(key, "\", \""));
  std::string repeated;
  op.read(
      {name},
      fmt::format("SELECT CAST(\"{3}\" AS TEXT), count(*) FROM \"{1}\" WHERE \"{2}\" IS NOT NULL GROUP BY {0} HAVING "
                  "count(*) > 1 "
                  "LIMIT 5",
                  columns, name, fmt::join(key, "\" IS NOT NULL AND \""), key.front()),
      [&](const ResultRow& row) { repeated += fmt::format("{}\"{}\"", repeated.empty() ? "" : ", ", row.text(0)); });
  if (repeated.empty()) return;
  throw OperationFailed(Error{ErrorKind::refused, "repeated-key", fmt::format("Making {} the key of {}", columns, name),
                              fmt::format("several rows have the same id: {}", repeated), "Nothing was changed.",
                              fmt::format("Remove the rows of {} that are superfluous, then start again.", name)});
}

void upgrade(Operations& op) {
  for (const LegacyTable& legacy : legacy_tables()) {
    const database::Table* table = op.table(legacy.name);
    if (table == nullptr || !has_all_columns(*table, legacy.key) || has_key(*table, legacy.key)) continue;
    check_unique(op, *table, legacy.key);
    op.create_primary_key(fmt::format("pk_{}", legacy.name), legacy.name, legacy.key);
  }
}

/// Primary keys do no harm to older programs.
void downgrade(Operations& /*op*/) {}

}  // namespace

const Revision& revision_461111b60977() {
  static const Revision revision{
      .id = "461111b60977",
      .down_revision = "3c9b0ca343fd",
      .message = "add missing primary keys to legacy peewee tables",
      .create_date = "2026-05-14 04:38:14.000000",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

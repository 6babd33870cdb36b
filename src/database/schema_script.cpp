#include "database/schema_script.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "database/normal_form.hpp"
#include "database/postgres_script.hpp"
#include "database/sqlite_script.hpp"

namespace liftlock::database {

namespace {

bool alike(const Table& one, const Table& other) {
  return std::ranges::equal(one.columns, other.columns, [&](const Column& a, const Column& b) {
    return a.name == b.name && definition_of(a, one) == definition_of(b, other);
  });
}

void note_dropped_tables(const SchemaChanges& changes, std::vector<std::string>& notes) {
  for (const Table* dropped : changes.dropped) {
    notes.push_back(fmt::format("The table {} goes, with its rows.", dropped->name));
    for (const Table* created : changes.created) {
      if (!alike(*dropped, *created)) continue;
      notes.push_back(
          fmt::format("{} may be {} under another name: a renaming cannot be seen.", created->name, dropped->name));
    }
  }
}

void note_dropped_columns(const TableChange& change, std::vector<std::string>& notes) {
  const std::string& table = change.to->name;
  for (const Column* dropped : change.dropped_columns) {
    notes.push_back(fmt::format("The column {}.{} goes, with its values.", table, dropped->name));
    std::vector<std::string> alike;
    for (const Column* added : change.added_columns) {
      const bool same = definition_of(*dropped, *change.from) == definition_of(*added, *change.to);
      if (same) alike.push_back(fmt::format("{}.{}", table, added->name));
    }
    if (alike.empty()) continue;
    notes.push_back(fmt::format("{}.{} may have become {}: a renaming cannot be seen.", table, dropped->name,
                                fmt::join(alike, " or ")));
  }
}

void note_values(const TableChange& change, std::vector<std::string>& notes) {
  const std::string& table = change.to->name;
  for (const Column* added : change.added_columns) {
    if (added->nullable || added->server_default) continue;
    notes.push_back(
        fmt::format("The column {}.{} is NOT NULL without a default: it can be added only while the table has no rows.",
                    table, added->name));
  }
  for (const auto& altered : change.altered_columns) {
    const std::string column = fmt::format("{}.{}", table, altered.to->name);
    if (altered.type) {
      notes.push_back(fmt::format("The values of {} are not converted from {} to {}.", column, altered.from->type,
                                  altered.to->type));
    }
    if (altered.nullable && !altered.to->nullable) {
      notes.push_back(fmt::format("The column {} becomes NOT NULL, which fails where a row has no value.", column));
    }
  }
  for (const CheckConstraint* check : change.added_checks) {
    notes.push_back(fmt::format("The check ({}) on {} fails where a row does not meet it.", check->condition, table));
  }
  if (!change.added_uniques.empty() ||
      std::ranges::any_of(change.added_indexes, [](const Index* index) { return index->unique; })) {
    notes.push_back(fmt::format("What becomes unique in {} fails where two rows are alike.", table));
  }
}

}  // namespace

std::vector<std::string> notes_on(const SchemaChanges& changes) {
  std::vector<std::string> notes;
  note_dropped_tables(changes, notes);
  for (const TableChange& change : changes.changed) {
    note_dropped_columns(change, notes);
    note_values(change, notes);
  }
  return notes;
}

SchemaScript script_between(const Schema& from, const Schema& to, Dialect dialect) {
  const SchemaChanges changes = changes_between(from, to);
  std::vector<std::string> statements =
      dialect == Dialect::sqlite ? sqlite_statements(changes) : postgres_statements(changes, from);
  return {std::move(statements), notes_on(changes)};
}

}  // namespace liftlock::database

#include "database/schema_changes.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "database/normal_form.hpp"

namespace liftlock::database {

namespace {

/// Parts of `from` that no part of `to` equals, and the other way round. Two equal parts count twice.
template <class Part, class Text>
void split(const std::vector<Part>& from, const std::vector<Part>& to, Text text, std::vector<const Part*>& dropped,
           std::vector<const Part*>& added) {
  std::multiset<std::string> left;
  for (const Part& part : from) left.insert(text(part));
  for (const Part& part : to) {
    const auto match = left.find(text(part));
    if (match == left.end())
      added.push_back(&part);
    else
      left.erase(match);
  }
  for (const Part& part : from) {
    const auto match = left.find(text(part));
    if (match == left.end()) continue;
    dropped.push_back(&part);
    left.erase(match);
  }
}

template <class Part>
std::string named(const Part& part) {
  return name_of(part) + ' ' + definition_of(part);
}

bool not_null(const Table& table, const Column& column) {
  return !column.nullable || is_key_column(table, column.name);
}

std::string default_of(const Column& column) {
  return column.server_default ? "=" + normal_default(*column.server_default) : std::string();
}

void compare_columns(TableChange& change) {
  for (const Column& column : change.to->columns) {
    const Column* before = change.from->column(column.name);
    if (before == nullptr) {
      change.added_columns.push_back(&column);
      continue;
    }
    const TableChange::Alteration alteration{before, &column, upper(before->type) != upper(column.type),
                                             not_null(*change.from, *before) != not_null(*change.to, column),
                                             default_of(*before) != default_of(column)};
    if (alteration.type || alteration.nullable || alteration.server_default) {
      change.altered_columns.push_back(alteration);
    }
  }
  for (const Column& column : change.from->columns) {
    if (change.to->column(column.name) == nullptr) change.dropped_columns.push_back(&column);
  }
}

TableChange compare(const Table& from, const Table& to) {
  TableChange change;
  change.from = &from;
  change.to = &to;
  compare_columns(change);
  const auto key = [](const Table& table) { return table.primary_key ? definition_of(*table.primary_key) : ""; };
  change.primary_key = key(from) != key(to);
  split(
      from.unique_constraints, to.unique_constraints, [](const auto& unique) { return name_of(unique); },
      change.dropped_uniques, change.added_uniques);
  split(from.check_constraints, to.check_constraints, named<CheckConstraint>, change.dropped_checks,
        change.added_checks);
  split(from.foreign_keys, to.foreign_keys, named<ForeignKey>, change.dropped_foreign_keys, change.added_foreign_keys);
  split(
      from.indexes, to.indexes, [](const Index& index) { return index.name + ' ' + definition_of(index); },
      change.dropped_indexes, change.added_indexes);
  return change;
}

bool changes_keys(const TableChange& change) {
  return change.primary_key || !change.dropped_uniques.empty() || !change.altered_columns.empty() ||
         !change.dropped_indexes.empty();
}

/// Referred tables first.
std::vector<const Table*> in_order(std::vector<const Table*> tables) {
  std::vector<const Table*> order;
  while (!tables.empty()) {
    const auto waits = [&](const Table* table) {
      return std::ranges::any_of(table->foreign_keys, [&](const ForeignKey& key) {
        return key.referred_table != table->name &&
               std::ranges::find(tables, key.referred_table, &Table::name) != tables.end();
      });
    };
    auto next = std::ranges::find_if_not(tables, waits);
    if (next == tables.end()) next = tables.begin();  // a ring
    order.push_back(*next);
    tables.erase(next);
  }
  return order;
}

}  // namespace

SchemaChanges changes_between(const Schema& from, const Schema& to) {
  SchemaChanges changes;
  for (const auto& [name, table] : to.tables) {
    const Table* before = from.table(name);
    if (before == nullptr) {
      changes.created.push_back(&table);
      continue;
    }
    TableChange change = compare(*before, table);
    if (!change.empty()) changes.changed.push_back(std::move(change));
  }
  for (const auto& [name, table] : from.tables) {
    if (to.table(name) == nullptr) changes.dropped.push_back(&table);
  }
  changes.created = in_order(std::move(changes.created));
  changes.dropped = in_order(std::move(changes.dropped));
  std::ranges::reverse(changes.dropped);
  return changes;
}

std::vector<HeldKey> held_keys(const SchemaChanges& changes, const Schema& from) {
  std::vector<HeldKey> held;
  for (const auto& [name, table] : from.tables) {
    if (std::ranges::find(changes.dropped, &table) != changes.dropped.end()) continue;
    const auto own = std::ranges::find(changes.changed, &table, &TableChange::from);
    for (const ForeignKey& key : table.foreign_keys) {
      const auto referred = std::ranges::find_if(
          changes.changed, [&](const TableChange& change) { return change.from->name == key.referred_table; });
      const bool holds_on = referred != changes.changed.end() && changes_keys(*referred);
      const bool goes = own != changes.changed.end() &&
                        std::ranges::find(own->dropped_foreign_keys, &key) != own->dropped_foreign_keys.end();
      if (holds_on && !goes) held.push_back({&table, &key});
    }
  }
  return held;
}

}  // namespace liftlock::database

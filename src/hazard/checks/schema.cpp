// Keys, and what no release of Open WebUI has made.

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "hazard/checks/all.hpp"

namespace liftlock::hazard {

namespace {

struct Key {
  std::string_view table;
  std::vector<std::string> columns;
};

/// Tables that Peewee made, which get a primary key from 461111b60977 on.
const std::vector<Key>& legacy_keys() {
  static const std::vector<Key> keys = {
      {"auth", {"id"}},   {"chat", {"id"}},           {"chatidtag", {"id"}}, {"document", {"id"}},
      {"file", {"id"}},   {"function", {"id"}},       {"memory", {"id"}},    {"model", {"id"}},
      {"prompt", {"id"}}, {"tag", {"id", "user_id"}}, {"tool", {"id"}},      {"user", {"id"}},
  };
  return keys;
}

bool is_unique(const database::Table& table, const std::vector<std::string>& columns) {
  const auto within = [&](const std::vector<std::string>& unique) {
    return std::ranges::all_of(unique,
                               [&](const auto& name) { return std::ranges::find(columns, name) != columns.end(); });
  };
  if (table.primary_key && within(table.primary_key->columns)) return true;
  if (std::ranges::any_of(table.unique_constraints, within, &database::UniqueConstraint::columns)) return true;
  return std::ranges::any_of(table.indexes, [&](const database::Index& index) {
    return index.unique && !index.where && !index.columns.empty() && within(index.columns);
  });
}

bool has_all(const database::Table& table, const std::vector<std::string>& columns) {
  return std::ranges::all_of(columns, [&](const auto& name) { return table.column(name) != nullptr; });
}

/// 1af9b942657b gives tags with a name new ids and merges equal ones; one without a name can stand in their way.
constexpr std::string_view tags_in_the_way = R"sql(
SELECT count(*) FROM (SELECT 1 FROM tag WHERE user_id IS NOT NULL AND (name IS NOT NULL OR id IS NOT NULL)
GROUP BY coalesce(lower(replace(name, ' ', '_')), id), user_id HAVING count(*) > 1 AND count(*) > count(name))
)sql";

std::string repeated_keys_of(const Key& key) {
  return fmt::format(
      "SELECT count(*) FROM (SELECT 1 FROM \"{0}\" WHERE {1} IS NOT NULL GROUP BY {2} HAVING count(*) > 1)", key.table,
      fmt::join(key.columns, " IS NOT NULL AND "), fmt::join(key.columns, ", "));
}

class RepeatedKeys final : public Check {
 public:
  RepeatedKeys() : Check("repeated-key") {}
  bool applies(const Situation& situation) const override {
    return situation.way == Way::up && (situation.crosses("461111b60977") || renames_tags(situation));
  }
  Result<Findings> run(const Situation& situation) const override {
    std::int64_t count = 0;
    std::vector<std::string> examples;
    for (const Key& key : legacy_keys()) {
      const auto repeated = TRY(repeated_in(situation, key));
      if (repeated == 0) continue;
      count += repeated;
      examples.push_back(fmt::format("{}: {}", key.table, repeated));
    }
    if (count == 0) return Findings{};
    return Findings{finding(situation, count, std::move(examples))};
  }

 private:
  static bool renames_tags(const Situation& situation) {
    return situation.crosses("1af9b942657b") && situation.has_column("tag", "name");
  }

  static Result<std::int64_t> repeated_in(const Situation& situation, const Key& key) {
    const database::Table* table = situation.schema.table(key.table);
    if (table == nullptr || !has_all(*table, key.columns)) return 0;
    if (key.table == "tag" && renames_tags(situation))
      return TRY(situation.database->query_integer(tags_in_the_way)).value_or(0);
    if (!situation.crosses("461111b60977") || is_unique(*table, key.columns)) return 0;
    return TRY(situation.database->query_integer(repeated_keys_of(key))).value_or(0);
  }
};

/// Only where the schema has been altered by hand: every release forbids it.
class RowsWithoutId final : public Check {
 public:
  RowsWithoutId() : Check("row-without-id") {}
  bool applies(const Situation& situation) const override {
    return situation.way == Way::up && situation.state.lineage != migration::Lineage::none &&
           situation.state.known_revision;
  }
  Result<Findings> run(const Situation& situation) const override {
    std::int64_t count = 0;
    std::vector<std::string> examples;
    for (const auto& [name, table] : situation.schema.tables) {
      const database::Column* id = table.column("id");
      if (id == nullptr || !id->nullable) continue;
      const auto rows = TRY(situation.database->query_integer(
          fmt::format("SELECT count(*) FROM {} WHERE id IS NULL", database::quote_identifier(name))));
      if (rows.value_or(0) == 0 || !TRY(is_ours(situation, name))) continue;
      count += *rows;
      examples.push_back(fmt::format("{}: {}", name, *rows));
    }
    if (count == 0) return Findings{};
    return Findings{finding(situation, count, std::move(examples))};
  }

 private:
  static Result<bool> is_ours(const Situation& situation, std::string_view table) {
    const auto known = TRY(migration::expected_schema(situation.state.lineage,
                                                      {situation.state.peewee_migrations, situation.state.revision}));
    return known.table(table) != nullptr;
  }
};

class UnknownTables final : public Check {
 public:
  UnknownTables() : Check("tables-of-others") {}
  bool applies(const Situation& situation) const override {
    return situation.way == Way::up && situation.state.lineage != migration::Lineage::none &&
           situation.state.known_revision;
  }
  Result<Findings> run(const Situation& situation) const override {
    const auto known = TRY(migration::expected_schema(situation.state.lineage,
                                                      {situation.state.peewee_migrations, situation.state.revision}));
    std::vector<std::string> names;
    for (const auto& [name, table] : situation.schema.tables) {
      const bool is_version_table = name == "alembic_version" || name == "migratehistory" || name == "document" ||
                                    name == "chatidtag" || name == "config_old" || name.starts_with("_alembic_tmp_");
      if (known.table(name) == nullptr && !is_version_table) names.push_back(name);
    }
    if (names.empty()) return Findings{};
    const auto count = static_cast<std::int64_t>(names.size());
    return Findings{finding(situation, count, std::move(names))};
  }
};

class Triggers final : public Check {
 public:
  Triggers() : Check("triggers-kept") {}
  bool applies(const Situation& situation) const override { return situation.way == Way::up; }
  Result<Findings> run(const Situation& situation) const override {
    std::vector<std::string> names;
    for (const auto& [name, table] : situation.schema.tables) {
      for (const auto& trigger : table.triggers) names.push_back(fmt::format("{} on {}", trigger.name, name));
    }
    for (const auto& other : situation.schema.others) names.push_back(fmt::format("{} {}", other.type, other.name));
    if (names.empty()) return Findings{};
    const auto count = static_cast<std::int64_t>(names.size());
    return Findings{finding(situation, count, std::move(names))};
  }
};

}  // namespace

void add_schema_checks(CheckList& list) {
  add<RepeatedKeys>(list);
  add<RowsWithoutId>(list);
  add<UnknownTables>(list);
  add<Triggers>(list);
}

}  // namespace liftlock::hazard

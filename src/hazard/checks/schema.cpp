// Keys, and what no release of Open WebUI has made.

#include <fmt/core.h>

#include <array>

#include "hazard/checks/all.hpp"

namespace liftlock::hazard {

namespace {

/// Tables that Peewee made, which get a primary key from 461111b60977 on.
constexpr std::array<std::string_view, 10> legacy_tables = {"auth",   "chat",  "chatidtag", "file", "function",
                                                            "memory", "model", "prompt",    "tool", "user"};

bool is_unique(const database::Table& table) {
  const std::vector<std::string> id{"id"};
  if (table.primary_key && table.primary_key->columns == id) return true;
  for (const auto& constraint : table.unique_constraints) {
    if (constraint.columns == id) return true;
  }
  for (const auto& index : table.indexes) {
    if (index.unique && !index.where && index.columns == id) return true;
  }
  return false;
}

class RepeatedKeys final : public Check {
 public:
  RepeatedKeys() : Check("repeated-key") {}
  bool applies(const Situation& situation) const override {
    return situation.way == Way::up && situation.crosses("461111b60977");
  }
  Result<Findings> run(const Situation& situation) const override {
    std::int64_t count = 0;
    std::vector<std::string> examples;
    for (const std::string_view name : legacy_tables) {
      const database::Table* table = situation.schema.table(name);
      if (table == nullptr || table->column("id") == nullptr || is_unique(*table)) continue;
      const auto repeated = TRY(situation.database->query_integer(fmt::format(
          "SELECT count(*) FROM (SELECT 1 FROM \"{}\" WHERE id IS NOT NULL GROUP BY id HAVING count(*) > 1)", name)));
      if (repeated.value_or(0) == 0) continue;
      count += *repeated;
      examples.push_back(fmt::format("{}: {}", name, *repeated));
    }
    if (count == 0) return Findings{};
    return Findings{finding(situation, count, std::move(examples))};
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
  add<UnknownTables>(list);
  add<Triggers>(list);
}

}  // namespace liftlock::hazard

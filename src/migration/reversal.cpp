#include "migration/reversal.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <stdexcept>

#include "base/format.hpp"
#include "database/sqlite_schema.hpp"
#include "migration/loss_counter.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/state.hpp"

namespace liftlock::migration {

using database::quote_identifier;

namespace {

constexpr std::string_view simply_gone = "older versions do not have it";

/// What moves into another table or column on the way down, and is lost after all where that goes, too.
struct Moved {
  std::string_view table;
  std::string_view
      holder;  ///< "table", "table.column", or "table@revision": the table that this revision's way back drops
  std::string_view condition;
};
constexpr Moved moved[] = {
    {"config", "config@ca81bd47c050", "1"},
    {"group_member", "group", "1"},
    {"knowledge_file", "knowledge", "1"},
    {"pinned_note", "note.is_pinned", "1"},
    {"access_grant", "knowledge.access_control", "resource_type = 'knowledge'"},
    {"access_grant", "prompt.access_control", "resource_type = 'prompt'"},
    {"access_grant", "tool.access_control", "resource_type = 'tool'"},
    {"access_grant", "model.access_control", "resource_type = 'model'"},
    {"access_grant", "file.access_control", "resource_type = 'file'"},
    {"access_grant", "note", "resource_type = 'note'"},
    {"access_grant", "channel", "resource_type = 'channel'"},
};

/// All reversals, newest first, with the texts that derived effects point to.
struct Reversals {
  std::vector<Revision> revisions;
  std::deque<std::string> texts;
};

bool declares(const Revision& reversal, Effect::Kind kind, std::string_view table, std::string_view column) {
  return std::ranges::any_of(reversal.effects, [&](const Effect& effect) {
    const bool same = effect.kind == kind && effect.table == table && effect.column == column;
    return same ||
           (kind == Effect::Kind::drops_table && effect.kind == Effect::Kind::renames_table && effect.table == table);
  });
}

bool drops(const Revision& reversal, std::string_view table) {
  return declares(reversal, Effect::Kind::drops_table, table, {});
}

/// Adds what one step shows: tables and columns that were there before it and are not afterwards.
void add_derived(Reversals& all, Revision& reversal, const database::Schema& before, const database::Schema& after) {
  const auto add = [&](Effect::Kind kind, const std::string& table, const std::string& column) {
    if (declares(reversal, kind, table, column)) return;
    reversal.effects.push_back({.kind = kind,
                                .table = all.texts.emplace_back(table),
                                .column = all.texts.emplace_back(column),
                                .condition = {},
                                .why = simply_gone});
  };
  for (const auto& [name, table] : before.tables) {
    const database::Table* kept = after.table(name);
    if (kept == nullptr) {
      add(Effect::Kind::drops_table, name, {});
      continue;
    }
    if (drops(reversal, name)) continue;  // what bears its name is another table
    for (const database::Column& column : table.columns) {
      if (kept->column(column.name) == nullptr) add(Effect::Kind::drops_column, name, column.name);
    }
  }
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::logic_error(fmt::format("{}: {}", result.error().doing, result.error().what));
  return *std::move(result);
}

Reversals make_reversals() {
  Reversals all;
  const auto chain = openwebui::alembic_revisions();
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    const Revision& revision = **at;
    all.revisions.push_back({.id = revision.id,
                             .down_revision = revision.down_revision,
                             .message = revision.message,
                             .create_date = revision.create_date,
                             .summary = {},
                             .upgrade = revision.downgrade,
                             .downgrade = nullptr,
                             .effects = revision.down_effects,
                             .proofs = revision.down_proofs,
                             .down_effects = {},
                             .down_proofs = {}});
  }
  Path path;
  for (const Revision& reversal : all.revisions) path.downward.push_back(&reversal);
  for (const Lineage lineage : {Lineage::peewee, Lineage::alembic}) {
    const database::Schema head = must(expected_schema(lineage, {18, std::string(chain.back()->id)}));
    const SchemaRun run = must(try_on_schema(head, path));
    for (std::size_t i = 0; i < all.revisions.size(); ++i)
      add_derived(all, all.revisions[i], i == 0 ? head : run.after_step[i - 1], run.after_step[i]);
  }
  return all;
}

/// Where the content of a table that bears a name at some point of the path stands in the database.
class Origins {
 public:
  explicit Origins(const database::Schema& schema) {
    for (const auto& [name, table] : schema.tables) tables_[name] = &table;
  }

  /// nullptr where it is none that was there before the path.
  [[nodiscard]] const database::Table* of(std::string_view name) const {
    const auto found = tables_.find(name);
    return found == tables_.end() ? nullptr : found->second;
  }
  void drop(std::string_view name) {
    if (const auto found = tables_.find(name); found != tables_.end()) tables_.erase(found);
  }
  void rename(std::string_view from, std::string_view to) {
    const database::Table* table = of(from);
    drop(from);
    if (table != nullptr) tables_[std::string(to)] = table;
  }
  /// True at the first time.
  bool drop_column(const database::Table& table, std::string_view column) {
    return columns_.emplace(table.name, column).second;
  }

 private:
  std::map<std::string, const database::Table*, std::less<>> tables_;
  std::set<std::pair<std::string, std::string>> columns_;
};

/// A condition that cannot be asked of this database counts as true: rather too much is said than too little.
Result<std::int64_t> count_rows(LossCounter& counter, const std::string& table, std::string_view condition,
                                const std::string& also) {
  if (!condition.empty()) {
    auto some = counter.count(table, fmt::format("{} AND {}", also, counter.truth(condition)));
    if (some) return some;
  }
  return counter.count(table, also);
}

std::string_view lost_rows(const Effect& effect) {
  const bool some_stay = effect.kind == Effect::Kind::removes_rows && !effect.column.empty();
  return some_stay ? effect.column : effect.condition;
}

class SqliteCounter final : public LossCounter {
 public:
  explicit SqliteCounter(database::Connection& connection) : connection_(connection) {}

  Result<std::int64_t> count(const std::string& table, const std::string& where) override {
    const std::string sql = fmt::format("SELECT count(*) FROM {} WHERE {}", quote_identifier(table), where);
    return TRY(connection_.query_integer(sql)).value_or(0);
  }

  [[nodiscard]] std::string truth(std::string_view condition) const override {
    return fmt::format("coalesce(({}), 0)", condition);
  }

  [[nodiscard]] std::string has_content(const database::Column& column) const override {
    const std::string name = quote_identifier(column.name);
    std::string condition = fmt::format("{0} IS NOT NULL AND {0} NOT IN ('', 'null', '{{}}', '[]')", name);
    if (column.server_default) condition += fmt::format(" AND {} IS NOT ({})", name, *column.server_default);
    return condition;
  }

 private:
  database::Connection& connection_;
};

}  // namespace

const Revision& reversal_of(const Revision& revision) {
  static const Reversals all = make_reversals();
  const auto found = std::ranges::find(all.revisions, revision.id, &Revision::id);
  if (found == all.revisions.end()) throw std::logic_error(fmt::format("{} has no way back", revision.id));
  return *found;
}

Result<std::vector<DownwardLoss>> count_downward_losses(const database::Schema& schema, const Path& path,
                                                        LossCounter& counter) {
  Origins origins(schema);
  struct Dropper {
    const Revision* step;
    std::string_view condition;
  };
  std::map<std::string, Dropper, std::less<>> droppers;
  std::vector<DownwardLoss> losses;
  const auto add = [&](const Revision& by, const database::Table& table, std::string_view column, std::int64_t count) {
    if (count == 0) return;
    const auto same = std::ranges::find_if(
        losses, [&](const DownwardLoss& loss) { return loss.table == table.name && loss.column == column; });
    if (same != losses.end())
      same->count += count;
    else
      losses.push_back({std::string(by.id), table.name, std::string(column), count});
  };
  for (const Revision* step : path.downward) {
    for (const Effect& effect : step->effects) {
      if (effect.kind == Effect::Kind::drops_table)
        droppers.emplace(fmt::format("{}@{}", effect.table, step->id), Dropper{step, effect.condition});
      const database::Table* table = origins.of(effect.table);
      if (table == nullptr) continue;
      if (effect.kind == Effect::Kind::renames_table) origins.rename(effect.table, effect.column);
      if (effect.kind == Effect::Kind::drops_table || effect.kind == Effect::Kind::removes_rows)
        add(*step, *table, {}, TRY(count_rows(counter, table->name, lost_rows(effect), "true")));
      if (effect.kind == Effect::Kind::drops_table) {
        droppers.emplace(table->name, Dropper{step, effect.condition});
        origins.drop(effect.table);
      }
      if (effect.kind != Effect::Kind::drops_column) continue;
      droppers.emplace(fmt::format("{}.{}", effect.table, effect.column), Dropper{step, effect.condition});
      const database::Column* column = table->column(effect.column);
      if (column == nullptr || !origins.drop_column(*table, effect.column)) continue;
      add(*step, *table, effect.column,
          TRY(count_rows(counter, table->name, effect.condition, counter.has_content(*column))));
    }
  }
  for (const auto& [table, holder, condition] : moved) {
    const auto by = droppers.find(holder);
    const auto first = droppers.find(table);
    if (by == droppers.end() || first == droppers.end() || schema.table(table) == nullptr) continue;
    const std::string already = first->second.condition.empty() ? "true" : counter.truth(first->second.condition);
    const std::string still = fmt::format("{} AND NOT {}", counter.truth(condition), already);
    add(*by->second.step, *schema.table(table), {}, TRY(count_rows(counter, std::string(table), {}, still)));
  }
  // Rows that all go take their columns with them.
  for (const DownwardLoss& gone : std::vector<DownwardLoss>(losses)) {
    const auto rows = gone.column.empty() ? TRY(count_rows(counter, gone.table, {}, "true")) : -1;
    if (gone.count != rows) continue;
    std::erase_if(losses, [&](const auto& loss) { return loss.table == gone.table && !loss.column.empty(); });
  }
  return losses;
}

Result<std::vector<DownwardLoss>> count_downward_losses(database::Connection& connection, const Path& path) {
  SqliteCounter counter(connection);
  return count_downward_losses(TRY(database::read_schema(connection)), path, counter);
}

std::string sentence_of(const DownwardLoss& loss) {
  if (loss.column.empty()) return fmt::format("{}: {}", loss.table, format_count(loss.count, "row", "rows"));
  return fmt::format("{}.{}: {}", loss.table, loss.column, format_count(loss.count, "value", "values"));
}

}  // namespace liftlock::migration

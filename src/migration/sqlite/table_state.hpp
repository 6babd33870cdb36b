#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "database/schema.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::sqlite {

/// Where a value of the rows on their way comes from. Slots are never removed, so that a step queued early still
/// finds the column that it named then, however often it is renamed or dropped later.
struct Slot {
  int origin = -1;                         ///< position among TableState::origin_columns; -1: not in the old rows
  std::optional<std::string> default_sql;  ///< value of a column that was added with a server default
};

/// The names that a table's columns had at one moment, with their slots.
using SlotNames = std::vector<std::pair<std::string, int>>;

[[nodiscard]] int find_slot(const SlotNames& names, std::string_view column);

/// A step that waits on a table, or has run there; `number` orders it among the steps and inserters of the build.
struct QueuedStep {
  std::unique_ptr<RowStep> step;
  SlotNames names;
  int number = 0;
  std::string revision;
};

/// One table on its way through the build.
struct TableState {
  database::Table definition;               ///< as it stands after all operations so far
  std::string schema;                       ///< where its rows are now: "source", "main", or empty: it has none yet
  std::string physical_name;                ///< its name there
  std::vector<std::string> origin_columns;  ///< the columns that it has there
  std::vector<Slot> slots;
  std::vector<int> column_slots;  ///< the slot of each of definition.columns
  std::vector<std::unique_ptr<QueuedStep>> steps;
  std::size_t steps_done = 0;                        ///< the first `steps_done` of them have run over the rows
  bool changed = false;                              ///< the definition differs from what is there
  std::set<std::string, std::less<>> built_indexes;  ///< those of definition.indexes that stand in `main`
  bool index_early = false;  ///< somebody will look rows up while others are still being written

  [[nodiscard]] SlotNames slot_names() const;
  [[nodiscard]] bool waiting() const { return schema != "main" || changed || steps_done < steps.size(); }
  /// Takes note that the rows now stand in `main` in the form that `definition` says.
  void settle_in_main();
};

/// A state for a table that lies in the source, and one for a table that does not exist yet.
[[nodiscard]] TableState state_in_source(database::Table definition);
[[nodiscard]] TableState state_of_new(database::Table definition);

/// "main"."chat"
[[nodiscard]] std::string qualified(std::string_view schema, std::string_view table);

}  // namespace liftlock::migration::sqlite

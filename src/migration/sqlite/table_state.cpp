#include "migration/sqlite/table_state.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "database/sqlite.hpp"

namespace liftlock::migration::sqlite {

int find_slot(const SlotNames& names, std::string_view column) {
  const auto found = std::ranges::find(names, column, &SlotNames::value_type::first);
  if (found == names.end()) throw std::logic_error(fmt::format("no column {} in this row", column));
  return found->second;
}

SlotNames TableState::slot_names() const {
  SlotNames names;
  for (std::size_t i = 0; i < definition.columns.size(); ++i) {
    names.emplace_back(definition.columns[i].name, column_slots[i]);
  }
  return names;
}

void TableState::settle_in_main() {
  schema = "main";
  physical_name = definition.name;
  changed = false;
  built_indexes.clear();
  steps_done = steps.size();
  origin_columns.clear();
  for (Slot& slot : slots) slot.origin = -1;
  for (std::size_t i = 0; i < definition.columns.size(); ++i) {
    origin_columns.push_back(definition.columns[i].name);
    slots[static_cast<std::size_t>(column_slots[i])].origin = static_cast<int>(i);
  }
}

TableState state_of_new(database::Table definition) {
  TableState state;
  for (std::size_t i = 0; i < definition.columns.size(); ++i) {
    state.slots.push_back({-1, definition.columns[i].server_default});
    state.column_slots.push_back(static_cast<int>(i));
  }
  state.definition = std::move(definition);
  return state;
}

TableState state_in_source(database::Table definition) {
  TableState state = state_of_new(std::move(definition));
  state.schema = "source";
  state.physical_name = state.definition.name;
  for (std::size_t i = 0; i < state.definition.columns.size(); ++i) {
    state.origin_columns.push_back(state.definition.columns[i].name);
    state.slots[i] = {static_cast<int>(i), state.definition.columns[i].server_default};
  }
  return state;
}

std::string qualified(std::string_view schema, std::string_view table) {
  return database::quote_identifier(schema) + '.' + database::quote_identifier(table);
}

}  // namespace liftlock::migration::sqlite

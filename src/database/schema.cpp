#include "database/schema.hpp"

#include <algorithm>

namespace liftlock::database {

const Column* Table::column(std::string_view column_name) const {
  const auto found = std::ranges::find(columns, column_name, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

Column* Table::column(std::string_view column_name) {
  const auto found = std::ranges::find(columns, column_name, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

const Table* Schema::table(std::string_view table_name) const {
  const auto found = tables.find(table_name);
  return found == tables.end() ? nullptr : &found->second;
}

}  // namespace liftlock::database

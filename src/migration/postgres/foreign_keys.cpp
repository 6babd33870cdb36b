#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "database/sqlite.hpp"
#include "migration/postgres/inserter.hpp"
#include "migration/postgres/operations.hpp"

namespace liftlock::migration::postgres {

using database::quote_identifier;

namespace {

bool refers_to(const database::Table& table, std::string_view name) {
  return std::ranges::find(table.foreign_keys, name, &database::ForeignKey::referred_table) != table.foreign_keys.end();
}

}  // namespace

void PostgresOperations::put_off_keys(std::string_view name) {
  TableState& table = state(name);
  if (!table.is_made_here || !table.put_off.empty() || !in_pass_.empty()) return;
  for (const database::ForeignKey& key : table.known.foreign_keys) {
    must(connection_.execute(
        fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", quote_identifier(name), quote_identifier(key.name))));
  }
  table.put_off = table.known.foreign_keys;
}

void PostgresOperations::make_keys(std::string_view name) {
  for (auto& [own, table] : tables_) {
    const bool concerned =
        own == name ||
        std::ranges::find(table.put_off, name, &database::ForeignKey::referred_table) != table.put_off.end();
    if (table.put_off.empty() || !concerned) continue;
    flush({});
    for (const database::ForeignKey& key : std::exchange(table.put_off, {})) {
      must(connection_.execute(
          fmt::format("ALTER TABLE {} ADD {}", quote_identifier(own), pg::render_foreign_key(key))));
    }
  }
}

void PostgresOperations::make_ready_to_delete(std::string_view name) {
  for (auto& [own, table] : tables_) {
    if (refers_to(table.known, name)) build_deferred(own);
  }
  make_keys(name);
}

}  // namespace liftlock::migration::postgres

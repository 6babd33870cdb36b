#pragma once

#include <span>
#include <string_view>

namespace liftlock::release {

/// One published package, as its migration scripts have it.
struct CatalogueRow {
  std::string_view version;
  std::string_view alembic_head;  ///< empty: the release has no Alembic yet
  int peewee_migrations;          ///< how many of the 18 it ships
};

/// Oldest first.
[[nodiscard]] std::span<const CatalogueRow> catalogue_rows();

}  // namespace liftlock::release

#pragma once

#include <vector>

#include "database/schema.hpp"

namespace liftlock::database {

/// What has to be done to one table that both schemas have.
struct TableChange {
  const Table* from = nullptr;
  const Table* to = nullptr;
  std::vector<const Column*> dropped_columns, added_columns;
  struct Alteration {
    const Column* from;
    const Column* to;
    bool type, nullable, server_default;  ///< which of them differ
  };
  std::vector<Alteration> altered_columns;
  bool primary_key = false;  ///< it differs, or only one of them has one
  std::vector<const UniqueConstraint*> dropped_uniques, added_uniques;
  std::vector<const CheckConstraint*> dropped_checks, added_checks;
  std::vector<const ForeignKey*> dropped_foreign_keys, added_foreign_keys;
  std::vector<const Index*> dropped_indexes, added_indexes;

  [[nodiscard]] bool touches_constraints() const {
    return primary_key || !dropped_uniques.empty() || !added_uniques.empty() || !dropped_checks.empty() ||
           !added_checks.empty() || !dropped_foreign_keys.empty() || !added_foreign_keys.empty();
  }
  [[nodiscard]] bool only_indexes() const {
    return dropped_columns.empty() && added_columns.empty() && altered_columns.empty() && !touches_constraints();
  }
  [[nodiscard]] bool empty() const { return only_indexes() && dropped_indexes.empty() && added_indexes.empty(); }
};

/// The differences that compare_schemas() finds, as the parts of two schemas that they are about. A constraint or index
/// that differs is dropped and added. Refers to both schemas, which must outlive it.
struct SchemaChanges {
  std::vector<const Table*> created;  ///< each after the tables that it refers to, as far as there is such an order
  std::vector<TableChange> changed;
  std::vector<const Table*> dropped;  ///< each before the tables that it refers to

  [[nodiscard]] bool empty() const { return created.empty() && changed.empty() && dropped.empty(); }
};

/// A foreign key that is no change itself, but refers to a table whose keys change.
struct HeldKey {
  const Table* table;  ///< that it stands in
  const ForeignKey* key;
};

/// Foreign keys of `from`, the schema that the changes begin with, that hold on to what changes. Where a database does
/// not let a key be altered while another table refers to it (PostgreSQL), these go before all other changes, with the
/// foreign keys that are dropped, and come back behind them, with those that are added.
[[nodiscard]] std::vector<HeldKey> held_keys(const SchemaChanges& changes, const Schema& from);

/// What makes `from` like `to`. Both in one dialect's spelling (see translate_schema.hpp).
[[nodiscard]] SchemaChanges changes_between(const Schema& from, const Schema& to);

}  // namespace liftlock::database

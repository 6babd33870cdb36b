#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "migration/operations.hpp"

/// What the schema operations do to the definition of a table, whichever database it stands in.
namespace liftlock::migration::definition {

[[nodiscard]] database::Table make(std::string_view name, std::vector<ColumnDefinition> columns,
                                   std::vector<Constraint> constraints);
void add_column(database::Table& table, ColumnDefinition column);
/// With the indexes, keys and constraints on it. The column must be there.
void drop_column(database::Table& table, std::string_view column);
[[nodiscard]] std::vector<std::string> indexes_on(const database::Table& table, std::string_view column);
/// The column must be there. Indexes that name it lose their SQL text when it gets another name.
void alter_column(database::Table& table, std::string_view column, const Alteration& alteration);
/// Removes the constraint of that name, or the only one of its kind where the name is empty. False: there is none.
[[nodiscard]] bool drop_constraint(database::Table& table, std::string_view name, ConstraintKind kind);

}  // namespace liftlock::migration::definition

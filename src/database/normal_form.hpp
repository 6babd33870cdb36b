#pragma once

#include <string>
#include <string_view>

#include "database/schema.hpp"

/// One spelling for each part of a schema, so that what means the same is the same text: types upper-case, white space,
/// needless parentheses and quotes of numbers gone.
namespace liftlock::database {

[[nodiscard]] std::string upper(std::string text);
[[nodiscard]] std::string normal_expression(std::string_view expression);
[[nodiscard]] std::string normal_default(std::string_view expression);

/// What a part is called within its table: equal for two parts that are to be compared with each other.
[[nodiscard]] std::string name_of(const UniqueConstraint& unique);
[[nodiscard]] std::string name_of(const CheckConstraint& check);
[[nodiscard]] std::string name_of(const ForeignKey& key);

/// What a part is, besides its name. A column of the table's primary key counts as NOT NULL.
[[nodiscard]] std::string definition_of(const Column& column, const Table& table);
[[nodiscard]] std::string definition_of(const PrimaryKey& key);
[[nodiscard]] std::string definition_of(const CheckConstraint& check);
[[nodiscard]] std::string definition_of(const ForeignKey& key);
[[nodiscard]] std::string definition_of(const Index& index);

[[nodiscard]] bool is_key_column(const Table& table, std::string_view column);

}  // namespace liftlock::database

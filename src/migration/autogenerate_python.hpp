#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "database/dialect.hpp"
#include "database/schema.hpp"

/// Parts of a schema as SQLAlchemy's constructors, in Python.
namespace liftlock::migration {

/// `text` as a Python string literal.
[[nodiscard]] std::string python_string(std::string_view text);
/// "['a', 'b']"
[[nodiscard]] std::string python_list(const std::vector<std::string>& texts);
/// `sa.text('…')` of an SQL expression, with colons that would be parameters escaped.
[[nodiscard]] std::string python_sql(std::string_view sql);

/// Writes constructors; collects what they need imported and what they cannot say.
class PythonWriter {
 public:
  /// `schema` is the one that the parts come from.
  PythonWriter(database::Dialect dialect, const database::Schema& schema) : dialect_(dialect), schema_(schema) {}

  [[nodiscard]] std::string type(std::string_view spelled);
  /// sa.Column(…); `table` tells whether it is a key.
  [[nodiscard]] std::string column(const database::Column& column, const database::Table& table);
  [[nodiscard]] std::string primary_key(const database::PrimaryKey& key) const;
  [[nodiscard]] std::string unique(const database::UniqueConstraint& unique) const;
  [[nodiscard]] std::string check(const database::CheckConstraint& check) const;
  [[nodiscard]] std::string foreign_key(const database::ForeignKey& key) const;
  /// The columns that a foreign key refers to; the referred table's primary key where it names none.
  [[nodiscard]] std::vector<std::string> referred_columns(const database::ForeignKey& key) const;
  /// Keyword arguments of a foreign key, each behind ", ".
  [[nodiscard]] static std::string actions(const database::ForeignKey& key);
  /// Columns and constraints of a table, one a line.
  [[nodiscard]] std::vector<std::string> parts(const database::Table& table);
  [[nodiscard]] std::string create_index(const database::Index& index, const database::Table& table) const;

  [[nodiscard]] const std::set<std::string>& imports() const { return imports_; }
  [[nodiscard]] const std::set<std::string>& notes() const { return notes_; }

 private:
  [[nodiscard]] bool is_serial(const database::Column& column) const;
  database::Dialect dialect_;
  const database::Schema& schema_;
  std::set<std::string> imports_, notes_;
};

}  // namespace liftlock::migration

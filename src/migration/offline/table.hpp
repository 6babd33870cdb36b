#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "database/schema.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::offline {

/// A table of the script: as the database has it once the script so far has run, and as it shall be.
struct OfflineTable {
  std::optional<database::Table> there;  ///< nullopt: it has still to be made
  database::Table wanted;
  std::vector<std::optional<std::string>> origins;  ///< for each wanted column its name in `there`; nullopt: it is new
  bool is_empty = false;                            ///< it was made by the script, and nothing was written into it

  [[nodiscard]] bool is_new(std::size_t column) const { return !origins[column]; }
};

/// How one database is told what to do. Stateless; all texts end with a semicolon and a line break.
class ScriptDialect {
 public:
  virtual ~ScriptDialect() = default;
  [[nodiscard]] virtual Dialect dialect() const = 0;
  /// Gives constraints without a name the one that the database would give them, where it needs one to drop them.
  /// `taken`: the names of keys and indexes of all tables.
  virtual void name_constraints(database::Table& table, const std::set<std::string>& taken) const = 0;
  [[nodiscard]] virtual std::string begin() const = 0;
  [[nodiscard]] virtual std::string end() const = 0;
  /// From `there` to `wanted`, indexes included.
  [[nodiscard]] virtual std::string change(const OfflineTable& table) const = 0;
  [[nodiscard]] virtual std::string drop(std::string_view table) const = 0;
  [[nodiscard]] virtual std::string rename(std::string_view table, std::string_view new_name) const = 0;
  [[nodiscard]] virtual std::string stop_if(const SqlGuard& guard) const = 0;
  /// Stops unless the tables have the columns that they have in `schema`.
  [[nodiscard]] virtual std::string stop_unless(const database::Schema& schema, std::string_view revision) const = 0;
  [[nodiscard]] virtual const std::optional<SqlText>& text_of(const SqlStep& step) const = 0;
  [[nodiscard]] virtual std::string_view uuid() const = 0;
  [[nodiscard]] virtual std::string_view now() const = 0;
  [[nodiscard]] virtual std::string_view nanoseconds() const = 0;
};

[[nodiscard]] const ScriptDialect& sqlite_script();
[[nodiscard]] const ScriptDialect& postgresql_script();

/// 'text'
[[nodiscard]] std::string literal(std::string_view text);

}  // namespace liftlock::migration::offline

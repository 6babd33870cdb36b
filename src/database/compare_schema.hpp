#pragma once

#include <map>
#include <string>
#include <vector>

#include "database/schema.hpp"

namespace liftlock::database {

/// One thing that two schemas see differently.
struct SchemaDifference {
  enum class Kind { missing, extra, different };  ///< seen from the expected schema
  Kind kind;
  std::string object;    ///< "user/column/oauth", "chat/index/chat_id", "note/table"; stable enough to compare by
  std::string expected;  ///< empty where extra
  std::string actual;    ///< empty where missing

  /// "user/column/oauth is missing"
  [[nodiscard]] std::string text() const;
};

/// A schema as an inspector sees it, without any order: object → definition. Types are upper-case, defaults without
/// needless parentheses and quotes, so that two spellings of one schema are equal.
[[nodiscard]] std::map<std::string, std::string> describe_schema(const Schema& schema);

/// All differences, by object. Views, triggers and virtual tables are not looked at.
[[nodiscard]] std::vector<SchemaDifference> compare_schemas(const Schema& expected, const Schema& actual);

}  // namespace liftlock::database

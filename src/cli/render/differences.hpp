#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/render/style.hpp"
#include "database/compare_schema.hpp"
#include "migration/known_differences.hpp"

namespace liftlock::cli {

/// How the two sides of a comparison are called: in a check, "what is expected" is the one, in a diff it is A.
struct SideNames {
  std::string_view missing;    ///< "missing", "only in A"
  std::string_view extra;      ///< "not expected", "only in B"
  std::string_view different;  ///< "different"
};

/// Differences without those inside tables that are missing or extra as a whole.
[[nodiscard]] std::vector<database::SchemaDifference> condensed(
    const std::vector<database::SchemaDifference>& differences);

/// One line each, in columns. `expected`/`actual` stand as "ACTUAL instead of EXPECTED".
[[nodiscard]] std::string render_differences(const std::vector<database::SchemaDifference>& differences,
                                             const SideNames& names, const Style& style);

/// What is known, a line each; not what is inside a table that is missing or extra as a whole.
[[nodiscard]] std::string render_known(const std::vector<migration::KnownDifference>& known, const Style& style);

/// As docs/reference/json.md describes it; `expected` and `actual` are what the two sides are called there.
[[nodiscard]] nlohmann::ordered_json differences_json(const std::vector<database::SchemaDifference>& differences,
                                                      const char* expected, const char* actual);
[[nodiscard]] nlohmann::ordered_json known_json(const std::vector<migration::KnownDifference>& known,
                                                const char* expected, const char* actual);

/// What a command ends with that has answered which differences there are: an error that needs no more words, so that
/// the exit status is 1; nothing where there are none.
[[nodiscard]] Result<void> conclude(bool differ);
/// Whether an error is that one.
[[nodiscard]] bool is_answered(const Error& error);

/// "column user.oauth", "table note", "index chat_id of chat"
[[nodiscard]] std::string name_of_object(std::string_view object);

}  // namespace liftlock::cli

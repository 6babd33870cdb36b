#pragma once

#include <string>

#include "migration/script/revision_map.hpp"

/// Revisions as Alembic's commands print them.
namespace liftlock::migration::script {

/// What stands in an entry besides the id.
struct EntryParts {
  bool labels = false;
  bool doc = false;
  bool parents = false;
  bool tree = true;         ///< " (branchpoint)", " (mergepoint)"
  bool is_current = false;  ///< " (current)"
};

/// "1af9b942657b -> 242a2047eae0 (head), Update chat table", without a line end.
[[nodiscard]] std::string short_entry(const RevisionMap& map, std::size_t place, const EntryParts& parts);

/// The block of lines that --verbose prints; the path is left out where there is none.
[[nodiscard]] std::string long_entry(const RevisionMap& map, std::size_t place, bool is_current);

/// The revision as Alembic names it in warnings: parents, id, marks, first paragraph.
[[nodiscard]] std::string line_of(const Node& node);

/// Characters in a text in UTF-8.
[[nodiscard]] std::size_t length_of(std::string_view text);

}  // namespace liftlock::migration::script

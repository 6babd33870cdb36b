#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "migration/script/revision_map.hpp"
#include "migration/script/traversal.hpp"

/// Names of revisions, and ranges of them, as Alembic's commands take them: an id or the start of one, a branch label,
/// head, heads, base, LABEL@NAME, NAME+N, NAME-N, +N, -N.
///
/// Errors are of kind usage and have Alembic's words: "revision-unknown", "several-heads", "range-invalid" (the ends
/// are not on one branch), "revision-relative" (there are not so many steps, or there is more than one way to go).
namespace liftlock::migration::script {

/// What a range ends at: a name, or what a version table holds, which may be several revisions or none.
struct End {
  std::vector<std::string> names;
  bool is_name = true;

  [[nodiscard]] static End name(std::string text) { return {{std::move(text)}, true}; }
  [[nodiscard]] static End of_database(std::vector<std::string> revisions) { return {std::move(revisions), false}; }
};

/// The revisions that a name means, each of them one that is there: none for base.
[[nodiscard]] Result<Places> revisions_named(const RevisionMap& map, const End& name);

/// Where an upgrade to `name` leads from what a database holds: a name, or +N from there. Several revisions for heads,
/// none for base. Whether the way leads up is not looked at.
[[nodiscard]] Result<Places> upgrade_target(const RevisionMap& map, const End& current, const std::string& name);

/// The same of a downgrade: a name, or -N from there; nothing for base, also where it is LABEL@base.
[[nodiscard]] Result<std::optional<std::size_t>> downgrade_target(const RevisionMap& map, const End& current,
                                                                  const std::string& name);

/// What is between the two ends, both included, newest first, each before what it needs.
[[nodiscard]] Result<Places> history(const RevisionMap& map, const End& base, const End& head);

/// The ends of what a database with these revisions has behind it: those, and others that they only depend on.
[[nodiscard]] Result<Places> all_current(const RevisionMap& map, const std::vector<std::string>& revisions);

}  // namespace liftlock::migration::script

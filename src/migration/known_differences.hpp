#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/compare_schema.hpp"
#include "database/schema.hpp"

/// Differences between schemas of Open WebUI that are known and harm nothing.
namespace liftlock::migration {

struct KnownDifference {
  database::SchemaDifference difference;
  std::string reason;  ///< a sentence
};

struct Drift {
  std::vector<database::SchemaDifference> differences;
  std::vector<KnownDifference> known;
};

/// What a table is that releases have left behind: a sentence; empty where it is no such table, or is in use at that
/// revision.
[[nodiscard]] std::string_view leftover_table(std::string_view table, const std::string& revision);

/// Of two revisions on the chain, the one that comes first; empty is the base.
[[nodiscard]] const std::string& older_revision(const std::string& a, const std::string& b);

/// Takes what is known at `revision` out of `differences`: tables left behind, and what a script made in some releases
/// and not in others. The version table is never a difference.
[[nodiscard]] Drift set_known_aside(std::vector<database::SchemaDifference> differences, const std::string& revision);

/// Makes two schemas alike in what was set aside (not what a way down leaves), for what is to leave it alone.
void forget_known(const std::vector<KnownDifference>& known, database::Schema& a, database::Schema& b);

}  // namespace liftlock::migration

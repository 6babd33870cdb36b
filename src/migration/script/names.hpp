#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "migration/script/revision_map.hpp"
#include "migration/script/traversal.hpp"

/// The rules by which Alembic understands names; what lookup.hpp is made of.
namespace liftlock::migration::script {

/// Where a name leads: a revision, below all revisions, or nowhere (steps that run out).
struct Spot {
  enum class Kind { revision, base, nowhere } kind = Kind::nowhere;
  std::size_t place = 0;

  [[nodiscard]] static Spot at(std::size_t place) { return {Kind::revision, place}; }
  [[nodiscard]] bool is_revision() const { return kind == Kind::revision; }
};

/// A name taken apart: what is before the first "@" (empty: nothing is), and the ids that the rest means.
struct Resolved {
  std::vector<std::string> ids;
  std::string label;
};

/// "LABEL@SYMBOL-3" and its parts.
struct RelativeName {
  std::optional<std::string> label, symbol;
  std::string steps_text;  ///< "+3", as written
  long steps = 0;
};

/// Nullopt for a name without a number of steps. What follows the number is not looked at, as in Alembic.
[[nodiscard]] std::optional<RelativeName> relative_name(std::string_view text);

/// Looks names up in one map, which must outlive it.
class Names {
 public:
  explicit Names(const RevisionMap& map) : map_(map) {}

  [[nodiscard]] Result<Resolved> resolve(std::string_view name) const;
  /// One revision, or nowhere for base. Error: "several-heads" also.
  [[nodiscard]] Result<Spot> one(std::string_view name) const;
  [[nodiscard]] Result<std::vector<Spot>> several(std::string_view name) const;
  [[nodiscard]] Result<std::vector<Spot>> several(std::span<const std::string> names) const;

  /// The revision with that id, or the only one whose id or label begins so; it must be on the branch `label`, if one
  /// is named.
  [[nodiscard]] Result<std::size_t> identified(std::string_view id, std::string_view label = {}) const;
  /// The revision that a branch label, or an id in its place, stands for.
  [[nodiscard]] Result<std::size_t> branch(std::string_view label) const;

  /// What counts as a line through the graph: parents alone, or dependencies too.
  enum class Lines { of_parents, with_dependencies };
  /// Those of the revisions that are on one line with what `check` means.
  [[nodiscard]] Result<Places> on_branch(std::span<const std::size_t> places, std::string_view check,
                                         Lines lines = Lines::of_parents) const;

  /// So many steps up or down. Up from nowhere is up from the bases; `label` chooses where ways part. Without `strict`
  /// the walk ends where the chain does, else it then leads nowhere. Error: "revision-relative" at a parting.
  [[nodiscard]] Result<Spot> walk(Spot from, long steps, std::string_view label, bool strict) const;

 private:
  [[nodiscard]] Result<std::string> current_head(std::string_view label) const;
  [[nodiscard]] Result<bool> shares_line(std::size_t place, std::span<const std::size_t> others,
                                         Lines lines = Lines::of_parents) const;
  [[nodiscard]] Result<std::size_t> begins_with(std::string_view id, std::string_view label) const;
  [[nodiscard]] Result<std::vector<Spot>> steps_below_heads(long steps, std::string_view label) const;
  [[nodiscard]] Result<Places> steps_up(Spot from, std::string_view label) const;

  const RevisionMap& map_;
};

/// An error of kind usage.
[[nodiscard]] std::unexpected<Error> bad_name(std::string id, std::string what);
/// "several-heads", of a name that may only mean one.
[[nodiscard]] std::unexpected<Error> several_heads(std::string_view argument);

}  // namespace liftlock::migration::script

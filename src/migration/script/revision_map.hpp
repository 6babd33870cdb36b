#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "migration/script/script.hpp"

namespace liftlock::migration::script {

/// One revision and its place among the others. Sets are kept in the order in which Alembic fills them; Alembic's own
/// are in no order.
struct Node {
  Script script;
  std::vector<std::size_t> down;        ///< places of script.down_revisions
  std::vector<std::size_t> depends;     ///< of script.depends_on
  std::vector<std::size_t> all_down;    ///< both
  std::vector<std::size_t> needs;       ///< down, and those of depends that no ancestor depends on
  std::vector<std::size_t> next;        ///< revisions that have this one in `down`
  std::vector<std::size_t> dependents;  ///< in `down` or `depends`
  std::vector<std::string> labels;      ///< its own branch labels, and those that reach it

  [[nodiscard]] bool is_head() const { return next.empty(); }
  [[nodiscard]] bool is_real_head() const { return dependents.empty(); }  ///< nothing depends on it either
  [[nodiscard]] bool is_base() const { return script.down_revisions.empty(); }
  [[nodiscard]] bool is_real_base() const { return is_base() && script.depends_on.empty(); }
  [[nodiscard]] bool is_branch_point() const { return next.size() > 1; }
  [[nodiscard]] bool is_real_branch_point() const { return dependents.size() > 1; }
  [[nodiscard]] bool is_merge_point() const { return script.down_revisions.size() > 1; }
};

/// The graph of a chain's revisions, with Alembic's rules. A revision is named by its place: 0, 1, … in the order of
/// the scripts.
class RevisionMap {
 public:
  /// Puts the scripts together. What Alembic warns of is in warnings(). Error: "graph-broken", with Alembic's words:
  /// a cycle, a parent that is not there, a branch label used twice, an id with a character that has a meaning.
  [[nodiscard]] static Result<RevisionMap> of(std::vector<Script> scripts);

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] const Node& operator[](std::size_t place) const { return nodes_[place]; }
  /// Whole sentences; stays the same for the same scripts.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  /// Where two files have the same id, it may stand among these twice, as in Alembic.
  [[nodiscard]] const std::vector<std::size_t>& heads() const { return heads_; }
  [[nodiscard]] const std::vector<std::size_t>& real_heads() const { return real_heads_; }
  [[nodiscard]] const std::vector<std::size_t>& bases() const { return bases_; }

  /// The revision with exactly this id or branch label.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  /// All ids, then all branch labels.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Where a revision comes among all ids; of two files with the same id, the later one stands where the first did.
  [[nodiscard]] std::size_t rank(std::size_t place) const { return ranks_[place]; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  RevisionMap() = default;
  [[nodiscard]] Result<void> add(Script script);
  [[nodiscard]] Result<void> add_labels();
  [[nodiscard]] Result<void> resolve_dependencies();
  [[nodiscard]] Result<void> resolve_down();
  void find_ends();
  void name_ends();
  [[nodiscard]] Result<void> refuse_cycles() const;
  [[nodiscard]] std::vector<std::string> outside(const std::vector<bool>& reached) const;
  void reduce_dependencies();
  void spread_labels();

  std::vector<Node> nodes_;
  std::vector<std::string> warnings_;
  std::vector<std::size_t> heads_, real_heads_, bases_, real_bases_;
  std::vector<std::string> names_;
  std::vector<std::size_t> ranks_;
  std::size_t ids_ = 0;  ///< so many of names_ are ids
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> places_;
};

/// What is in the id that no id may have, since names of revisions give it a meaning: "+, @"; empty where nothing is.
[[nodiscard]] std::string illegal_characters(std::string_view id);

}  // namespace liftlock::migration::script

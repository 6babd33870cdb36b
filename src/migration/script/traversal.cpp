#include "migration/script/traversal.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace liftlock::migration::script {

namespace {

/// Depth first from one target, over what no earlier target has reached.
class Walk {
 public:
  Walk(const RevisionMap& map, Edges edges) : map_(map), edges_(edges), seen_(map.size()) {}

  /// Calls `met(place)` for each revision that is looked at, also a second time.
  template <class Met>
  void from(std::size_t target, Met met) {
    todo_.push_back(target);
    while (!todo_.empty()) {
      const std::size_t place = todo_.back();
      todo_.pop_back();
      met(place);
      if (seen_[place]) continue;
      seen_[place] = true;
      const Places& further = map_[place].*edges_;
      todo_.insert(todo_.end(), further.begin(), further.end());
      reached_.push_back(place);
    }
  }
  Places& reached() { return reached_; }

 private:
  const RevisionMap& map_;
  Edges edges_;
  std::vector<bool> seen_;
  Places todo_, reached_;
};

/// A branch on its way down: the revision that comes next, and all that lies below it, itself included.
struct Branch {
  std::size_t next;
  std::vector<bool> below;
};

/// Emits branches from their heads down.
class History {
 public:
  History(const RevisionMap& map, std::span<const std::size_t> revisions, std::span<const std::size_t> heads)
      : map_(map), wanted_(map.size()), left_(revisions.size()) {
    for (const std::size_t place : revisions) wanted_[place] = true;
    Places starts;
    for (const std::size_t place : heads) {
      if (wanted_[place]) add_missing(starts, {&place, 1});
    }
    std::ranges::sort(starts, {}, [&](std::size_t place) { return map_.rank(place); });
    for (const std::size_t start : starts) branches_.push_back({start, below(start)});
  }

  Result<Places> order() {
    std::size_t switched = 0;
    while (!branches_.empty()) {
      if (const std::size_t other = branch_above(); other != branches_.size()) {
        current_ = other;
        // By Alembic's rule, a cycle that can be reached from a head and from a base is none: here, each branch then
        // waits for another one.
        if (++switched > branches_.size()) return broken();
      } else {
        advance();
        switched = 0;
      }
    }
    if (left_ != 0) return broken();
    return std::move(order_);
  }

 private:
  static std::unexpected<Error> broken() {
    return failure("graph-broken", {}, "the revisions cannot be put in an order");
  }

  std::vector<bool> below(std::size_t place) const {
    std::vector<bool> set(map_.size());
    for (const std::size_t reached : reachable(map_, {&place, 1}, &Node::needs)) set[reached] = true;
    return set;
  }

  /// The first other branch that has yet to come down to where this one is.
  [[nodiscard]] std::size_t branch_above() const {
    const std::size_t next = branches_[current_].next;
    for (std::size_t i = 0; i < branches_.size(); ++i) {
      if (i != current_ && branches_[i].below[next]) return i;
    }
    return branches_.size();
  }

  void advance() {
    const std::size_t place = branches_[current_].next;
    if (wanted_[place]) {
      order_.push_back(place);
      wanted_[place] = false;
      --left_;
    }
    Places further;
    for (const std::size_t need : map_[place].needs) {
      const bool waits = std::ranges::any_of(branches_, [&](const Branch& branch) { return branch.next == need; });
      if (wanted_[need] && !waits) further.push_back(need);
    }
    if (further.empty()) {
      branches_.erase(branches_.begin() + static_cast<std::ptrdiff_t>(current_));
      if (current_ > 0) --current_;
      return;
    }
    const Node& node = map_[place];
    const bool plain = node.script.down_revisions.size() == 1 && node.needs.size() == 1;
    Branch& branch = branches_[current_];
    branch.next = further.front();
    if (plain) {
      branch.below[place] = false;  // what lies below the parent is all the rest
    } else {
      branch.below = below(further.front());
    }
    for (std::size_t i = 1; i < further.size(); ++i) branches_.push_back({further[i], below(further[i])});
  }

  const RevisionMap& map_;
  std::vector<bool> wanted_;
  std::size_t left_;
  std::vector<Branch> branches_;
  std::size_t current_ = 0;
  Places order_;
};

}  // namespace

Places reachable(const RevisionMap& map, std::span<const std::size_t> targets, Edges edges) {
  Walk walk(map, edges);
  for (const std::size_t target : targets) walk.from(target, [](std::size_t) {});
  return std::move(walk.reached());
}

Result<Places> reachable_apart(const RevisionMap& map, std::span<const std::size_t> targets, Edges edges) {
  Walk walk(map, edges);
  for (const std::size_t target : targets) {
    std::vector<std::string> overlaps;
    walk.from(target, [&](std::size_t place) {
      if (place == target || std::ranges::find(targets, place) == targets.end()) return;
      const std::string& id = map[place].script.revision;
      if (std::ranges::find(overlaps, id) == overlaps.end()) overlaps.push_back(id);
    });
    if (!overlaps.empty()) {
      return failure("revisions-overlap", {},
                     fmt::format("Requested revision {} overlaps with other requested revisions {}",
                                 map[target].script.revision, fmt::join(overlaps, ", ")));
    }
  }
  return std::move(walk.reached());
}

void add_missing(Places& places, std::span<const std::size_t> more) {
  for (const std::size_t place : more) {
    if (std::ranges::find(places, place) == places.end()) places.push_back(place);
  }
}

Result<Places> newest_first(const RevisionMap& map, std::span<const std::size_t> revisions,
                            std::span<const std::size_t> heads) {
  return History(map, revisions, heads).order();
}

}  // namespace liftlock::migration::script

#include "migration/script/revision_map.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "migration/script/entry.hpp"
#include "migration/script/traversal.hpp"

namespace liftlock::migration::script {

namespace {

std::unexpected<Error> broken(std::string what) { return failure("graph-broken", {}, std::move(what)); }

std::unexpected<Error> cycle(std::string_view kind, const std::vector<std::string>& revisions) {
  return broken(fmt::format("{} is detected in revisions ({})", kind, fmt::join(revisions, ", ")));
}

bool holds(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

Result<void> check(const Script& script) {
  if (holds(script.down_revisions, script.revision)) return cycle("Self-loop", {script.revision});
  if (holds(script.depends_on, script.revision)) return cycle("Dependency self-loop", {script.revision});
  if (const std::string illegal = illegal_characters(script.revision); !illegal.empty()) {
    return broken(fmt::format("Character(s) '{}' not allowed in revision identifier '{}'", illegal, script.revision));
  }
  return {};
}

void add_label(std::vector<std::string>& labels, const std::string& label) {
  if (!holds(labels, label)) labels.push_back(label);
}

}  // namespace

std::string illegal_characters(std::string_view id) {
  std::string found;
  for (const char c : {'+', '-', ':', '@'}) {
    if (id.find(c) != std::string_view::npos) found += fmt::format("{}{}", found.empty() ? "" : ", ", c);
  }
  return found;
}

Result<RevisionMap> RevisionMap::of(std::vector<Script> scripts) {
  RevisionMap map;
  map.nodes_.reserve(scripts.size());
  map.places_.reserve(scripts.size());
  for (Script& script : scripts) TRY(map.add(std::move(script)));
  map.ids_ = map.names_.size();
  TRY(map.add_labels());
  TRY(map.resolve_dependencies());
  TRY(map.resolve_down());
  map.find_ends();
  map.reduce_dependencies();
  TRY(map.refuse_cycles());
  map.name_ends();
  map.spread_labels();
  return map;
}

std::optional<std::size_t> RevisionMap::find(std::string_view name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

Result<void> RevisionMap::add(Script script) {
  TRY(check(script));
  const std::size_t place = nodes_.size();
  const auto [entry, is_new] = places_.try_emplace(script.revision, place);
  if (is_new) {
    ranks_.push_back(names_.size());
    names_.push_back(script.revision);
  } else {
    warnings_.push_back(fmt::format("Revision {} is present more than once", script.revision));
    ranks_.push_back(ranks_[entry->second]);
    entry->second = place;
  }
  Node node;
  for (const std::string& label : script.branch_labels) add_label(node.labels, label);
  node.script = std::move(script);
  nodes_.push_back(std::move(node));
  return {};
}

Result<void> RevisionMap::add_labels() {
  for (std::size_t place = 0; place < nodes_.size(); ++place) {
    for (const std::string& label : nodes_[place].script.branch_labels) {
      const auto [entry, is_new] = places_.try_emplace(label, place);
      if (!is_new) {
        return broken(fmt::format("Branch name '{}' in revision {} already used by revision {}", label,
                                  nodes_[place].script.revision, nodes_[entry->second].script.revision));
      }
      names_.push_back(label);
    }
  }
  return {};
}

Result<void> RevisionMap::resolve_dependencies() {
  for (Node& node : nodes_) {
    for (const std::string& name : node.script.depends_on) {
      const std::optional<std::size_t> place = find(name);
      if (!place) {
        return broken(fmt::format("Revision {}, which {} depends on, is not present", name, node.script.revision));
      }
      node.depends.push_back(*place);
    }
  }
  return {};
}

/// In the order of the names, since what a warning says of a revision depends on what has been linked before.
Result<void> RevisionMap::resolve_down() {
  for (const std::string& name : names_) {
    const std::size_t place = places_.find(name)->second;
    Node& node = nodes_[place];
    node.down.clear();
    for (const std::string& parent : node.script.down_revisions) {
      const std::optional<std::size_t> found = find(parent);
      if (!found) return broken(fmt::format("Revision {} referenced from {} is not present", parent, line_of(node)));
      if (nodes_[*found].script.revision != parent) {
        return broken(fmt::format("Revision {} revises the branch label {}; it must name a revision",
                                  node.script.revision, parent));
      }
      add_missing(node.down, {&*found, 1});
      add_missing(nodes_[*found].next, {&place, 1});
      add_missing(nodes_[*found].dependents, {&place, 1});
    }
    for (const std::size_t dependency : node.depends) add_missing(nodes_[dependency].dependents, {&place, 1});
  }
  // A file whose id another one took over has parents all the same, but is nobody's child.
  for (Node& node : nodes_) {
    if (!node.down.empty()) continue;
    for (const std::string& parent : node.script.down_revisions) {
      if (const auto found = find(parent)) node.down.push_back(*found);
    }
  }
  return {};
}

/// A dependency that an ancestor has too is no edge of its own.
void RevisionMap::reduce_dependencies() {
  for (std::size_t place = 0; place < nodes_.size(); ++place) {
    Node& node = nodes_[place];
    node.all_down = node.needs = node.down;
    add_missing(node.all_down, node.depends);
    if (node.depends.empty()) continue;
    std::vector<bool> inherited(nodes_.size());
    for (const std::size_t ancestor : reachable(*this, {&place, 1}, &Node::down)) {
      if (ancestor == place) continue;
      for (const std::size_t dependency : nodes_[ancestor].depends) inherited[dependency] = true;
    }
    for (const std::size_t dependency : node.depends) {
      if (!inherited[dependency]) add_missing(node.needs, {&dependency, 1});
    }
  }
}

void RevisionMap::find_ends() {
  for (std::size_t place = 0; place < nodes_.size(); ++place) {
    const Node& node = nodes_[place];
    if (node.is_head()) heads_.push_back(place);
    if (node.is_real_head()) real_heads_.push_back(place);
    if (node.is_base()) bases_.push_back(place);
    if (node.is_real_base()) real_bases_.push_back(place);
  }
}

/// Ends are known by their ids: of two files with the same one, the later stands for both.
void RevisionMap::name_ends() {
  for (std::vector<std::size_t>* ends : {&heads_, &real_heads_, &bases_}) {
    for (std::size_t& place : *ends) place = places_.find(nodes_[place].script.revision)->second;
  }
}

/// The ids of those not reached.
std::vector<std::string> RevisionMap::outside(const std::vector<bool>& reached) const {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < ids_; ++i) {
    if (!reached[i]) ids.push_back(names_[i]);
  }
  std::ranges::sort(ids);
  return ids;
}

/// In a graph without cycles each revision lies between a base and a head.
Result<void> RevisionMap::refuse_cycles() const {
  if (nodes_.empty()) return {};
  const auto between = [&](const Places& tops, Edges down, const Places& bottoms, Edges up) {
    std::vector<bool> from_top(ids_), from_both(ids_);
    for (const std::size_t place : reachable(*this, tops, down)) from_top[ranks_[place]] = true;
    for (const std::size_t place : reachable(*this, bottoms, up)) from_both[ranks_[place]] = from_top[ranks_[place]];
    return outside(from_both);
  };
  const std::vector<std::string> all(names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(ids_));
  if (heads_.empty() || bases_.empty()) return cycle("Cycle", all);
  if (const auto lost = between(heads_, &Node::down, bases_, &Node::next); !lost.empty()) return cycle("Cycle", lost);
  if (real_heads_.empty() || real_bases_.empty()) return cycle("Dependency cycle", all);
  const auto lost = between(real_heads_, &Node::all_down, real_bases_, &Node::dependents);
  return lost.empty() ? Result<void>() : cycle("Dependency cycle", lost);
}

/// A label reaches all descendants, and from the last of them down to the first branch or merge point.
void RevisionMap::spread_labels() {
  for (std::size_t place = 0; place < nodes_.size(); ++place) {
    if (nodes_[place].script.branch_labels.empty()) continue;
    const std::vector<std::string> labels = nodes_[place].labels;
    const auto give = [&](std::size_t to) {
      for (const std::string& label : labels) add_label(nodes_[to].labels, label);
    };
    const Places descendants = reachable(*this, {&place, 1}, &Node::next);
    for (const std::size_t descendant : descendants) give(descendant);
    for (std::size_t at = descendants.back();;) {
      const Node& node = nodes_[at];
      if (node.is_real_branch_point() || node.is_merge_point()) break;
      give(at);
      if (node.down.empty()) break;
      at = node.down.front();
    }
  }
}

}  // namespace liftlock::migration::script

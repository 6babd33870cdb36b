#include "migration/script/stamp.hpp"

#include <algorithm>
#include <set>

#include "migration/script/lookup.hpp"
#include "migration/script/names.hpp"
#include "migration/script/traversal.hpp"

namespace liftlock::migration::script {

namespace {

using Rows = std::set<std::string>;

bool reaches(const RevisionMap& map, std::size_t from, const Places& wanted, Edges edges) {
  return std::ranges::any_of(reachable(map, {&from, 1}, edges),
                             [&](std::size_t place) { return std::ranges::find(wanted, place) != wanted.end(); });
}

/// Those of the rows that a target is about.
Result<Places> rows_on_lines(const RevisionMap& map, const std::vector<std::string>& targets, const Places& rows) {
  const Names names(map);
  Places concerned;
  for (const std::string& target : targets) {
    if (target.empty()) continue;
    add_missing(concerned, TRY(names.on_branch(rows, target, Names::Lines::with_dependencies)));
  }
  return concerned;
}

/// `target` takes the place of all of `concerned`; of those that an earlier target has replaced, it stands beside it.
void move(Rows& rows, const RevisionMap& map, const Places& concerned, const std::string& target, bool upward) {
  const bool all_there =
      std::ranges::all_of(concerned, [&](std::size_t place) { return rows.contains(map[place].script.revision); });
  if (!upward || all_there) {
    for (const std::size_t place : concerned) rows.erase(map[place].script.revision);
  }
  rows.insert(target);
}

Result<std::vector<std::string>> rows_after(const RevisionMap& map, const std::vector<std::string>& targets,
                                            const std::vector<std::string>& current) {
  const Places present = TRY(revisions_named(map, End::of_database(current)));
  const Places concerned = TRY(rows_on_lines(map, targets, present));
  const Places destinations = TRY(revisions_named(map, End::of_database(targets)));
  Rows rows;
  for (const std::size_t place : present) rows.insert(map[place].script.revision);
  if (destinations.empty()) {
    for (const std::size_t place : concerned) rows.erase(map[place].script.revision);
  }
  for (const std::size_t destination : destinations) {
    if (std::ranges::find(concerned, destination) != concerned.end()) continue;
    const std::string& id = map[destination].script.revision;
    if (reaches(map, destination, concerned, &Node::dependents)) {
      move(rows, map, concerned, id, false);
    } else if (reaches(map, destination, concerned, &Node::needs)) {
      move(rows, map, concerned, id, true);
    } else {
      rows.insert(id);
    }
  }
  return std::vector<std::string>(rows.begin(), rows.end());
}

}  // namespace

Result<std::vector<std::string>> stamped(const RevisionMap& map, const std::vector<std::string>& targets,
                                         const std::vector<std::string>& current) {
  Result<std::vector<std::string>> rows = rows_after(map, targets, current);
  if (!rows && rows.error().id == "several-heads") {
    rows.error().what = "Multiple heads are present; please specify a single target revision";
  }
  return rows;
}

}  // namespace liftlock::migration::script

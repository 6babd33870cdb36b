#include "migration/script/lookup.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "migration/script/names.hpp"

namespace liftlock::migration::script {

namespace {

/// "('a', 'b')" and "('a',)", as Python writes a tuple.
std::string shown(const End& end) {
  if (end.is_name) return end.names.front();
  std::string text;
  for (const std::string& name : end.names) text += fmt::format("{}'{}'", text.empty() ? "" : ", ", name);
  return fmt::format("({}{})", text, end.names.size() == 1 ? "," : "");
}

std::unexpected<Error> not_enough(std::string_view steps_text, long steps) {
  return bad_name("revision-relative",
                  fmt::format("Relative revision {} didn't produce {} migrations", steps_text, std::abs(steps)));
}

std::unexpected<Error> leads_nowhere(const End& name) {
  return bad_name("revision-relative", fmt::format("{} leads to no revision", shown(name)));
}

/// The places of spots that must all be revisions.
Result<Places> places_of(const std::vector<Spot>& spots, const End& name) {
  Places places;
  for (const Spot& spot : spots) {
    if (!spot.is_revision()) return leads_nowhere(name);
    places.push_back(spot.place);
  }
  return places;
}

/// Works out what is between two ends, as Alembic does it for a path upward.
class Range {
 public:
  /// `strict`: so many steps must be there, else the walk ends where the chain does.
  Range(const RevisionMap& map, const End& lower, const End& upper, bool strict = false)
      : map_(map), names_(map), lower_(lower), upper_(upper), strict_(strict) {}

  Result<std::optional<std::size_t>> lower_target() const {
    const std::string& name = lower_.names.front();
    const auto relative = relative_name(name);
    const Spot spot = TRY(relative ? down_from_upper(*relative) : named_below(name));
    if (spot.kind == Spot::Kind::nowhere) {
      if (relative && !relative->symbol) return not_enough(relative->steps_text, relative->steps);
      return bad_name("revision-relative", "Walked too far");
    }
    return spot.is_revision() ? std::optional(spot.place) : std::nullopt;
  }

  Result<Places> upper_targets() const {
    const auto relative = upper_.is_name ? relative_name(upper_.names.front()) : std::nullopt;
    if (!relative) return revisions_named(map_, upper_);
    const std::string label = relative->label.value_or("");
    Spot spot;
    if (relative->symbol) {
      const bool qualify = relative->steps <= 0 && relative->label;
      const std::string symbol = qualify ? fmt::format("{}@{}", label, *relative->symbol) : *relative->symbol;
      const Spot start = TRY(names_.one(symbol));
      spot = TRY(names_.walk(start, relative->steps, relative->steps > 0 ? label : "", strict_));
    } else if (relative->steps <= 0) {
      return not_enough(fmt::format("{}", relative->steps), relative->steps);
    } else {
      spot = TRY(up_from_lower(*relative, label));
    }
    return places_of({spot}, upper_);
  }

  Result<Places> history() {
    Places targets = TRY(upper_targets());
    TRY(keep_branch_of_lower(targets));
    Places required = TRY(reachable_apart(map_, targets, &Node::needs));
    std::vector<Spot> current = TRY(names_.several(lower_.names));
    for (const Spot& spot : current) {
      const bool known = spot.is_revision() && std::ranges::find(required, spot.place) != required.end();
      if (spot.kind != Spot::Kind::nowhere && !known) return not_one_branch();
    }
    bool lower_is_base = false;
    if (!current.empty() && current.front().kind == Spot::Kind::nowhere) {
      const Spot lower = TRY(relative_lower());
      lower_is_base = lower.kind == Spot::Kind::base;
      current.clear();
      if (!lower_is_base) current.push_back(lower);
    }
    const Places start = TRY(places_of(current, lower_));
    const Places between = TRY(between_of(required, start));
    return newest_first(map_, between, targets);
  }

 private:
  std::unexpected<Error> not_one_branch() const {
    return bad_name("range-invalid",
                    fmt::format("Requested range {}:{} does not refer to ancestor/descendant revisions "
                                "along the same branch",
                                shown(lower_), shown(upper_)));
  }

  /// "+N" counts from the lower end.
  Result<Spot> up_from_lower(const RelativeName& relative, const std::string& label) const {
    Spot start;
    if (label.empty()) {
      if (lower_.names.size() > 1) return several_starts();
      if (!lower_.names.empty()) start = TRY(names_.one(lower_.names.front()));
    } else {
      const Places starts = TRY(starts_on(label));
      if (starts.size() > 1) return several_starts();
      if (!starts.empty()) start = Spot::at(starts.front());
    }
    const Spot spot = TRY(names_.walk(start, relative.steps, label, strict_));
    if (spot.kind == Spot::Kind::nowhere) return not_enough(relative.steps_text, relative.steps);
    return spot;
  }

  /// "NAME", or "LABEL@NAME", of which Alembic looks at the label only where branches part.
  Result<Spot> named_below(const std::string& name) const {
    const std::size_t at = name.rfind('@');
    if (at != std::string::npos && at > 0) std::ignore = TRY(names_.branch(name.substr(0, at)));
    const Spot spot = TRY(names_.one(at == std::string::npos ? name : name.substr(at + 1)));
    return spot.is_revision() ? spot : Spot{Spot::Kind::base, 0};
  }

  /// "-N" counts from the upper end, "NAME-N" and "NAME+N" from there.
  Result<Spot> down_from_upper(const RelativeName& relative) const {
    if (relative.symbol) {
      const bool qualify = relative.steps < 0 && relative.label;
      const Spot start =
          TRY(names_.one(qualify ? fmt::format("{}@{}", *relative.label, *relative.symbol) : *relative.symbol));
      return names_.walk(start, relative.steps, relative.steps < 0 ? "" : relative.label.value_or(""), strict_);
    }
    if (relative.steps >= 0) return not_enough(relative.steps_text, relative.steps);
    Places starts = TRY(revisions_named(map_, upper_));
    if (relative.label) {
      const Places direct = TRY(names_.on_branch(starts, *relative.label));
      const Places all = TRY(all_current(map_, upper_.names));
      starts = direct.empty() ? TRY(names_.on_branch(all, *relative.label)) : direct;
    }
    if (starts.empty()) return not_enough(relative.steps_text, relative.steps);
    if (starts.size() > 1) {
      return bad_name("revision-relative", "downgrade -1 from multiple heads is ambiguous; name a revision");
    }
    return names_.walk(Spot::at(starts.front()), relative.steps, {}, strict_);
  }

  static std::unexpected<Error> several_starts() {
    return bad_name("revision-relative", "Ambiguous upgrade from multiple current revisions");
  }

  /// Where on a branch the lower end is: there, or as far as what lies below it goes on that branch.
  Result<Places> starts_on(const std::string& label) const {
    const Places current = TRY(revisions_named(map_, lower_));
    const Places direct = TRY(names_.on_branch(current, label));
    if (!direct.empty()) return direct;
    const Places active = TRY(names_.on_branch(reachable(map_, current, &Node::needs), label));
    std::vector<bool> has_child(map_.size());
    for (const std::size_t place : active) {
      for (const std::size_t need : map_[place].needs) has_child[need] = true;
    }
    Places tips;
    for (const std::size_t place : active) {
      if (!has_child[place]) tips.push_back(place);
    }
    return tips;
  }

  /// LABEL@NAME at the lower end keeps the upper one on that branch.
  Result<void> keep_branch_of_lower(Places& targets) const {
    if (!lower_.is_name) return {};
    const std::size_t at = lower_.names.front().find('@');
    if (at == std::string::npos) return {};
    std::string branch = lower_.names.front().substr(0, at);
    const Spot spot = TRY(names_.one(branch));
    if (spot.is_revision() && map_[spot.place].script.revision == branch) {
      const std::vector<std::string>& labels = map_[spot.place].labels;
      if (labels.size() != 1) {
        return bad_name("range-invalid",
                        fmt::format("{} is on {} branches with a label, not on one", branch, labels.size()));
      }
      branch = labels.front();
    }
    Places kept;
    for (const std::size_t target : targets) {
      const std::vector<std::string>& labels = map_[target].labels;
      if (std::ranges::find(labels, branch) != labels.end()) add_missing(kept, {&target, 1});
    }
    targets = std::move(kept);
    return {};
  }

  /// "-N" counts from the upper end, where it does not count from the heads.
  Result<Spot> relative_lower() const {
    if (!lower_.is_name || !upper_.is_name) return leads_nowhere(lower_);
    const auto relative = relative_name(lower_.names.front());
    if (!relative || relative->steps >= 0) return leads_nowhere(lower_);
    std::string symbol = relative->symbol.value_or("");
    std::string label = relative->label.value_or("");
    if (!relative->symbol) {
      const Resolved upper = TRY(names_.resolve(upper_.names.front()));
      if (!label.empty()) {
        Places heads;
        for (const Spot& spot : TRY(names_.several(upper_.names))) {
          if (spot.is_revision()) heads.push_back(spot.place);
        }
        const Places on_it = TRY(names_.on_branch(heads, label));
        if (on_it.size() != 1) return leads_nowhere(lower_);
        symbol = map_[on_it.front()].script.revision;
      } else {
        symbol = label = upper_.names.front();
      }
    }
    const Spot start = TRY(names_.one(label.empty() ? symbol : fmt::format("{}@{}", label, symbol)));
    const Spot spot = TRY(names_.walk(start, relative->steps, {}, false));
    if (spot.kind == Spot::Kind::nowhere) return not_enough(relative->steps_text, relative->steps);
    return spot;
  }

  /// What the upper end requires and the lower one has not, with the lower end itself, on its branch.
  Result<Places> between_of(const Places& required, const Places& start) const {
    std::vector<bool> have(map_.size());
    for (const std::size_t place : TRY(reachable_apart(map_, start, &Node::needs))) have[place] = true;
    Places between;
    for (const std::size_t place : required) {
      if (!have[place]) between.push_back(place);
    }
    add_missing_tail(between, start);
    if (start.empty()) return between;
    std::vector<bool> above(map_.size());
    for (const std::size_t place : TRY(reachable_apart(map_, start, &Node::next))) above[place] = true;
    std::erase_if(between, [&](std::size_t place) { return !above[place]; });
    return between;
  }

  /// The start is never among the rest.
  static void add_missing_tail(Places& places, const Places& start) {
    Places unique;
    add_missing(unique, start);
    places.insert(places.end(), unique.begin(), unique.end());
  }

  const RevisionMap& map_;
  Names names_;
  const End& lower_;
  const End& upper_;
  bool strict_;
};

}  // namespace

Result<Places> revisions_named(const RevisionMap& map, const End& name) {
  const std::vector<Spot> spots = TRY(Names(map).several(name.names));
  return places_of(spots, name);
}

Result<Places> upgrade_target(const RevisionMap& map, const End& current, const std::string& name) {
  const End target = End::name(name);
  Result<Places> places = Range(map, current, target, true).upper_targets();
  if (!places && places.error().id == "several-heads") return several_heads(name);
  return places;
}

Result<std::optional<std::size_t>> downgrade_target(const RevisionMap& map, const End& current,
                                                    const std::string& name) {
  const End target = End::name(name);
  auto place = Range(map, target, current, true).lower_target();
  if (!place && place.error().id == "several-heads") return several_heads(name);
  return place;
}

Result<Places> history(const RevisionMap& map, const End& base, const End& head) {
  Result<Places> places = Range(map, base, head).history();
  if (!places && places.error().id == "several-heads") return several_heads(shown(head));
  return places;
}

Result<Places> all_current(const RevisionMap& map, const std::vector<std::string>& revisions) {
  const Places tops = TRY(revisions_named(map, End::of_database(revisions)));
  Places all;
  add_missing(all, tops);
  for (const std::size_t place : reachable(map, tops, &Node::needs)) {
    if (std::ranges::find(tops, place) == tops.end()) all.push_back(place);
  }
  std::vector<bool> below(map.size());
  for (const std::size_t place : all) {
    for (const std::size_t parent : map[place].down) below[parent] = true;
  }
  std::erase_if(all, [&](std::size_t place) { return below[place]; });
  return all;
}

}  // namespace liftlock::migration::script

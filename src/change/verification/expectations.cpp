#include "change/verification/expectations.hpp"

#include <algorithm>

namespace liftlock::change::verification {

namespace {

using migration::Effect;
using Expectations = std::map<std::string, Expectation, std::less<>>;

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

/// The expectation of the table that is called `name` at this point of the path.
Expectation& at_this_point(Expectations& expectations, std::string_view name) {
  for (auto& [before, expectation] : expectations) {
    if (expectation.name_after == name && expectation.dropped.empty()) return expectation;
  }
  Expectation& fresh = expectations[std::string(name)];
  if (fresh.name_after.empty()) fresh.name_after = name;
  return fresh;
}

void add(Expectations& expectations, const migration::Revision& revision, const Effect& effect) {
  Expectation& table = at_this_point(expectations, effect.table);
  const Declared declared{&revision, &effect};
  switch (effect.kind) {
    case Effect::Kind::changes_column:
      table.changes[std::string(effect.column)].push_back(declared);
      break;
    case Effect::Kind::drops_column:
      table.drops[std::string(effect.column)] = declared;
      break;
    case Effect::Kind::removes_rows:
      table.removals.push_back(declared);
      break;
    case Effect::Kind::adds_rows:
      table.additions.push_back(declared);
      break;
    case Effect::Kind::drops_table:
      table.dropped.push_back(declared);
      break;
    case Effect::Kind::renames_table:
      table.name_after = effect.column;
      break;
    case Effect::Kind::changes_key:
      table.match_columns = split(effect.column);
      break;
  }
}

}  // namespace

Expectations expectations_of(const migration::Path& path) {
  Expectations expectations;
  for (const migration::Revision* revision : path.all()) {
    for (const Effect& effect : revision->effects) add(expectations, *revision, effect);
  }
  return expectations;
}

}  // namespace liftlock::change::verification

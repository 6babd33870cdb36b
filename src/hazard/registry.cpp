#include "hazard/registry.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "hazard/checks/all.hpp"

namespace liftlock::hazard {

namespace {

CheckList make_list() {
  CheckList list;
  add_state_checks(list);
  add_release_checks(list);
  add_place_checks(list);
  add_user_checks(list);
  add_chat_checks(list);
  add_content_checks(list);
  add_schema_checks(list);
  return list;
}

Result<void> refuse_unknown(const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (find_check(id) != nullptr) continue;
    std::vector<std::string_view> known;
    for (const Check* check : all_checks()) known.push_back(check->id());
    return std::unexpected(Error{ErrorKind::usage, "hazard-unknown", "Choosing the hazards to look for",
                                 fmt::format("There is no hazard called \"{}\".", id), "Nothing was changed.",
                                 fmt::format("There are:\n    {}", fmt::join(known, "\n    "))});
  }
  return {};
}

}  // namespace

std::span<const Check* const> all_checks() {
  static const CheckList list = make_list();
  return list;
}

const Check* find_check(std::string_view id) {
  const auto found = std::ranges::find(all_checks(), id, &Check::id);
  return found == all_checks().end() ? nullptr : *found;
}

Result<std::vector<const Check*>> select_checks(const std::vector<std::string>& include,
                                                const std::vector<std::string>& exclude) {
  TRY(refuse_unknown(include));
  TRY(refuse_unknown(exclude));
  const auto names = [](const std::vector<std::string>& ids, const Check* check) {
    return std::ranges::find(ids, check->id()) != ids.end();
  };
  std::vector<const Check*> selected;
  for (const Check* check : all_checks()) {
    if ((include.empty() || names(include, check)) && !names(exclude, check)) selected.push_back(check);
  }
  return selected;
}

Result<Findings> find_hazards(const Situation& situation, std::span<const Check* const> checks) {
  Findings findings;
  for (const Check* check : checks) {
    if (!check->applies(situation)) continue;
    for (Finding& finding : TRY(check->run(situation))) findings.push_back(std::move(finding));
  }
  std::ranges::stable_sort(findings, std::greater{}, &Finding::severity);
  return findings;
}

}  // namespace liftlock::hazard

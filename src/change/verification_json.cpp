#include <algorithm>

#include "change/verification.hpp"

namespace liftlock::change {

using Json = nlohmann::ordered_json;

bool Verification::ok() const { return !checks.empty() && std::ranges::all_of(checks, &Check::ok); }

namespace {

Json to_json(const Check& check) {
  Json numbers = Json::object();
  for (const auto& [name, number] : check.numbers) numbers[name] = number;
  return {{"id", check.id}, {"title", check.title}, {"ok", check.ok}, {"detail", check.detail}, {"numbers", numbers}};
}

Check check_from(const Json& json) {
  Check check{json.value("id", ""), json.value("title", ""), json.value("ok", false), json.value("detail", ""), {}};
  const Json numbers = json.value("numbers", Json::object());
  for (const auto& [name, number] : numbers.items()) check.numbers.emplace_back(name, number.get<std::int64_t>());
  return check;
}

Json optional_number(const std::optional<std::int64_t>& number) { return number ? Json(*number) : Json(nullptr); }

std::optional<std::int64_t> number_from(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

}  // namespace

Json to_json(const Verification& verification) {
  Json checks = Json::array();
  for (const Check& check : verification.checks) checks.push_back(to_json(check));
  Json counts = Json::array();
  for (const Count& count : verification.counts) {
    counts.push_back(
        {{"kind", count.kind}, {"before", optional_number(count.before)}, {"after", optional_number(count.after)}});
  }
  Json explained = Json::array();
  for (const ExplainedDifference& difference : verification.explained) {
    explained.push_back({{"revision", difference.revision},
                         {"table", difference.table},
                         {"what", difference.what},
                         {"why", difference.why},
                         {"rows", difference.rows}});
  }
  return {{"ok", verification.ok()},
          {"seconds", verification.seconds},
          {"checks", checks},
          {"counts", counts},
          {"explained", explained}};
}

Verification verification_from_json(const Json& json) {
  Verification verification;
  verification.seconds = json.value("seconds", 0.0);
  for (const Json& check : json.value("checks", Json::array())) verification.checks.push_back(check_from(check));
  for (const Json& count : json.value("counts", Json::array())) {
    verification.counts.push_back({count.value("kind", ""), number_from(count, "before"), number_from(count, "after")});
  }
  for (const Json& difference : json.value("explained", Json::array())) {
    verification.explained.push_back({difference.value("revision", ""), difference.value("table", ""),
                                      difference.value("what", ""), difference.value("why", ""),
                                      difference.value("rows", std::int64_t{0})});
  }
  return verification;
}

}  // namespace liftlock::change

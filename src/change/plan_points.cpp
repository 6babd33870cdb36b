#include "change/plan_points.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace liftlock::change {

namespace {

using migration::Effect;
using migration::Revision;

struct LossyWayBack {
  std::string_view revision;
  std::string_view loss;
};

/// What the official downgrades of these revisions lose; Open WebUI's own way back, for whoever takes it later.
constexpr LossyWayBack lossy_ways_back[] = {
    {"7e5b5dc7342b", "the official downgrade removes all tables with all data"},
    {"4ace53fd72c8", "the official downgrade leaves numbers in the folders' date columns"},
    {"b10670c03dd5", "the official downgrade keeps one API key and one external sign-in of each user"},
    {"3e0e00844bb0", "the official downgrade keeps nothing of knowledge.data but the list of files"},
    {"374d2f66af06", "the official downgrade loses the prompts' history, tags, meta and whether they are active"},
    {"c1d2e3f4a5b6", "the official downgrade loses the grants of shared chats"},
    {"4de81c2a3af1", "the official downgrade makes one flag of the users' own pins of notes"},
    {"3ff2c63645b8", "the official downgrade loses edits of the configuration made since"},
    {"f0bd01a18a3d", "the official downgrade leaves the index on SQLite, so that the next upgrade fails"},
    {"c92da83b017f", "the official downgrade removes apps from channels, and stops where apps wrote messages"},
};

std::optional<std::string_view> lossy_way_back(std::string_view revision) {
  const auto found = std::ranges::find(lossy_ways_back, revision, &LossyWayBack::revision);
  if (found == std::ranges::end(lossy_ways_back)) return std::nullopt;
  return found->loss;
}

/// "tag.data goes", "7 columns go": what old programs will not find any more.
std::string what_goes(const Revision& revision) {
  std::vector<std::string> names;
  for (const Effect& effect : revision.effects) {
    if (effect.kind == Effect::Kind::drops_column) names.push_back(fmt::format("{}.{}", effect.table, effect.column));
    if (effect.kind == Effect::Kind::drops_table) names.push_back(fmt::format("the table {}", effect.table));
  }
  // Working copies of interrupted migrations are nobody's data.
  std::erase_if(names, [](const std::string& name) {
    return name.ends_with("_json") || name.ends_with("prompt_new") || name.find("_alembic_tmp_") != std::string::npos ||
           name.ends_with("old_chat") || name.ends_with("config_old");
  });
  if (names.empty()) return {};
  if (names.size() > 3) return fmt::format("{} columns go; their content has moved", names.size());
  return fmt::format("{} {}; the content has moved", fmt::join(names, ", "), names.size() == 1 ? "goes" : "go");
}

std::optional<std::string> point_of(const Revision& revision) {
  std::string text = what_goes(revision);
  if (const auto lossy = lossy_way_back(revision.id)) text += fmt::format("{}{}", text.empty() ? "" : "; ", *lossy);
  if (text.empty()) return std::nullopt;
  return fmt::format("{} ({}): {}.", revision.id, revision.message, text);
}

std::string point_of_tail(const Plan& plan) {
  return fmt::format(
      "{} brings migrations that this version of Liftlock does not know, and does them itself at its start: {}. First "
      "on "
      "a copy; no table and no row may be missing afterwards, but what stands in the rows cannot be judged.",
      plan.target_release, fmt::join(titles_of_tail(*plan.migrations), ", "));
}

}  // namespace

std::vector<std::string> points_of_no_return(const Plan& plan, bool has_vector_store) {
  std::vector<std::string> points;
  if (plan.direction == Direction::down && !plan.by_snapshot) {
    points.push_back(fmt::format(
        "Until the change is settled, `liftlock rollback` undoes it; what is written under {} by then is left behind.",
        plan.target_release));
  }
  if (plan.by_snapshot && plan.restore_point) {
    points.push_back(
        fmt::format("The data goes back to the snapshot of {}; what was written since is left behind, and "
                    "counted before you are asked.",
                    plan.restore_point->taken_at));
  }
  if (plan.has_tail()) points.push_back(point_of_tail(plan));
  if (plan.direction != Direction::up) return points;
  points.push_back(
      fmt::format("Until the change is settled, `liftlock rollback` undoes it; what is written under {} by "
                  "then is left behind.",
                  plan.target_release));
  for (const Revision* step : plan.path.all()) {
    if (auto point = point_of(*step)) points.push_back(*std::move(point));
  }
  if (has_vector_store) {
    points.push_back(
        "A newer program may upgrade the vector store at its first start, one way; the snapshot holds it as it is "
        "now.");
  }
  return points;
}

}  // namespace liftlock::change

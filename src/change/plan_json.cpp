// What is said about a plan: as an error and as JSON. The contract is in plan.hpp.

#include <fmt/core.h>

#include "change/plan.hpp"

namespace liftlock::change {

namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(Direction direction) {
  switch (direction) {
    case Direction::none:
      return "none";
    case Direction::up:
      return "up";
    case Direction::down:
      return "down";
    case Direction::unknown:
      return "unknown";
  }
  return "none";
}

std::string_view name_of(hazard::Severity severity) {
  switch (severity) {
    case hazard::Severity::note:
      return "note";
    case hazard::Severity::warning:
      return "warning";
    case hazard::Severity::blocks:
      return "blocks";
  }
  return "note";
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json state_json(const Plan& plan) {
  Json leftovers = Json::array();
  for (const auto& leftover : plan.from_state.leftovers) {
    leftovers.push_back({{"id", leftover.id},
                         {"explanation", leftover.explanation},
                         {"repairable", leftover.repairable},
                         {"repair", leftover.repair}});
  }
  return {{"releases", plan.from_releases},
          {"revision", plan.from_state.revision},
          {"lineage", name_of(plan.from_state.lineage)},
          {"peewee_migrations", plan.from_state.peewee_migrations},
          {"leftovers", std::move(leftovers)}};
}

Json steps_json(const Plan& plan) {
  Json steps = Json::array();
  for (const PlanStep& step : plan.steps) {
    steps.push_back({{"id", step.id}, {"message", step.message}, {"summary", step.summary}, {"peewee", step.peewee}});
  }
  return steps;
}

Json findings_json(const Plan& plan) {
  Json findings = Json::array();
  for (const auto& finding : plan.findings) {
    findings.push_back({{"id", finding.id},
                        {"severity", name_of(finding.severity)},
                        {"title", finding.title},
                        {"meaning", finding.meaning},
                        {"solution", finding.solution},
                        {"count", finding.count},
                        {"examples", finding.examples}});
  }
  return findings;
}

Json costs_json(const Costs& costs) {
  return {{"seconds", costs.seconds},
          {"downtime_seconds", costs.downtime_seconds},
          {"cutover_seconds", costs.cutover_seconds},
          {"memory_bytes", costs.memory_bytes},
          {"disk_bytes", costs.disk_bytes},
          {"disk_free_bytes", costs.disk_free_bytes},
          {"snapshot_bytes", costs.snapshot_bytes},
          {"snapshot_free_bytes", costs.snapshot_free_bytes}};
}

Json restore_point_json(const Plan& plan) {
  if (!plan.restore_point) return nullptr;
  return {{"snapshot", plan.restore_point->snapshot.string()},
          {"taken_at", plan.restore_point->taken_at},
          {"release", plan.restore_point->release},
          {"revision", plan.restore_point->revision}};
}

Json program_json(const Plan& plan) {
  if (!plan.program) return nullptr;
  const deployment::Target& target = *plan.program;
  return {{"from", {{"image", target.deployed_name}, {"id", target.deployed_id}}},
          {"to",
           {{"image", target.name},
            {"digest", text_or_null(target.digest)},
            {"id", text_or_null(target.id)},
            {"bytes", target.bytes == 0 ? Json() : Json(target.bytes)}}},
          {"registry_error", text_or_null(target.registry_error)},
          {"here", !target.id.empty()},
          {"deployed", target.is_deployed()}};
}

Json migrations_json(const Plan& plan) {
  if (!plan.migrations) return nullptr;
  Json unknown = Json::array();
  for (const auto& revision : plan.migrations->tail)
    unknown.push_back({{"id", revision.id}, {"message", revision.message}});
  return {{"revisions", plan.migrations->revisions}, {"head", plan.migrations->head}, {"unknown", std::move(unknown)}};
}

}  // namespace

Error refusal_of(const Plan& plan) {
  const auto blockers = plan.blockers();
  Error error{ErrorKind::refused,
              "change-refused",
              fmt::format("Planning the change of {} to {}", plan.address, plan.target_release),
              {},
              "Nothing was changed.",
              {}};
  if (blockers.size() == 1) error.id = blockers.front()->id;
  for (const auto* finding : blockers) {
    std::string who;
    for (const auto& example : finding->examples) who += fmt::format("\n    {}", example);
    error.what += fmt::format("{}{}: {}{}", error.what.empty() ? "" : "\n", finding->title, finding->meaning, who);
    error.next += fmt::format("{}{}", error.next.empty() ? "" : "\n", finding->solution);
  }
  return error;
}

nlohmann::ordered_json to_json(const std::vector<migration::DownwardLoss>& losses) {
  Json json = Json::array();
  for (const auto& loss : losses) {
    json.push_back({{"revision", loss.revision},
                    {"table", loss.table},
                    {"column", loss.column.empty() ? Json() : Json(loss.column)},
                    {"count", loss.count}});
  }
  return json;
}

nlohmann::ordered_json to_json(const Plan& plan) {
  return {{"deployment", plan.address},
          {"from", state_json(plan)},
          {"wanted", plan.wanted},
          {"target_release", plan.direction == Direction::unknown ? Json() : Json(plan.target_release)},
          {"target_revision", plan.direction == Direction::unknown ? Json() : Json(plan.last_revision())},
          {"direction", name_of(plan.direction)},
          {"engine", plan.engine},
          {"steps", steps_json(plan)},
          {"findings", findings_json(plan)},
          {"refused", !plan.blockers().empty()},
          {"points_of_no_return", plan.points_of_no_return},
          {"costs", costs_json(plan.costs)},
          {"by_snapshot", plan.by_snapshot},
          {"losses", to_json(plan.losses)},
          {"restore_point", restore_point_json(plan)},
          {"program", program_json(plan)},
          {"migrations", migrations_json(plan)},
          {"trial", plan.trial}};
}

}  // namespace liftlock::change

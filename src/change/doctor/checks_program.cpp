// What runs it.

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "change/doctor/checks.hpp"
#include "change/doctor/texts.hpp"
#include "registry/tag.hpp"

namespace liftlock::change::doctor {

namespace {

hazard::Blanks names(const Patient& patient) {
  const deployment::Instance& instance = patient.status->instance;
  return {{"address", patient.address}, {"name", instance.name},
          {"image", instance.image},    {"restarts", std::to_string(instance.restarts)},
          {"state", instance.state},    {"policy", instance.restart_policy}};
}

/// Whether what the image's name stands for stays what it is.
bool is_fixed(const deployment::Instance& instance) {
  const auto image = registry::parse_reference(instance.image);
  if (!image || registry::is_digest(instance.image)) return true;  // an id
  return !image->digest.empty() || registry::read_tag(image->tag).kind == registry::Tag::Kind::release ||
         registry::read_tag(image->tag).kind == registry::Tag::Kind::commit;
}

}  // namespace

Result<Findings> check_running(const Patient& patient) {
  if (!patient.status) return Findings{};
  const deployment::Instance& instance = patient.status->instance;
  hazard::Blanks blanks = names(patient);
  if (instance.state == "restarting") return Findings{wrong("crash-loop", blanks)};
  if (instance.state != "running") return Findings{wrong("not-running", blanks)};
  if (instance.health == "unhealthy") return Findings{wrong("unhealthy", blanks)};
  blanks.insert(blanks.begin(), {"state", instance.health.empty() ? "running" : "running, " + instance.health});
  return Findings{fine("not-running", blanks)};
}

Result<Findings> check_restart_policy(const Patient& patient) {
  if (!patient.status) return Findings{};
  const std::string& policy = patient.status->instance.restart_policy;
  const bool none = policy.empty() || policy == "no";
  return Findings{none ? wrong("no-restart-policy", names(patient)) : fine("no-restart-policy", names(patient))};
}

Result<Findings> check_image(const Patient& patient) {
  if (!patient.status) return Findings{};
  const bool fixed = is_fixed(patient.status->instance);
  return Findings{fixed ? fine("image-moves", names(patient)) : wrong("image-moves", names(patient))};
}

/// One does nothing to an image whose name never gets another meaning.
Result<Findings> check_updaters(const Patient& patient) {
  if (!patient.status || is_fixed(patient.status->instance)) return Findings{};
  Findings findings;
  for (const std::string& updater : patient.updaters) {
    findings.push_back(wrong("auto-updater", {{"updater", updater}, {"address", patient.address}}));
  }
  return findings;
}

}  // namespace liftlock::change::doctor

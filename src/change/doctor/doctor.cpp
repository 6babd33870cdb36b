#include "change/doctor/doctor.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "change/change.hpp"
#include "change/doctor/checks.hpp"
#include "change/doctor/texts.hpp"

namespace liftlock::change::doctor {

namespace {

/// In the order in which findings of the same severity are told.
constexpr std::array<Check, 16> all_checks = {check_running, check_restart_policy, check_image,     check_updaters,
                                              check_mounts,  check_secret_key,     check_fitness,   check_writable,
                                              check_space,   check_readable,       check_integrity, check_schema,
                                              check_hazards, check_release,        check_changes,   check_snapshots};

Finding not_looked_at(const Error& error) {
  const std::string what = error.doing.empty() ? error.what : error.doing + ": " + error.what;
  return wrong("cannot-be-looked-at", {{"what", what}, {"next", error.next}});
}

Examination run_checks(const Patient& patient, Findings findings) {
  for (const Check check : all_checks) {
    auto found = check(patient);
    if (!found) found = Findings{not_looked_at(found.error())};
    findings.insert(findings.end(), std::make_move_iterator(found->begin()), std::make_move_iterator(found->end()));
  }
  std::ranges::stable_sort(findings, std::greater{}, &Finding::severity);
  return {patient.address, std::move(findings)};
}

void put_snapshots(Patient& patient, const std::filesystem::path& state_folder, Findings& findings) {
  auto listed = snapshot::list(state_folder);
  if (listed)
    patient.snapshots = *std::move(listed);
  else
    findings.push_back(not_looked_at(listed.error()));
}

/// What a container's status has told already.
void put_status(Patient& patient) {
  const InstanceStatus& status = *patient.status;
  patient.state = status.state;
  patient.releases = status.releases;
  patient.unread = status.database_unread;
  patient.database = status.database_file;
  if (status.version) patient.program = release::Version::parse(*status.version);
  patient.unfinished_change = status.unfinished_change;
  patient.unsettled_change = status.unsettled_change;
}

/// What answers can be told what is not done for it yet.
void put_fitness(Patient& patient) {
  const auto refused = refuse_postgres(*patient.deployment, "Changing the version");
  if (!refused && !patient.unread) patient.unfit = refused.error();
}

}  // namespace

Severity Examination::worst() const {
  const auto worst = std::ranges::max_element(findings, {}, &Finding::severity);
  return worst == findings.end() ? Severity::fine : worst->severity;
}

Examination not_examined(const std::string& address, const Error& error) { return {address, {not_looked_at(error)}}; }

Examination examine(const deployment::Deployment& deployment, Clock& clock, Progress& progress) {
  Patient patient;
  patient.address = deployment.address;
  patient.deployment = deployment;
  patient.clock = &clock;
  patient.progress = &progress;
  Findings findings;
  auto looked = status(deployment);
  if (looked) {
    patient.state = looked->state;
    patient.releases = looked->releases;
    if (!deployment.postgres) patient.database = deployment.database;
    patient.unfinished_change = looked->unfinished_change;
    patient.unsettled_change = looked->unsettled_change;
  } else {
    patient.unread = std::move(looked).error();
  }
  put_fitness(patient);
  put_snapshots(patient, deployment.state_folder, findings);
  return run_checks(patient, std::move(findings));
}

Result<Examination> examine(deployment::Platform& platform, const std::string& name, const std::filesystem::path& home,
                            Clock& clock, Progress& progress) {
  auto looked = status(platform, name, home);
  if (!looked && looked.error().kind == ErrorKind::usage) return std::unexpected(looked.error());
  if (!looked) return not_examined("docker:" + name, looked.error());
  Patient patient;
  patient.address = looked->instance.address;
  patient.status = *std::move(looked);
  patient.clock = &clock;
  patient.progress = &progress;
  put_status(patient);
  Findings findings;
  if (auto updaters = platform.updaters_of(patient.status->instance))
    patient.updaters = *std::move(updaters);
  else
    findings.push_back(not_looked_at(updaters.error()));
  if (auto deployment = deployment::find(patient.address, home))
    patient.deployment = *std::move(deployment);
  else
    patient.unfit = std::move(deployment).error();
  if (patient.deployment) put_fitness(patient);
  if (const auto noted = deployment::state_of(patient.status->instance, home))
    put_snapshots(patient, noted->state_folder, findings);
  return run_checks(patient, std::move(findings));
}

}  // namespace liftlock::change::doctor

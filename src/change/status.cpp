#include <fmt/core.h>

#include <ranges>

#include "change/run.hpp"
#include "change/swap.hpp"
#include "deployment/driver.hpp"
#include "release/catalogue.hpp"

namespace liftlock::change {

namespace {

Report damaged(const deployment::Deployment& deployment, const std::string& id, const Error& error) {
  Report report;
  report.id = id;
  report.command = "change";
  report.address = deployment.address;
  report.file = places_of(deployment, id).report;
  report.failure = fmt::format("{}: {}", error.doing, error.what);
  return report;
}

/// A run without a readable report, from what its journal says.
Result<std::optional<Report>> from_journal(const deployment::Deployment& deployment, const std::string& id) {
  const auto content = TRY(read_journal(places_of(deployment, id).journal));
  if (content.records.empty()) return std::nullopt;  // interrupted before it began
  Report report;
  report.id = id;
  report.address = deployment.address;
  report.file = places_of(deployment, id).report;
  const Record& begin = content.records.front();
  report.command = begin.data.value("command", "change");
  report.to_release = begin.data.value("version", "");
  report.from_releases = begin.data.value("from_releases", std::vector<std::string>{});
  report.started_at = iso_time(begin.nanoseconds / 1'000'000'000);
  report.next = {fmt::format("liftlock resume {}", deployment.address)};
  return report;
}

Result<std::optional<Report>> entry(const deployment::Deployment& deployment, const std::string& id) {
  const Places places = places_of(deployment, id);
  if (file::exists(places.report)) return read_report(places.report);
  return from_journal(deployment, id);
}

Result<void> look_at_file(Status& status) {
  const deployment::Deployment& deployment = status.deployment;
  auto driver = TRY(deployment::make_driver(deployment));
  for (const auto& user : TRY(driver->users(deployment)).users) {
    status.users.push_back(fmt::format("{} {}", user.pid, user.command));
  }
  auto connection = TRY(open_to_look(deployment.database));
  status.state = TRY(migration::inspect_state(connection));
  return {};
}

Result<void> ask_server(Status& status) {
  status.postgres = TRY(change::status(*status.deployment.postgres));
  status.state = status.postgres->state;
  status.users = status.postgres->sessions;
  status.size.database_bytes = status.postgres->bytes;
  return {};
}

}  // namespace

Result<Status> status(const deployment::Deployment& deployment) {
  Status status;
  status.deployment = deployment;
  status.size = TRY(deployment::measure(deployment));
  TRY(deployment.postgres ? ask_server(status) : look_at_file(status));
  for (const auto* release : release::releases_of(status.state)) status.releases.push_back(to_string(release->version));
  status.unfinished_change = TRY(unfinished_run(deployment));
  if (const auto last = TRY(last_unsettled(deployment))) status.unsettled_change = last->id;
  return status;
}

Result<std::vector<Report>> history(const deployment::Deployment& deployment) {
  std::vector<Report> reports;
  const auto ids = TRY(change_ids(deployment));
  for (const std::string& id : ids | std::views::reverse) {
    auto report = entry(deployment, id);
    if (!report)
      reports.push_back(damaged(deployment, id, report.error()));
    else if (*report)
      reports.push_back(**std::move(report));
  }
  return reports;
}

}  // namespace liftlock::change

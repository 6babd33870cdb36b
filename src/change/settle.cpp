#include <fmt/core.h>

#include <algorithm>
#include <system_error>

#include "change/run.hpp"
#include "deployment/driver.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t nanoseconds_a_day = 86'400'000'000'000;
constexpr int default_keep_days = 7;

struct Finished {
  std::int64_t at = 0;  ///< nanoseconds since the epoch
  int keep_days = default_keep_days;
};

/// nullopt for a run that is not over; a run that never began is over since ever.
Result<std::optional<Finished>> finished(const Places& places) {
  const auto content = TRY(read_journal(places.journal));
  if (content.records.empty()) return Finished{};
  if (content.records.back().step != "done") return std::nullopt;
  return Finished{content.records.back().nanoseconds,
                  content.records.front().data.value("keep_days", default_keep_days)};
}

/// Only what bears Liftlock's own mark is ever removed.
Result<void> remove_kept(const fs::path& path) {
  if (!deployment::is_own_name(path.filename().string())) return {};
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(path, ignored)) ? file::remove_folder(path) : file::remove(path);
}

/// The files go before the report says so: interrupted in between, the next call does it again.
Result<void> settle_one(const deployment::Deployment& deployment, Report& report) {
  if (!report.kept_instances.empty()) {
    auto driver = TRY(deployment::make_driver(deployment));
    if (deployment::Runner* runner = driver->runner()) {
      for (const auto& kept : report.kept_instances) TRY(runner->remove(kept));
    }
    report.kept_instances.clear();
  }
  for (const auto& path : report.kept_files) TRY(remove_kept(path));
  report.kept_files.clear();
  report.next.clear();
  if (report.outcome == Outcome::changed) report.outcome = Outcome::settled;
  return write_report(report);
}

}  // namespace

Result<std::vector<Report>> settle(const deployment::Deployment& deployment, bool now, Context& context) {
  const auto locks = TRY(take_locks(deployment, context.clock));
  TRY(refuse_if_unfinished(deployment, "Settling changes"));
  std::vector<Report> settled;
  for (const std::string& id : TRY(change_ids(deployment))) {
    const Places places = places_of(deployment, id);
    const auto end = TRY(finished(places));
    if (!end || !file::exists(places.report)) continue;
    const bool due = now || context.clock.nanoseconds() - end->at >= end->keep_days * nanoseconds_a_day;
    if (!due) continue;
    auto report = TRY(read_report(places.report));
    if (report.kept_files.empty() && report.kept_instances.empty()) continue;
    TRY(settle_one(deployment, report));
    settled.push_back(std::move(report));
  }
  return settled;
}

Result<std::optional<std::int64_t>> snapshot_free_since(const deployment::Deployment& deployment,
                                                        const std::string& snapshot_name) {
  std::int64_t free_since = 0;  // nothing ever needed it
  for (const std::string& id : TRY(change_ids(deployment))) {
    const Places places = places_of(deployment, id);
    const auto end = TRY(finished(places));
    if (!end) return std::nullopt;  // an interrupted change may need any of them
    if (!file::exists(places.report)) continue;
    const auto report = TRY(read_report(places.report));
    if (!report.snapshot || report.snapshot->path.filename() != snapshot_name) continue;
    if (report.outcome == Outcome::changed) return std::nullopt;
    free_since = std::max(free_since, end->at / 1'000'000'000);
  }
  return free_since;
}

}  // namespace liftlock::change

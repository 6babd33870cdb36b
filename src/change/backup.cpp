#include "change/backup.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <map>

#include "base/file.hpp"
#include "base/format.hpp"
#include "change/cutover.hpp"
#include "change/run.hpp"
#include "change/snapshots.hpp"
#include "change/swap.hpp"
#include "deployment/driver.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;

namespace {

Result<snapshot::Snapshot> take_now(const deployment::Deployment& deployment, Context& context) {
  const Status now = TRY(status(deployment));
  const snapshot::Source source = TRY(source_of(deployment, now.state, now.releases));
  return snapshot::take(source, deployment.state_folder, context.clock, context.progress);
}

Question restore_question(const deployment::Deployment& deployment, const snapshot::Snapshot& snapshot,
                          const snapshot::Difference& difference) {
  Question question{.id = "restore",
                    .text = fmt::format("Make {} what {} holds?", deployment.address, snapshot.name()),
                    .details = {},
                    .dangerous = true};
  if (difference.database && deployment.postgres) {
    question.details.push_back("The tables are replaced; the present ones are moved to a schema of their own.");
  } else if (difference.database) {
    question.details.push_back("The database is replaced; the present one is moved aside.");
  }
  if (!difference.files.empty()) {
    question.details.push_back(
        fmt::format("{} written, moved aside or both.",
                    format_count(static_cast<std::int64_t>(difference.files.size()), "file is", "files are")));
  }
  return question;
}

/// A database that is there is taken out of use, unless it is one that SQLite cannot even open.
Result<void> take_out_of_use(const deployment::Deployment& deployment, deployment::Driver& driver) {
  if (deployment.postgres) return refuse_sessions(*deployment.postgres);
  TRY(refuse_users(driver, deployment));
  const Result<void> folded = file::exists(deployment.database) ? fold_sidecars(deployment.database) : Result<void>{};
  if (!folded && folded.error().kind == ErrorKind::refused) return folded;
  return {};
}

/// The program is stopped for as long as `work` takes, and runs again whatever that came to.
Result<snapshot::Restored> with_program_stopped(deployment::Runner& runner, const Context& context,
                                                const std::function<Result<snapshot::Restored>()>& work) {
  const bool ran = TRY(runner.pause_for_restore());
  auto done = work();
  if (!ran) return done;
  const auto started = runner.start_again({.patience = context.start_patience, .progress = nullptr});
  if (started) return done;
  Error error = done ? started.error() : done.error();
  if (done) error.state = "The snapshot is restored; only the program does not answer on it.";
  if (!done) error.next += fmt::format("\nThe program was not started again: {}", started.error().what);
  return std::unexpected(std::move(error));
}

/// What is a file cannot be restored on a server, nor the other way round.
Result<void> refuse_other_kind(const deployment::Deployment& deployment, const snapshot::Snapshot& snapshot) {
  if (deployment.postgres.has_value() == snapshot.manifest.postgres.has_value()) return {};
  const auto kind = [](bool server) { return server ? "PostgreSQL" : "SQLite"; };
  return refusal(
      "database-of-another-kind", "Restoring a snapshot",
      fmt::format("It holds a database of {}, and that of {} is {}.", kind(snapshot.manifest.postgres.has_value()),
                  deployment.address, kind(deployment.postgres.has_value())),
      "Choose another one: liftlock backups " + deployment.address);
}

/// When the last change that stands on each snapshot was settled; nullopt where one can still be rolled back.
Result<std::map<std::string, std::optional<std::int64_t>>> needs(const deployment::Deployment& deployment) {
  std::map<std::string, std::optional<std::int64_t>> needed;
  for (const Report& report : TRY(history(deployment))) {
    if (!report.snapshot) continue;
    const bool open = report.outcome == Outcome::changed || report.outcome == Outcome::unfinished;
    const std::string name = report.snapshot->path.filename().string();
    // The report was written for the last time when the change was settled.
    const Result<file::Facts> facts = file::facts(report.file);
    const std::int64_t settled = facts ? facts->modified_nanoseconds / 1'000'000'000 : 0;
    const auto [entry, is_new] = needed.try_emplace(name, settled);
    if (!is_new && entry->second) entry->second = std::max(*entry->second, settled);
    if (open) entry->second = std::nullopt;
  }
  return needed;
}

bool is_path(const std::string& name) { return name.find('/') != std::string::npos; }

}  // namespace

Result<Backup> back_up(const deployment::Deployment& deployment, Context& context) {
  const Locks locks = TRY(take_locks(deployment, context.clock));
  TRY(refuse_if_unfinished(deployment, "Taking a snapshot"));
  const double begun = context.clock.monotonic_seconds();
  Backup backup;
  backup.snapshot = TRY(take_now(deployment, context));
  backup.seconds = context.clock.monotonic_seconds() - begun;
  backup.proof = TRY(snapshot::verify(backup.snapshot, context.clock, context.progress, postgres_place(deployment)));
  return backup;
}

Result<snapshot::Snapshot> find_backup(const deployment::Deployment& deployment, const std::string& name) {
  return is_path(name) ? snapshot::open(name) : snapshot::find(deployment.state_folder, name);
}

Result<snapshot::Snapshot> find_backup_anywhere(const fs::path& home, const std::string& name) {
  if (is_path(name)) return snapshot::open(name);
  std::vector<fs::path> folders;
  for (const std::string& address : TRY(deployment::known_addresses(home))) {
    auto deployment = deployment::find(address, home);
    if (!deployment) deployment = deployment::find_lost(address, home);
    if (!deployment) continue;
    for (const snapshot::Listed& listed : TRY(snapshot::list(deployment->state_folder))) {
      const std::string folder = listed.folder.filename().string();
      if (folder == name || folder == "backup-" + name) folders.push_back(listed.folder);
    }
  }
  const auto usage = [&](const char* id, std::string what) {
    return std::unexpected(Error{ErrorKind::usage,
                                 id,
                                 fmt::format("Looking for the snapshot {}", name),
                                 std::move(what),
                                 {},
                                 "Name the path of its folder; they are listed by: liftlock backups DEPLOYMENT"});
  };
  if (folders.empty()) return usage("snapshot-unknown", "no deployment has one of that name");
  if (folders.size() > 1) return usage("snapshot-ambiguous", "more than one deployment has one of that name");
  return snapshot::open(folders.front());
}

Result<snapshot::Restored> restore_backup(const deployment::Deployment& deployment, const snapshot::Snapshot& snapshot,
                                          Context& context) {
  if (!file::exists(deployment.data_directory)) TRY(file::make_folder(deployment.data_directory));
  const Locks locks = TRY(take_locks(deployment, context.clock));
  TRY(refuse_if_unfinished(deployment, "Restoring a snapshot"));
  const std::unique_ptr<deployment::Driver> driver = TRY(deployment::make_driver(deployment));
  TRY(refuse_other_kind(deployment, snapshot));
  if (driver->runner() == nullptr) TRY(take_out_of_use(deployment, *driver));
  const snapshot::Target target{.data_directory = deployment.data_directory,
                                .database = deployment.database,
                                .secret_file = deployment.secret_file,
                                .postgres = postgres_place(deployment)};
  const snapshot::Difference difference = TRY(snapshot::compare(snapshot, target, context.progress));
  if (!difference.database && difference.files.empty()) return snapshot::Restored{};
  if (!context.confirm(restore_question(deployment, snapshot, difference))) {
    return std::unexpected(Error{
        ErrorKind::cancelled, "declined", "Restoring a snapshot", "You did not say yes.", "Nothing was changed.", {}});
  }
  const auto restore = [&]() -> Result<snapshot::Restored> {
    TRY(take_out_of_use(deployment, *driver));
    return snapshot::restore(snapshot, target, context.clock, context.progress);
  };
  return driver->runner() == nullptr ? restore() : with_program_stopped(*driver->runner(), context, restore);
}

Result<snapshot::Proof> verify_backup(const fs::path& home, const snapshot::Snapshot& snapshot, Context& context) {
  std::optional<snapshot::PostgresPlace> server;
  if (snapshot.manifest.postgres) {
    const auto deployment = deployment::find(snapshot.manifest.address, home);
    if (deployment) server = postgres_place(*deployment);
  }
  return snapshot::verify(snapshot, context.clock, context.progress, server);
}

Result<std::vector<std::string>> prune_backups(const deployment::Deployment& deployment, int keep_days, bool only_say,
                                               Context& context) {
  const Locks locks = TRY(take_locks(deployment, context.clock));
  TRY(refuse_if_unfinished(deployment, "Removing old snapshots"));
  const auto needed = TRY(needs(deployment));
  snapshot::PrunePolicy policy;
  policy.keep_days = keep_days;
  policy.free_since = [&](const std::string& name) -> std::optional<std::int64_t> {
    const auto found = needed.find(name);
    if (found != needed.end()) return found->second;
    const Result<snapshot::Snapshot> snapshot = snapshot::find(deployment.state_folder, name);
    return snapshot ? std::optional(snapshot->manifest.created) : std::nullopt;
  };
  return snapshot::prune(deployment.state_folder, policy, context.clock, only_say);
}

}  // namespace liftlock::change

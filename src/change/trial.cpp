#include "change/trial.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/format.hpp"
#include "base/memory.hpp"
#include "change/swap.hpp"
#include "change/tail.hpp"
#include "change/trial_users.hpp"
#include "change/verification/checks.hpp"
#include "database/compare_schema.hpp"
#include "database/sqlite_schema.hpp"
#include "deployment/trial.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using database::Connection;
using database::OpenMode;

namespace {

constexpr const char* without = "To change without a trial, with the risk that it shows only then: --no-trial";

std::string bytes(std::int64_t count) { return format_bytes(static_cast<std::uint64_t>(count)); }

/// A trial says no before anything was changed.
Error as_refusal(Error error) {
  if (error.kind == ErrorKind::cancelled) {
    error.state = "Nothing was changed.";
    return error;
  }
  const bool by_platform = error.id.starts_with("engine-");
  error.kind = by_platform ? ErrorKind::failed : ErrorKind::refused;
  if (!by_platform) error.id = "trial-failed";
  error.doing = fmt::format("Trying the new program on a copy of the data: {}", error.doing);
  error.state = "Nothing was changed: the old container was not touched.";
  error.next += fmt::format("{}{}", error.next.empty() ? "" : "\n", without);
  return error;
}

std::int64_t bytes_in(const fs::path& folder) {
  std::int64_t total = 0;
  std::error_code code;
  auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, code);
  for (; !code && entry != fs::recursive_directory_iterator(); entry.increment(code)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) total += static_cast<std::int64_t>(entry->file_size(ignored));
  }
  return total;
}

/// Beside the deployment's own database: only there it is known that the platform sees what this process sees.
Result<void> check_room(const Run& run, const fs::path& database) {
  constexpr std::int64_t to_write = 64 << 20;  // its -wal, caches
  const std::int64_t needed = TRY(file::facts(database)).size + to_write;
  const std::int64_t there = TRY(file::free_space(run.deployment.database));
  if (there >= needed) return {};
  return refusal(
      "trial-no-space", "Looking for room for the trial of the new program",
      fmt::format("It needs {} for a copy of the database; there are {} beside it.", bytes(needed), bytes(there)),
      fmt::format("Free some space, then run the command again. {}", without));
}

/// Folders in which the platform shows the program the deployment's models: made here, so that they can be removed by
/// whoever runs this.
Result<void> make_mount_points(const deployment::Deployment& deployment, const fs::path& folder,
                               const file::Facts& model) {
  const auto make = [&](const char* name) -> Result<void> {
    if (!file::exists(deployment.data_directory / name)) return {};
    TRY(file::make_folder(folder / name));
    return file::take_permissions(folder / name, model);
  };
  TRY(make("cache"));
  for (const char* name : deployment::model_folders) TRY(make(name));
  return {};
}

/// The data directory that the program gets.
Result<void> make_data(const Run& run, const fs::path& database, const fs::path& folder) {
  const file::Facts model = TRY(file::facts(run.deployment.data_directory));
  TRY(file::remove_folder(folder));
  TRY(file::make_folder(folder));
  TRY(file::copy(database, folder / "webui.db"));
  TRY(prepare_for_trial(folder / "webui.db"));
  const file::Facts database_model = TRY(file::facts(run.deployment.database));
  TRY(file::take_permissions(folder / "webui.db", database_model));
  TRY(make_mount_points(run.deployment, folder, model));
  return file::take_permissions(folder, model);
}

std::unexpected<Error> data_failure(std::string what) {
  return failure("trial-data", "Looking at what the program left on the copy", std::move(what));
}

Result<void> refuse_damaged(Connection& database, Progress& progress) {
  const Check intact = TRY(verification::check_integrity(database, progress));
  if (!intact.ok) return data_failure(fmt::format("Its database is damaged: {}", intact.detail));
  return {};
}

class TrialOf {
 public:
  TrialOf(Run& run, deployment::Trials& trials, const Plan& plan, const fs::path& database)
      : run_(run), trials_(trials), plan_(plan), database_(database), folder_(run.places.scratch / "trial") {}

  Result<void> carry_out() {
    const std::string& id = run_.report.id;
    TRY(run_.note("trial", {{"name", trials_.name(id)}}));
    TRY(make_data(run_, database_, folder_));
    const std::int64_t size = bytes_in(folder_);
    auto tried = start();
    const auto removed = trials_.remove(id);  // who gives up tries again, and tells
    if (!tried) return std::unexpected(as_refusal(std::move(tried).error()));
    if (!removed) return std::unexpected(as_refusal(removed.error()));
    note(*tried, bytes_in(folder_) - size);
    if (auto right = look_at_copy(); !right) return std::unexpected(as_refusal(std::move(right).error()));
    TRY(file::remove_folder(folder_));
    return enough();
  }

 private:
  Result<void> look_at_copy() {
    const fs::path copy = folder_ / "webui.db";
    if (!plan_.has_tail()) return look_at_tried(database_, copy, plan_.head, run_.context.progress);
    const TailOutcome outcome = TRY(look_at_tail(database_, copy, plan_.last_revision()));
    auto now = TRY(open_to_look(copy));
    TRY(refuse_damaged(now, run_.context.progress));
    run_.context.say("On the copy: " + describe(outcome));
    return {};
  }

  Result<deployment::TrialRun> start() {
    const deployment::Trial trial{.change_id = run_.report.id,
                                  .target = *plan_.program,
                                  .data = folder_,
                                  .secret = run_.context.ids.uuid4() + run_.context.ids.uuid4(),
                                  .log = run_.places.folder / "trial.log"};
    Progress& progress = run_.context.progress;
    progress.begin(fmt::format("Trying {} on the copy", trial.target.version), 0, Progress::Unit::steps);
    auto tried = trials_.run(trial, {.patience = run_.context.start_patience, .progress = &progress},
                             [&](const deployment::Answer& answer) { return ask(answer, trial.secret); });
    progress.end();
    if (!tried && file::exists(trial.log)) run_.report.log_file = trial.log;
    return tried;
  }

  Result<void> ask(const deployment::Answer& answer, const std::string& secret) {
    if (!answer.from.starts_with("http")) {
      figures_.not_asked =
          "this machine does not reach the program's network; the engine's health check is all there is";
      return {};
    }
    const auto transport = TRY(http::make_transport());
    const auto asked =
        TRY(ask_as_users(*transport, {database_, answer.from, secret}, run_.context.clock, run_.context.progress));
    figures_.users = asked.users;
    figures_.chats_listed = asked.chats_listed;
    figures_.chats_opened = asked.chats_opened;
    figures_.not_asked = asked.not_asked;
    return {};
  }

  void note(const deployment::TrialRun& tried, std::int64_t growth) {
    figures_.start_seconds = tried.start_seconds;
    figures_.stop_seconds = tried.stop_seconds;
    figures_.downtime_seconds = tried.start_seconds + tried.stop_seconds + plan_.costs.cutover_seconds;
    figures_.memory_bytes = tried.peak_memory_bytes;
    figures_.disk_bytes = std::max<std::int64_t>(0, growth);
    run_.report.trial = figures_;
  }

  /// Once the old program is stopped: what it takes now is there then.
  Result<void> enough() {
    const std::int64_t given_back = TRY(trials_.memory_in_use());
    const auto available = available_memory();
    if (!has_memory(figures_.memory_bytes, available, given_back)) {
      return refusal("memory-short", "Comparing what the new program took with what this machine has",
                     fmt::format("It took {} of memory; {} are free, and the old program would give back {}.",
                                 bytes(figures_.memory_bytes), bytes(*available), bytes(given_back)),
                     fmt::format("Free some memory, then run the command again. {}", without));
    }
    const std::int64_t free = TRY(file::free_space(run_.deployment.database));
    if (free < figures_.disk_bytes) {
      return refusal(
          "disk-short", "Comparing what the new program wrote with what this machine has",
          fmt::format("It wrote {} at its first start; {} are free.", bytes(figures_.disk_bytes), bytes(free)),
          fmt::format("Free some space, then run the command again. {}", without));
    }
    return done();
  }

  Result<void> done() {
    TRY(run_.note("tried", {{"report", to_json(run_.report)}}));
    const std::string users = figures_.users > 0
                                  ? fmt::format("; {} saw {}", format_count(figures_.users, "user", "users"),
                                                format_count(figures_.chats_listed, "chat", "chats"))
                                  : fmt::format("; no user's chats could be looked at ({})", figures_.not_asked);
    run_.context.say(fmt::format("Trial: {} answered after {:.1f} s on the copy{}. Predicted: down for about {:.0f} s.",
                                 plan_.program->version, figures_.start_seconds, users, figures_.downtime_seconds));
    return {};
  }

  Run& run_;
  deployment::Trials& trials_;
  const Plan& plan_;
  const fs::path& database_;
  fs::path folder_;
  TrialFigures figures_;
};

Result<void> refuse_fewer(Connection& before, Connection& after) {
  for (const Count& count : TRY(verification::count_things(&before, after))) {
    const bool fewer = count.before.value_or(0) > count.after.value_or(0);
    if (fewer && count.kind != "configs")  // defaults that are no longer written down
      return data_failure(fmt::format("Of {} {} it left {}.", *count.before, count.kind, count.after.value_or(0)));
  }
  return {};
}

}  // namespace

bool has_memory(std::int64_t needed, std::optional<std::int64_t> available, std::int64_t given_back) {
  return !available || *available + given_back >= needed;
}

Result<void> prepare_for_trial(const fs::path& copy) {
  auto database = TRY(Connection::open(copy, OpenMode::read_write));
  if (!TRY(database::has_column(database, "auth", "mfa"))) return {};
  TRY(database.execute("UPDATE auth SET mfa = NULL WHERE mfa IS NOT NULL"));
  if (TRY(database::has_column(database, "config", "key")))
    TRY(database.execute("UPDATE config SET value = 'false' WHERE key = 'auth.mfa.enable'"));
  return {};
}

Result<void> look_at_tried(const fs::path& before, const fs::path& copy, const migration::Head& head,
                           Progress& progress) {
  auto old = TRY(Connection::open(before, OpenMode::immutable));
  auto now = TRY(open_to_look(copy));
  const auto state = TRY(migration::inspect_state(now));
  if (state.revision != head.revision)
    return data_failure(fmt::format("Its database is at revision {} instead of {}.", state.revision, head.revision));
  if (!state.leftovers.empty())
    return data_failure(fmt::format("Its database is half-migrated: {}", state.leftovers.front().explanation));
  const auto schema_before = TRY(database::read_schema(old));
  const auto schema = TRY(database::read_schema(now));
  for (const auto& difference : database::compare_schemas(schema_before, schema)) {
    if (difference.kind != database::SchemaDifference::Kind::extra)
      return data_failure(fmt::format("It changed the schema: {}", difference.text()));
  }
  TRY(refuse_damaged(now, progress));
  return refuse_fewer(old, now);
}

Result<void> try_program(Run& run, deployment::Runner& runner, const Plan& plan, const fs::path& database) {
  TRY(check_room(run, database));
  return TrialOf(run, *runner.trials(), plan, database).carry_out();
}

Result<void> remove_trial(const Run& run) {
  if (find_record(run.journal, "trial") == nullptr || find_record(run.journal, "tried") != nullptr) return {};
  auto driver = TRY(deployment::make_driver(run.deployment));
  if (driver->runner() == nullptr || driver->runner()->trials() == nullptr) return {};
  return driver->runner()->trials()->remove(run.report.id);
}

}  // namespace liftlock::change

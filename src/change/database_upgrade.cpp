#include "change/database_upgrade.hpp"

#include <fmt/core.h>

#include "base/file.hpp"
#include "base/lock.hpp"
#include "base/process.hpp"
#include "change/notes.hpp"
#include "change/swap.hpp"
#include "database/sqlite.hpp"
#include "migration/builder.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;

namespace {

/// A file that is removed unless somebody takes it.
class Candidate {
 public:
  explicit Candidate(fs::path path) : path_(std::move(path)) {}
  ~Candidate() { std::ignore = file::remove(path_); }  // of no use to anybody; a later run has another name
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Result<migration::DatabaseState> state_of_file(const fs::path& file) {
  if (!file::exists(file)) return migration::DatabaseState{};
  database::Connection connection = TRY(database::Connection::open(file, database::OpenMode::read_only));
  return migration::inspect_state(connection);
}

Result<void> refuse_users_of(const fs::path& file) {
  const process::Users users = process::users_of(process::database_files(file));
  if (users.users.empty()) return {};
  std::string names;
  for (const process::User& user : users.users) names += fmt::format("\nprocess {}: {}", user.pid, user.command);
  return refusal("database-in-use", fmt::format("Upgrading the database {}", file.string()), "It is open in:" + names,
                 "Stop it, then run the command again.");
}

Error verification_error(const fs::path& file, const Verification& verification) {
  std::string what;
  for (const Check& check : verification.checks) {
    if (!check.ok) what += fmt::format("{}{}: {}", what.empty() ? "" : "\n", check.title, check.detail);
  }
  return {ErrorKind::failed, "verification-failed",  fmt::format("Verifying the upgraded copy of {}", file.string()),
          std::move(what),   "Nothing was changed.", {}};
}

Result<void> check(DatabaseUpgrade& upgrade, const VerifyRequest& request, const fs::path& file, Progress& progress) {
  upgrade.verification = TRY(verify(request, progress));
  if (!upgrade.verification.ok()) return std::unexpected(verification_error(file, upgrade.verification));
  return {};
}

/// Puts the candidate where the database is, if that is still the file that was migrated.
Result<void> swap_in(const fs::path& file, const fs::path& candidate, const file::Facts& migrated,
                     const fs::path& kept) {
  const SqliteExclusion exclusion = TRY(exclude_others(file));
  const file::Facts now = TRY(file::facts(file));
  const bool same = now.identity == migrated.identity && now.size == migrated.size &&
                    now.modified_nanoseconds == migrated.modified_nanoseconds;
  if (!same) {
    return refusal("database-in-use", fmt::format("Upgrading the database {}", file.string()),
                   "Somebody has written to it meanwhile.",
                   "Stop the program that uses it, then run the command again.");
  }
  TRY(file::take_permissions(candidate, now));
  return file::replace_keeping(candidate, file, kept);
}

}  // namespace

Result<DatabaseUpgrade> upgrade_database(const fs::path& named, const std::string& revision, Clock& clock,
                                         IdSource& ids, Progress& progress) {
  std::error_code code;
  const fs::path file = fs::weakly_canonical(fs::absolute(named), code);  // a symlink stays one: its target is replaced
  if (code) return failure("file-error", fmt::format("Looking for {}", named.string()), code.message());
  const Lock lock = TRY(Lock::acquire_folder(file.parent_path()));
  const bool exists = file::exists(file);
  if (exists) {
    TRY(refuse_users_of(file));
    TRY(fold_sidecars(file));
  }
  const migration::DatabaseState state = TRY(state_of_file(file));
  // A new database is born under Alembic alone, as Alembic's own upgrade would have it.
  const migration::Head head{.peewee_migrations = state.lineage == migration::Lineage::none ? 0 : 18,
                             .revision = revision};
  const migration::Path path = TRY(migration::plan_path(state, head));

  DatabaseUpgrade upgrade;
  upgrade.from_revision = state.revision;
  upgrade.to_revision = revision;
  upgrade.steps = path.all();
  if (upgrade.steps.empty()) return upgrade;

  const std::string stamp = compact_time(clock.seconds());
  const Candidate candidate(file.string() + ".liftlock-" + ids.uuid4() + "-new");
  const fs::path quarantine = file.string() + ".quarantine-" + stamp + ".jsonl";
  RunEnvironment environment(clock, ids, progress, quarantine);
  const file::Facts migrated = exists ? TRY(file::facts(file)) : file::Facts{};
  TRY(migration::build_migrated(file, candidate.path(), path, {}, environment));
  TRY(environment.finish());
  upgrade.notes = environment.notes();
  upgrade.quarantined = environment.quarantined();
  if (upgrade.quarantined > 0) upgrade.quarantine_file = quarantine;

  if (!exists) {
    TRY(file::rename(candidate.path(), file));
    return upgrade;
  }
  TRY(check(upgrade, {.before = file, .after = candidate.path(), .path = &path, .state = &state, .head = head}, file,
            progress));
  upgrade.kept = file.string() + ".before-" + stamp;
  TRY(swap_in(file, candidate.path(), migrated, upgrade.kept));
  return upgrade;
}

}  // namespace liftlock::change

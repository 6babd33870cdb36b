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

/// A database file that is removed unless somebody takes it, with what SQLite makes beside it and its quarantine.
class Candidate {
 public:
  explicit Candidate(fs::path path) : path_(std::move(path)) {}
  ~Candidate() {
    for (const fs::path& one : process::database_files(path_))
      std::ignore = file::remove(one);  // the next run tries again
    std::ignore = file::remove(quarantine());
  }
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  /// What cannot be carried over, until the swap is near. Named like the candidate, so that it goes where that goes.
  [[nodiscard]] fs::path quarantine() const { return path_.string() + ".quarantine.jsonl"; }

 private:
  fs::path path_;
};

constexpr std::string_view candidate_mark = ".liftlock-upgrade-";
constexpr std::string_view candidate_end = "-new";
constexpr std::string_view kept_mark = ".before-";

fs::path candidate_for(const fs::path& file, const std::string& id) {
  return fmt::format("{}{}{}{}", file.string(), candidate_mark, id, candidate_end);
}

Result<std::vector<fs::path>> files_beside(const fs::path& file) {
  std::vector<fs::path> files;
  std::error_code code;
  for (auto entry = fs::directory_iterator(file.parent_path(), code); !code && entry != fs::directory_iterator();
       entry.increment(code)) {
    files.push_back(entry->path());
  }
  if (!code) return files;
  return failure("file-error", fmt::format("Reading the folder {}", file.parent_path().string()), code.message());
}

bool is_candidate_of(const fs::path& file, const fs::path& path) {
  const std::string start = file.filename().string() + std::string(candidate_mark);
  const std::string name = path.filename().string();
  return name.starts_with(start) && name.find(candidate_end, start.size()) != std::string::npos;
}

/// A kept file that is still the database itself: the swap was interrupted before the new file took its name.
Result<bool> is_second_name_of(const fs::path& file, const fs::path& path) {
  if (!path.filename().string().starts_with(file.filename().string() + std::string(kept_mark))) return false;
  if (!file::exists(file)) return false;
  return TRY(file::facts(file)).identity == TRY(file::facts(path)).identity;
}

/// Removes what runs that were killed have left. Whoever works on a candidate of this file holds the lock on the folder
/// to its end: while it is ours, all of them are dead. A change's candidate is called otherwise, and is resume's.
Result<void> remove_remains(const fs::path& file, const Lock& /*ours*/) {
  for (const fs::path& path : TRY(files_beside(file))) {
    if (is_candidate_of(file, path) || TRY(is_second_name_of(file, path))) TRY(file::remove(path));
  }
  return {};
}

Result<migration::DatabaseState> state_of_file(const fs::path& file) {
  if (!file::exists(file)) return migration::DatabaseState{};
  database::Connection connection = TRY(database::Connection::open(file, database::OpenMode::read_only));
  return migration::inspect_state(connection);
}

/// Looking at a database in WAL mode makes files beside it, which do not take its new name with it.
Result<void> leave_alone(const fs::path& candidate) {
  TRY(fold_sidecars(candidate));
  for (const fs::path& one : process::database_files(candidate)) {
    if (one != candidate) TRY(file::remove(one));
  }
  return {};
}

Error verification_error(const fs::path& file, const Verification& verification) {
  std::string what;
  for (const Check& check : verification.checks) {
    if (!check.ok) what += fmt::format("{}{}: {}", what.empty() ? "" : "\n", check.title, check.detail);
  }
  return {ErrorKind::failed, "verification-failed",  fmt::format("Verifying the migrated copy of {}", file.string()),
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
    return refusal("database-in-use", fmt::format("Migrating the database {}", file.string()),
                   "Somebody has written to it meanwhile.",
                   "Stop the program that uses it, then run the command again.");
  }
  TRY(file::take_permissions(candidate, now));
  return file::replace_keeping(candidate, file, kept);
}

/// A database file that nobody else works on.
struct Held {
  fs::path file;
  Lock lock;
  bool exists = false;
};

Result<Held> hold(const fs::path& named) {
  std::error_code code;
  const fs::path file = fs::weakly_canonical(fs::absolute(named), code);  // a symlink stays one: its target is replaced
  if (code) return failure("file-error", fmt::format("Looking for {}", named.string()), code.message());
  Lock lock = TRY(Lock::acquire_folder(file.parent_path()));
  TRY(remove_remains(file, lock));
  const bool exists = file::exists(file);
  if (exists) {
    TRY(refuse_users_of(file, "Migrating"));
    TRY(fold_sidecars(file));
  }
  return Held{file, std::move(lock), exists};
}

/// The same, and where it stands.
struct Subject {
  fs::path file;
  Lock lock;
  bool exists = false;
  migration::DatabaseState state;
};

Result<Subject> take(const fs::path& named) {
  Held held = TRY(hold(named));
  migration::DatabaseState state = TRY(state_of_file(held.file));
  return Subject{std::move(held.file), std::move(held.lock), held.exists, std::move(state)};
}

Result<void> refuse_damaged(const fs::path& file, const fs::path& candidate) {
  database::Connection connection = TRY(database::Connection::open(candidate, database::OpenMode::read_only));
  const auto answer = TRY(connection.query_text("PRAGMA integrity_check(1)"));
  if (answer == "ok") return {};
  return std::unexpected(Error{.kind = ErrorKind::failed,
                               .id = "database-damaged",
                               .doing = fmt::format("Checking the new form of {}", file.string()),
                               .what = answer.value_or("SQLite says nothing"),
                               .state = "Nothing was changed.",
                               .next = {}});
}

/// Everything from the path on.
Result<DatabaseUpgrade> migrate(const Subject& subject, const migration::Path& path, const migration::Head& head,
                                Clock& clock, IdSource& ids, Progress& progress) {
  const auto& [file, lock, exists, state] = subject;
  DatabaseUpgrade upgrade;
  upgrade.from_revision = state.revision;
  upgrade.to_revision = head.revision;
  upgrade.steps = path.all();
  if (upgrade.steps.empty()) return upgrade;

  const std::string stamp = compact_time(clock.seconds());
  const Candidate candidate(candidate_for(file, ids.uuid4()));
  RunEnvironment environment(clock, ids, progress, candidate.quarantine());
  const file::Facts migrated = exists ? TRY(file::facts(file)) : file::Facts{};
  TRY(migration::build_migrated(file, candidate.path(), path, {}, environment));
  TRY(environment.finish());
  upgrade.notes = environment.notes();
  upgrade.quarantined = environment.quarantined();

  if (!exists) {
    TRY(file::rename(candidate.path(), file));
    return upgrade;
  }
  TRY(check(upgrade, {.before = file, .after = candidate.path(), .path = &path, .state = &state, .head = head}, file,
            progress));
  TRY(leave_alone(candidate.path()));
  if (upgrade.quarantined > 0) {  // before the swap: killed in between, there is a file too many, never one too few
    upgrade.quarantine_file = file.string() + ".quarantine-" + stamp + ".jsonl";
    TRY(file::rename(candidate.quarantine(), upgrade.quarantine_file));
  }
  upgrade.kept = fmt::format("{}{}{}", file.string(), kept_mark, stamp);
  TRY(swap_in(file, candidate.path(), migrated, upgrade.kept));
  return upgrade;
}

}  // namespace

Result<DatabaseRework> rework_database(const fs::path& named, const std::function<Result<void>(const fs::path&)>& work,
                                       Clock& clock, IdSource& ids) {
  const Held held = TRY(hold(named));
  const Candidate candidate(candidate_for(held.file, ids.uuid4()));
  const file::Facts before = held.exists ? TRY(file::facts(held.file)) : file::Facts{};
  if (held.exists) TRY(file::copy(held.file, candidate.path()));
  TRY(work(candidate.path()));
  DatabaseRework done;
  if (!file::exists(candidate.path())) return done;
  TRY(refuse_damaged(held.file, candidate.path()));
  TRY(leave_alone(candidate.path()));
  if (!held.exists) {
    TRY(file::sync(candidate.path()));
    TRY(file::rename(candidate.path(), held.file));
    done.changed = true;
    return done;
  }
  if (TRY(file::sha256(held.file)) == TRY(file::sha256(candidate.path()))) return done;
  done.kept = fmt::format("{}{}{}", held.file.string(), kept_mark, compact_time(clock.seconds()));
  TRY(file::sync(candidate.path()));
  TRY(swap_in(held.file, candidate.path(), before, done.kept));
  done.changed = true;
  return done;
}

Result<DatabaseUpgrade> upgrade_database(const fs::path& named, const std::string& revision, Clock& clock,
                                         IdSource& ids, Progress& progress) {
  const Subject subject = TRY(take(named));
  // A new database is born under Alembic alone, as Alembic's own upgrade would have it.
  const migration::Head head{.peewee_migrations = subject.state.lineage == migration::Lineage::none ? 0 : 18,
                             .revision = revision};
  const migration::Path path = TRY(migration::plan_path(subject.state, head));
  return migrate(subject, path, head, clock, ids, progress);
}

Result<DatabaseUpgrade> downgrade_database(const fs::path& named, const std::string& revision, const Consent& consent,
                                           Clock& clock, IdSource& ids, Progress& progress) {
  const Subject subject = TRY(take(named));
  const migration::Path path = TRY(migration::plan_downgrade(subject.state, revision));
  std::vector<migration::DownwardLoss> losses;
  if (subject.exists) {
    auto connection = TRY(database::Connection::open(subject.file, database::OpenMode::read_only));
    losses = TRY(migration::count_downward_losses(connection, path));
  }
  if (!losses.empty()) TRY(consent(losses));
  const migration::Head head{.peewee_migrations = subject.state.peewee_migrations, .revision = revision};
  DatabaseUpgrade done = TRY(migrate(subject, path, head, clock, ids, progress));
  done.losses = std::move(losses);
  return done;
}

}  // namespace liftlock::change

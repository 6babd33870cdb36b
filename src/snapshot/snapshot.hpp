#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "database/url.hpp"
#include "snapshot/manifest.hpp"

/// Complete, provable, restorable copies of a deployment.
///
/// A snapshot is a folder <state folder>/backup-YYYYMMDD-HHMMSS (0700, files 0600):
///
///     manifest.json        all that is known about it, with checksums
///     deployment.json      how it was deployed, as the caller says
///     database.sqlite.zst  the database; of PostgreSQL database.sql.zst, a script that psql runs
///     data.tar.zst         everything else of the data directory; later ones (data-2.tar.zst) hold what changed since
///     secret-key           WEBUI_SECRET_KEY's file, where the caller knows one
///     RESTORE.txt          how to restore by hand with zstd, tar and sqlite3
///
/// It comes into being under a name that starts with a dot and is renamed when everything is on the disk: what has the
/// name of a snapshot is whole. No function here looks for other users of the data: the caller does, and holds the
/// lock.
namespace liftlock::snapshot {

/// A PostgreSQL database that is to be saved, or to be written to.
struct PostgresPlace {
  database::Url url;   ///< holds the password
  std::string schema;  ///< made the only one of the search path; empty: the server decides
};

/// What is to be saved. Paths are absolute.
struct Source {
  std::filesystem::path data_directory;
  std::filesystem::path database;                    ///< in the data directory or elsewhere; may be a symbolic link
  std::optional<PostgresPlace> postgres = {};        ///< instead of `database`, which is then empty
  std::optional<std::filesystem::path> secret_file;  ///< left out where there is none at this path
  /// The content of a key that lies in no file of this machine; `secret_file` is then where it lies as `docker cp` says
  /// it: "open-webui:/app/backend/.webui_secret_key".
  std::optional<std::string> secret_key = {};
  std::vector<std::filesystem::path> leave_out;  ///< files and folders in the data directory that are not its own
  bool excluded = false;                         ///< the caller holds a SqliteExclusion on the database
  std::string deployment_json = "{}\n";          ///< content of deployment.json; never secrets
  std::string address;
  std::string program_version;
  std::vector<std::string> releases;
  std::string revision;
  std::string lineage;
  int peewee_migrations = 0;
};

struct Snapshot {
  std::filesystem::path folder;
  Manifest manifest;
  [[nodiscard]] std::string name() const { return folder.filename().string(); }
};

/// What take() and update() will write at most, for the plan and the check beforehand.
[[nodiscard]] Result<std::uint64_t> space_needed(const Source& source);

/// Takes a snapshot of a deployment that may be running into `store` (made if need be): the database at one instant, as
/// SQLite's locks guarantee; other SQLite files likewise; everything else as it is read. Leftovers of an interrupted
/// take are removed first. Nothing is left behind on error.
/// Errors: "snapshot-no-space" (with how much is needed), cancelled ("snapshot-cancelled"), those of
/// database::Connection and base/file.hpp.
[[nodiscard]] Result<Snapshot> take(const Source& source, const std::filesystem::path& store, Clock& clock,
                                    Progress& progress);

/// Removes what an interrupted take, update, proof or removal left in a store. Only while nobody else works on it.
[[nodiscard]] Result<void> remove_leftovers(const std::filesystem::path& store);

struct Updated {
  Snapshot snapshot;
  bool changed = false;  ///< false: nothing had changed; `snapshot` is the earlier one
  bool database_changed = false;
  std::int64_t files_changed = 0;  ///< new, changed or removed
};
/// Takes a snapshot of what `earlier` was taken of, copying only what has changed since. The result is complete by
/// itself: unchanged artifacts are hard links to the earlier one's (copies where the file system has no links), so that
/// either can be removed. `earlier` must have been proven. Errors as take().
[[nodiscard]] Result<Updated> update(const Snapshot& earlier, const Source& source, Clock& clock, Progress& progress);

/// That a snapshot can be restored, shown by doing it.
struct Proof {
  /// How a PostgreSQL database was restored for it.
  enum class Way {
    file,              ///< it is SQLite, and a file
    scratch_database,  ///< into a database of its own on the same server
    transaction,       ///< beside the tables, in a transaction that was taken back
    read_back          ///< not at all: the rows in the snapshot were compared with those that the server had sent
  };
  Way way = Way::file;
  std::string why_not_restored = {};      ///< a sentence, where it was read back only
  std::filesystem::path database;         ///< the restored database, in the scratch folder; empty of PostgreSQL
  std::vector<std::string> integrity;     ///< what PRAGMA integrity_check complains of; empty: intact
  std::vector<std::string> foreign_keys;  ///< "chat → user: 3 rows without a parent"; of the data, not of the copy
  std::int64_t files = 0;                 ///< regular files whose content was compared with the manifest
  std::uint64_t bytes = 0;                ///< unpacked and compared
  double seconds = 0;
};
/// Restores the database to `scratch`/webui.db, a folder that must exist, and proves the snapshot: every artifact's
/// checksum, every file in the archives against the manifest, the restored database's checksum and row counts, and what
/// SQLite itself says of it. A database that was damaged already when the snapshot was taken is no error: see
/// `integrity`. Errors: "snapshot-damaged" (naming the artifact or the file), "snapshot-no-space",
/// "snapshot-cancelled".
[[nodiscard]] Result<Proof> prove(const Snapshot& snapshot, const std::filesystem::path& scratch, Clock& clock,
                                  Progress& progress);
/// As prove(), in a scratch folder beside the snapshot that is removed afterwards (Proof::database is then empty).
/// A PostgreSQL database is restored on `server`, by the first of the ways that the role there may go; without one it
/// is read back. Every row is compared, and what the tables consist of is counted. Errors also: those of the server.
[[nodiscard]] Result<Proof> verify(const Snapshot& snapshot, Clock& clock, Progress& progress,
                                   const std::optional<PostgresPlace>& server = {});

/// Unpacks the database alone to a new file, with its mode and owner where permitted, checked and synced.
[[nodiscard]] Result<void> restore_database(const Snapshot& snapshot, const std::filesystem::path& to,
                                            Progress& progress);

/// Where a snapshot is to be written to; origin_of() says where it came from.
struct Target {
  std::filesystem::path data_directory;
  std::filesystem::path database;
  std::optional<std::filesystem::path> secret_file;
  bool with_database = true;  ///< false: the database at that path is right already, and none of restore()'s business
  std::optional<PostgresPlace> postgres = {};  ///< instead of `database`
};
[[nodiscard]] Target origin_of(const Snapshot& snapshot);

struct Restored {
  bool database_replaced = false;
  std::int64_t files_written = 0;
  std::int64_t files_untouched = 0;            ///< equal already
  std::vector<std::filesystem::path> written;  ///< the database and files that were written, at most 1,000
  std::filesystem::path aside;                 ///< folder that holds what was there; empty if nothing had to move
  std::int64_t moved_aside = 0;
  std::string aside_schema = {};  ///< of PostgreSQL: what holds the tables that were there; empty if there were none
};
/// Makes a data directory, database and secret key what they were. Everything is unpacked and checked beside first;
/// then what differs is renamed into place, and what was there goes to `<data directory>/.liftlock-aside-STAMP`, never
/// away. Files that are equal are not touched. Nobody may use the data meanwhile. Interrupted at any point, a second
/// call completes it. The database is replaced last. A PostgreSQL database is restored and compared in one transaction
/// beside the tables, which go to a schema `liftlock_aside_STAMP`; the transaction is committed last.
/// Errors: "snapshot-damaged" and "snapshot-no-space" (nothing was changed), those of base/file.hpp (`state` says).
[[nodiscard]] Result<Restored> restore(const Snapshot& snapshot, const Target& target, Clock& clock,
                                       Progress& progress);

/// What restore() would write, without writing.
struct Difference {
  bool database = false;
  std::vector<std::string> files;  ///< below the data directory, raw bytes: differing, missing or not in the snapshot
};
[[nodiscard]] Result<Difference> compare(const Snapshot& snapshot, const Target& target, Progress& progress);

/// One snapshot of a store; a damaged one has an error instead of a manifest.
struct Listed {
  std::filesystem::path folder;
  Result<Snapshot> snapshot;
  bool pinned = false;
};
/// Oldest first, by name. An absent store has none.
[[nodiscard]] Result<std::vector<Listed>> list(const std::filesystem::path& store);

/// The snapshot of this name ("backup-…", or its stamp alone) or "latest". Errors: "snapshot-unknown" (usage) with the
/// names there are, and those of parse_manifest.
[[nodiscard]] Result<Snapshot> find(const std::filesystem::path& store, std::string_view name);
[[nodiscard]] Result<Snapshot> open(const std::filesystem::path& folder);

/// A pinned snapshot is never pruned.
[[nodiscard]] Result<void> pin(const std::filesystem::path& folder);
[[nodiscard]] Result<void> unpin(const std::filesystem::path& folder);

struct PrunePolicy {
  int keep_days = 7;
  /// Since when (seconds since the epoch) nothing needs the snapshot of this name: its change was settled then.
  /// nullopt: something still does. Empty function: since it was taken.
  std::function<std::optional<std::int64_t>(const std::string& name)> free_since;
};
/// Removes snapshots that nothing has needed for `keep_days`, never the newest whole one, never a pinned or a damaged
/// one. Returns the names of those removed (or with `only_say`, of those that would be).
[[nodiscard]] Result<std::vector<std::string>> prune(const std::filesystem::path& store, const PrunePolicy& policy,
                                                     Clock& clock, bool only_say = false);

/// Removes one snapshot, whole; a crash in between leaves no half snapshot under its name.
[[nodiscard]] Result<void> remove(const std::filesystem::path& folder);

}  // namespace liftlock::snapshot

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/lock.hpp"
#include "database/sqlite.hpp"
#include "deployment/deployment.hpp"

/// One file taking the place of another, so that a run that comes after a crash can tell what happened and end it.
namespace liftlock::change {

/// The files of a swap: names, and which file each name stood for when the swap was written into the journal.
struct Swap {
  std::filesystem::path database;
  std::filesystem::path candidate;  ///< what goes in; the name is gone afterwards
  std::filesystem::path kept;       ///< the name that the old file has afterwards
  file::Facts old_file;
  file::Facts new_file;
};

enum class SwapState {
  not_done,  ///< the database is the old file
  done,      ///< the database is the new file, and the old one is there under one of its names
  unknown    ///< neither: somebody else has been at it
};

/// Reads the files' identities; errors: "swap-old-missing" where there is nothing to begin with.
[[nodiscard]] Result<Swap> prepare_swap(const std::filesystem::path& database, const std::filesystem::path& candidate,
                                        const std::filesystem::path& kept);
[[nodiscard]] Result<SwapState> state_of(const Swap& swap);
/// Whether the old file stands under the name that it was to be kept under, whatever the database is.
[[nodiscard]] bool is_kept(const Swap& swap);
[[nodiscard]] Result<void> carry_out(const Swap& swap);

/// After an interruption. not_done: takes the second name of the old file away. done: gives the old file its kept name.
[[nodiscard]] Result<void> tidy(const Swap& swap, SwapState state);
/// The old file becomes the database again; the new one stands under the candidate's name.
[[nodiscard]] Result<void> reverse(const Swap& swap);

/// Takes what -wal and -journal of a database hold into the file, as any SQLite would, and lets them go, so that they
/// can never meet another file. The content stays what it was. Errors: "database-in-use" (refused).
[[nodiscard]] Result<void> fold_sidecars(const std::filesystem::path& database);

/// Refuses where a program has the database open: "database-in-use", with `doing` ("Migrating") as the verb of what was
/// about to be done to it.
[[nodiscard]] Result<void> refuse_users_of(const std::filesystem::path& database, std::string_view doing);

/// Opens for reading. Where nobody has the database open and no -wal waits, not a file is touched: read-only
/// connections to a WAL database would leave an empty -wal and a -shm behind.
[[nodiscard]] Result<database::Connection> open_to_look(const std::filesystem::path& database);

/// Keeps every SQLite off a database whose sidecars were folded. Errors: "database-in-use" (refused).
[[nodiscard]] Result<SqliteExclusion> exclude_others(const std::filesystem::path& database);

/// Whether two database files hold the same bytes, apart from the counters that SQLite's own copying changes in the
/// first page (change counter, schema cookie, journal mode, library version).
[[nodiscard]] Result<bool> same_database(const std::filesystem::path& a, const std::filesystem::path& b);

/// Gives `database` the journal mode (WAL or not) that `model` has, and leaves no sidecars.
[[nodiscard]] Result<void> adopt_journal_mode(const std::filesystem::path& database,
                                              const std::filesystem::path& model);

}  // namespace liftlock::change

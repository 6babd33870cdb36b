#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "database/sqlite.hpp"

/// What makes a SQLite file beside its tables, and how it is carried into a new file; after SQLite's own VACUUM INTO.
namespace liftlock::migration::sqlite {

/// Settings that live in the file's header (https://www.sqlite.org/fileformat.html#the_database_header).
struct FileSettings {
  std::int64_t page_size = 4096;  ///< bytes
  std::string encoding = "UTF-8";
  std::int64_t auto_vacuum = 0;
  std::int64_t user_version = 0;
  std::int64_t application_id = 0;
  bool write_ahead_log = false;
};

[[nodiscard]] Result<FileSettings> read_file_settings(const std::filesystem::path& file);

/// Makes the empty database on `connection` take the settings, and sets it up for being built: no journal, no syncing.
/// Whoever builds must remove the file when anything fails.
[[nodiscard]] Result<void> prepare_new_file(database::Connection& connection, const FileSettings& settings,
                                            int page_cache_mebibytes);

/// Attaches `file` as `source`, such that nothing can be written to it, not even a checkpoint of its -wal. Its page
/// cache is small: it is read from end to end.
[[nodiscard]] Result<void> attach_source(database::Connection& connection, const std::filesystem::path& file);

/// A connection of its own to the file that is attached as `source`, for reading a table from end to end.
[[nodiscard]] Result<database::Connection> open_source(const std::filesystem::path& file);

/// Carries over what is no table: views, triggers, virtual tables, sequences and statistics.
[[nodiscard]] Result<void> copy_other_objects(database::Connection& connection, const database::Schema& source);

/// Gives the finished file its last settings (journal mode, versions).
[[nodiscard]] Result<void> finish_new_file(database::Connection& connection, const FileSettings& settings);

}  // namespace liftlock::migration::sqlite

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "change/postgres_status.hpp"
#include "deployment/deployment.hpp"
#include "deployment/platform.hpp"
#include "migration/state.hpp"

namespace liftlock::change {

/// What a platform runs, and in what state its data is. What could not be looked at is empty, with the reason.
struct InstanceStatus {
  deployment::Instance instance;
  std::optional<std::string> version;  ///< of the program: what its package says, else the image's label

  /// Whether the sessions and encrypted tokens outlive the instance.
  enum class SecretKey {
    in_variable,   ///< Settings::secret_variable
    in_kept_file,  ///< on a mount
    in_layer,      ///< in the instance itself: gone when it is made anew, which logs everybody out
    none,          ///< not made yet
  };
  SecretKey secret_key = SecretKey::none;

  std::optional<std::filesystem::path> database_file;  ///< on this machine, where it can be opened directly
  std::optional<std::int64_t> database_bytes;          ///< with its -wal
  std::optional<PostgresStatus> postgres;              ///< where the database is on a server that was asked
  std::optional<migration::DatabaseState> state;
  std::vector<std::string> releases;     ///< that the database may come from, oldest first
  std::optional<Error> database_unread;  ///< why there is no state
  std::optional<deployment::Size> size;  ///< where the data directory is on this machine

  std::optional<std::string> unfinished_change;  ///< its id: `liftlock resume` is due
  std::optional<std::string> unsettled_change;   ///< its id: can be rolled back
};

/// "variable", "kept-file", "layer", "none": as JSON says it.
[[nodiscard]] std::string_view name_of(InstanceStatus::SecretKey key);

/// Looks at the instance `name` of a platform; changes nothing. Its SQLite database is opened where it lies, or, where
/// that is not possible, copied out into a temporary folder, up to 256 MB. A PostgreSQL server is asked. Its changes
/// are those noted under `home`. Errors: the platform's, and those of reading a journal; not being able to read the
/// database is none.
[[nodiscard]] Result<InstanceStatus> status(deployment::Platform& platform, std::string_view name,
                                            const std::filesystem::path& home);

/// The version of its program: what its package says, else the image's label.
[[nodiscard]] std::optional<std::string> program_version(deployment::Platform& platform,
                                                         const deployment::Instance& instance);

/// Where its database stands, if that can be read at once: it is SQLite, and the file can be opened here.
[[nodiscard]] std::optional<migration::DatabaseState> state_at_hand(deployment::Platform& platform,
                                                                    const deployment::Instance& instance);

}  // namespace liftlock::change

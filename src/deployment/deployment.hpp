#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "deployment/postgres_access.hpp"

namespace liftlock::deployment {

/// One Open WebUI installation, as its driver found it. All paths are absolute.
struct Deployment {
  std::string driver;                    ///< "directory", "docker"; later "compose", "venv"
  std::string address;                   ///< how to name it again on the command line: "dir:/srv/open-webui/data"
  std::string slug;                      ///< name of its state folder: "open-webui-data-1f0e9c2a"
  std::filesystem::path data_directory;  ///< symlinks resolved
  std::filesystem::path database;        ///< the SQLite file itself, symlinks resolved; empty where it is PostgreSQL
  std::string database_url;  ///< SQLAlchemy's: "sqlite:////srv/open-webui/data/webui.db"; with *** for a password
  std::optional<std::filesystem::path> secret_file;  ///< the file that holds WEBUI_SECRET_KEY, where there is one
  std::map<std::string, std::string> settings;       ///< environment that the program runs with; never secrets
  std::optional<std::string> program_version;        ///< what the driver knows to be running or installed
  std::filesystem::path state_folder;                ///< <home>/<slug>: snapshots, changes, lock; may not exist yet

  // Where a platform runs it; else empty.
  std::string instance = {};                 ///< its name there, which stays; ids do not
  std::string image = {};                    ///< that it runs: "ghcr.io/open-webui/open-webui:v0.12.4"
  std::filesystem::path secret_inside = {};  ///< the secret key's file, where it is in the instance itself
  bool secret_in_environment = false;        ///< WEBUI_SECRET_KEY is set, or was its old name

  std::optional<PostgresAccess> postgres = {};  ///< where its database is PostgreSQL
};

/// $LIFTLOCK_HOME, else /var/lib/liftlock for root, else $XDG_STATE_HOME/liftlock, else ~/.local/state/liftlock.
/// Errors: "home-unknown" where none of these can be told.
[[nodiscard]] Result<std::filesystem::path> home_folder();

/// The address in full, "dir:…" or "docker:…": a bare path, or a bare name, stands for the one thing that has it.
/// Errors (kind usage): "deployment-ambiguous" where there are two, "driver-unknown", and those of a data directory.
[[nodiscard]] Result<std::string> full_address(std::string_view address, const std::filesystem::path& home);

/// Finds the deployment that `address` names: "dir:DATA_DIR", a bare path of a folder that holds webui.db (or of a
/// webui.db), "docker:CONTAINER", or the bare name of one. Looks, changes nothing. Errors: those of full_address;
/// "deployment-unknown" (usage) with what was looked for; "home-in-data" (refused) where `home` lies in the data
/// directory; and for containers those of docker/find.hpp. The data directory of a PostgreSQL database holds no
/// webui.db: the environment of this process names the database, as it does for the program. Errors then:
/// "database-ambiguous" (usage) where it holds one all the same, "database-unnamed" (usage) where it was on PostgreSQL
/// and nothing names that now.
[[nodiscard]] Result<Deployment> find(std::string_view address, const std::filesystem::path& home);

/// A deployment that was worked on before and whose database, or whole data directory, is gone since; for restoring it.
/// Errors: those of find.
[[nodiscard]] Result<Deployment> find_lost(std::string_view address, const std::filesystem::path& home);

/// The deployments that have a state folder under `home`, by their addresses; for `resume` and `status` without one.
[[nodiscard]] Result<std::vector<std::string>> known_addresses(const std::filesystem::path& home);

/// Makes the state folder (0700) and notes the address in it, so that known_addresses finds it.
[[nodiscard]] Result<void> prepare_state_folder(const Deployment& deployment);

/// Whether a file or folder of this name beside the data is Liftlock's own (scratch, a kept database, …): such names
/// hold ".liftlock-". Sizes and snapshots leave them out, with all that is below them.
[[nodiscard]] bool is_own_name(std::string_view file_name);

/// How much there is, for status and plans.
struct Size {
  std::int64_t database_bytes = 0;  ///< with its -wal
  std::int64_t data_bytes = 0;      ///< everything else in the data directory
  std::int64_t data_files = 0;
};
/// Of a PostgreSQL database: the files only.
[[nodiscard]] Result<Size> measure(const Deployment& deployment);

}  // namespace liftlock::deployment

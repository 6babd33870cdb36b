#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace liftlock::deployment {

/// One Open WebUI installation, as its driver found it. All paths are absolute.
struct Deployment {
  std::string driver;                    ///< "directory"; later "docker", "compose", "venv"
  std::string address;                   ///< how to name it again on the command line: "dir:/srv/open-webui/data"
  std::string slug;                      ///< name of its state folder: "open-webui-data-1f0e9c2a"
  std::filesystem::path data_directory;  ///< symlinks resolved
  std::filesystem::path database;        ///< the SQLite file itself, symlinks resolved
  std::string database_url;              ///< SQLAlchemy's: "sqlite:////srv/open-webui/data/webui.db"
  std::optional<std::filesystem::path> secret_file;  ///< the file that holds WEBUI_SECRET_KEY, where there is one
  std::map<std::string, std::string> settings;       ///< environment that the program runs with; never secrets
  std::optional<std::string> program_version;        ///< what the driver knows to be running or installed
  std::filesystem::path state_folder;                ///< <home>/<slug>: snapshots, changes, lock; may not exist yet
};

/// $LIFTLOCK_HOME, else /var/lib/liftlock for root, else $XDG_STATE_HOME/liftlock, else ~/.local/state/liftlock.
/// Errors: "home-unknown" where none of these can be told.
[[nodiscard]] Result<std::filesystem::path> home_folder();

/// Finds the deployment that `address` names: "dir:DATA_DIR", or a bare path of a folder that holds webui.db (or of a
/// webui.db). Looks, changes nothing. Errors (kind usage): "deployment-unknown" with what was looked for,
/// "driver-unknown"; "home-in-data" (refused) where `home` lies in the data directory.
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
[[nodiscard]] Result<Size> measure(const Deployment& deployment);

}  // namespace liftlock::deployment

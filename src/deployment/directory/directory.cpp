#include "deployment/directory/directory.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <system_error>

#include "base/file.hpp"
#include "base/file_tree.hpp"

namespace liftlock::deployment {

namespace fs = std::filesystem;

namespace {

constexpr const char* database_name = "webui.db";

std::unexpected<Error> unknown(const std::string& address, std::string what) {
  return std::unexpected(Error{
      ErrorKind::usage, "deployment-unknown", fmt::format("Looking for the deployment {}", address), std::move(what),
      "Nothing was changed.", "Name the folder that holds webui.db (in a container: /app/backend/data): dir:DATA_DIR"});
}

/// The last two parts of the path, so that people recognise it, and a digest of all of it, so that it is the only one.
std::string slug_of(const fs::path& folder) {
  std::string name = folder.parent_path().filename().string() + "-" + folder.filename().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_' && c != '.') c = '-';
  }
  while (name.starts_with('-') || name.starts_with('.')) name.erase(0, 1);
  constexpr std::size_t longest = 80;
  if (name.size() > longest) name.erase(0, name.size() - longest);
  return name + "-" + file::sha256_of(folder.string()).substr(0, 8);
}

std::optional<fs::path> secret_in(const fs::path& folder) {
  for (const fs::path& candidate : {folder / ".webui_secret_key", folder.parent_path() / ".webui_secret_key"}) {
    std::error_code ignored;
    if (fs::is_regular_file(candidate, ignored)) return candidate;
  }
  return std::nullopt;
}

Deployment deployment_in(const fs::path& folder, const fs::path& database, const fs::path& home) {
  Deployment deployment;
  deployment.driver = "directory";
  deployment.address = "dir:" + folder.string();
  deployment.slug = slug_of(folder);
  deployment.data_directory = folder;
  deployment.database = database;
  deployment.database_url = "sqlite:///" + database.string();
  deployment.secret_file = secret_in(folder);
  deployment.state_folder = home / deployment.slug;
  return deployment;
}

class DirectoryDriver final : public Driver {
 public:
  Result<process::Users> users(const Deployment& deployment) override {
    return process::users_of(process::database_files(deployment.database));
  }
};

}  // namespace

Result<Deployment> find_directory(const std::string& path, const fs::path& home) {
  const std::string address = "dir:" + path;
  std::error_code code;
  if (path.empty()) return unknown(address, "The name is empty.");
  const fs::path named = fs::canonical(path, code);
  if (code) return unknown(address, fmt::format("{}: {}", path, code.message()));

  fs::path folder = named;
  fs::path link = named / database_name;
  if (fs::is_regular_file(named, code)) {
    folder = fs::canonical(fs::absolute(path).parent_path(), code);
    link = named;
  } else if (!file::exists(link)) {
    return unknown(address, fmt::format("There is no {} in {}.", database_name, named.string()));
  }
  const fs::path database = fs::canonical(link, code);
  if (code) return unknown(address, fmt::format("{} points to nothing: {}", link.string(), code.message()));
  if (!fs::is_regular_file(database, code))
    return unknown(address, fmt::format("{} is not a file.", database.string()));

  TRY(refuse_home_inside("dir:" + folder.string(), folder, home));
  return deployment_in(folder, database, home);
}

Result<void> refuse_home_inside(const std::string& address, const fs::path& folder, const fs::path& home) {
  std::error_code code;
  const fs::path resolved = fs::weakly_canonical(fs::absolute(home), code);
  if (code)
    return failure("file-error", fmt::format("Looking for Liftlock's own folder {}", home.string()), code.message());
  if (!file::is_below(folder, resolved)) return {};
  return refusal(
      "home-in-data", fmt::format("Looking for the deployment {}", address),
      fmt::format("Liftlock's own folder {} lies in the data directory: its snapshots would hold each other, "
                  "and whatever happens to the data would happen to them.",
                  resolved.string()),
      "Choose a folder elsewhere, best on another disk:\n    LIFTLOCK_HOME=/var/lib/liftlock liftlock …");
}

Result<Deployment> find_lost_directory(const std::string& path, const fs::path& home) {
  std::error_code code;
  const fs::path folder = fs::weakly_canonical(fs::absolute(path), code);
  if (code) return unknown("dir:" + path, fmt::format("{}: {}", path, code.message()));
  Deployment deployment = deployment_in(folder, folder / database_name, home);
  if (!file::exists(deployment.state_folder)) {
    return unknown(deployment.address, fmt::format("There is no {} in {}, and no snapshot of it is known.",
                                                   database_name, folder.string()));
  }
  return deployment;
}

std::unique_ptr<Driver> make_directory_driver() { return std::make_unique<DirectoryDriver>(); }

}  // namespace liftlock::deployment

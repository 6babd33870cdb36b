#include "deployment/directory/directory.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
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

Deployment deployment_in(const fs::path& folder, const fs::path& home) {
  Deployment deployment;
  deployment.driver = "directory";
  deployment.address = "dir:" + folder.string();
  deployment.slug = slug_of(folder);
  deployment.data_directory = folder;
  deployment.secret_file = secret_in(folder);
  deployment.state_folder = home / deployment.slug;
  return deployment;
}

Deployment with_file(Deployment deployment, const fs::path& database) {
  deployment.database = database;
  deployment.database_url = "sqlite:///" + database.string();
  return deployment;
}

Deployment with_server(Deployment deployment, PostgresAccess access) {
  deployment.database_url = access.url.safe;
  deployment.postgres = std::move(access);
  return deployment;
}

/// Without a webui.db there is less to tell a data directory by.
bool looks_like_data(const fs::path& folder) {
  constexpr std::array<const char*, 4> names = {"uploads", "vector_db", "cache", ".webui_secret_key"};
  return std::ranges::any_of(names, [&](const char* name) { return file::exists(folder / name); });
}

std::unexpected<Error> usage(std::string id, const Deployment& deployment, std::string what, std::string next) {
  return std::unexpected(Error{ErrorKind::usage, std::move(id),
                               fmt::format("Looking for the database of {}", deployment.address), std::move(what),
                               "Nothing was changed.", std::move(next)});
}

/// Copying the file that Open WebUI does not use any more would look like a backup, and be none.
std::unexpected<Error> two_databases(const Deployment& deployment, const PostgresAccess& access) {
  return usage("database-ambiguous", deployment,
               fmt::format("The environment names {}, and there is a {} in the data directory as well.",
                           access.url.safe, database_name),
               fmt::format("Say which of them Open WebUI uses. The file: unset DATABASE_URL (and DATABASE_TYPE, …) for "
                           "Liftlock. The server: move the file away:\n    mv {0}/{1} {0}/{1}.old",
                           deployment.data_directory.string(), database_name));
}

/// Where Liftlock has seen it on a server before, and nothing names that now.
Result<void> refuse_unnamed(const Deployment& deployment) {
  const fs::path note = deployment.state_folder / server_note;
  if (!file::exists(note)) return {};
  std::string url = TRY(file::read(note));
  while (url.ends_with('\n')) url.pop_back();
  return usage(
      "database-unnamed", deployment,
      fmt::format("Its database was {} when Liftlock last worked on it, and the environment does not name it.", url),
      fmt::format("Give Liftlock the settings that Open WebUI runs with:\n    set -a; . OPEN_WEBUI.env; set +a\n"
                  "If its database is {} again, remove the note {}",
                  database_name, note.string()));
}

class DirectoryDriver final : public Driver {
 public:
  Result<process::Users> users(const Deployment& deployment) override {
    if (deployment.postgres) return process::Users{};  // the server knows: database/postgres_sessions.hpp
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

  const bool names_file = fs::is_regular_file(named, code);
  fs::path folder = names_file ? fs::canonical(fs::absolute(path).parent_path(), code) : named;
  const fs::path link = names_file ? named : named / database_name;
  TRY(refuse_home_inside("dir:" + folder.string(), folder, home));
  Deployment deployment = deployment_in(folder, home);

  std::optional<PostgresAccess> access = TRY(postgres_access(own_database_settings()));
  const bool has_file = names_file || file::exists(link);
  if (access && !has_file && !looks_like_data(folder)) {
    return unknown(address,
                   fmt::format("There is nothing in {} that Open WebUI would have put there.", folder.string()));
  }
  if (access && has_file) return two_databases(deployment, *access);
  if (access) return with_server(std::move(deployment), *std::move(access));
  TRY(refuse_unnamed(deployment));
  if (!has_file) return unknown(address, fmt::format("There is no {} in {}.", database_name, named.string()));
  const fs::path database = fs::canonical(link, code);
  if (code) return unknown(address, fmt::format("{} points to nothing: {}", link.string(), code.message()));
  if (!fs::is_regular_file(database, code))
    return unknown(address, fmt::format("{} is not a file.", database.string()));
  return with_file(std::move(deployment), database);
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
  Deployment deployment = deployment_in(folder, home);
  if (!file::exists(deployment.state_folder)) {
    return unknown(deployment.address, fmt::format("There is no {} in {}, and no snapshot of it is known.",
                                                   database_name, folder.string()));
  }
  if (std::optional<PostgresAccess> access = TRY(postgres_access(own_database_settings())))
    return with_server(std::move(deployment), *std::move(access));
  TRY(refuse_unnamed(deployment));
  return with_file(std::move(deployment), folder / database_name);
}

std::unique_ptr<Driver> make_directory_driver() { return std::make_unique<DirectoryDriver>(); }

}  // namespace liftlock::deployment

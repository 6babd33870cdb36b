#include "deployment/docker/find.hpp"

#include <fmt/core.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>

#include "base/file.hpp"
#include "deployment/directory/directory.hpp"
#include "deployment/docker/connection.hpp"
#include "deployment/docker/docker.hpp"
#include "deployment/platform.hpp"

namespace liftlock::deployment::docker {

namespace fs = std::filesystem;

namespace {

constexpr const char* places_file = "container.json";

std::string looking_for(const std::string& name) { return fmt::format("Looking for the data of docker:{}", name); }

std::unexpected<Error> refuse(const Instance& instance, std::string id, std::string what, std::string next) {
  return refusal(std::move(id), looking_for(instance.name), std::move(what), std::move(next));
}

Result<void> refuse_other_databases(const Instance& instance) {
  if (instance.settings.database_kind == "sqlite" || instance.settings.database_kind == "postgresql") return {};
  return refuse(instance, "database-not-sqlite",
                fmt::format("Its database is {}. Liftlock knows SQLite and PostgreSQL.", instance.settings.database),
                "To look at it:\n    liftlock status " + instance.address);
}

/// What is mounted somewhere below the data directory does not lie in it on the outside: a snapshot would lack it.
Result<void> refuse_mounts_inside(const Instance& instance) {
  const fs::path& data = instance.settings.data_directory;
  for (const Mount& mount : instance.mounts) {
    const std::string below = mount.destination.lexically_relative(data).string();
    if (below.empty() || below == "." || below.starts_with("..") || mount.kind == "tmpfs") continue;
    return refuse(instance, "data-on-several-mounts",
                  fmt::format("Its data directory {} is on one mount, and {} on another.", data.string(),
                              mount.destination.string()),
                  "Bring both into one volume or folder; Liftlock saves and restores one.");
  }
  return {};
}

std::unexpected<Error> refuse_data_elsewhere(const Instance& instance, const fs::path& path) {
  return refuse(instance, "data-not-here",
                fmt::format("{} is on a mount, but this process cannot open it: it needs the rights of who runs the "
                            "engine, on the engine's machine.",
                            path.string()),
                "Unset LIFTLOCK_HELPER if it is set: it forbids what would help. Else run Liftlock there, as root.");
}

/// Where `path` of the container is on this machine. The engine may be on another one, and this process in a container
/// itself: so what is there must be what the engine sees. A program that writes just now is looked at again.
Result<fs::path> path_here(Platform& platform, const Instance& instance, const fs::path& path) {
  constexpr int attempts = 20;
  constexpr std::chrono::milliseconds pause{50};
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto inside = TRY(platform.look(instance, path));
    if (!inside) {
      return refuse(instance, "database-missing", fmt::format("There is no {} in it yet.", path.string()),
                    "Start it once, so that Open WebUI makes its database.");
    }
    if (const auto here = on_this_machine(instance, path, *inside)) {
      std::error_code code;
      const fs::path real = fs::canonical(*here, code);
      if (!code) return real;
    }
    std::this_thread::sleep_for(pause);
  }
  return refuse_data_elsewhere(instance, path);
}

/// A database that is no file cannot show whether the data directory here is the container's; the engine's address
/// does.
Result<void> put_server(Deployment& deployment, Platform& platform, const Instance& instance, const fs::path& data) {
  const bool local = TRY(required_engine(looking_for(instance.name))).local();
  auto access = TRY(platform.postgres_of(instance));
  if (!access)
    return failure("engine-answer", looking_for(instance.name), "Its environment names no database any more.");
  std::error_code code;
  if (!local || !fs::is_directory(data, code)) return refuse_data_elsewhere(instance, instance.settings.data_directory);
  deployment.database_url = access->url.safe;
  deployment.postgres = std::move(access);
  return {};
}

/// Of a container that is gone: what it knew, this process must be told.
Result<void> put_own_server(Deployment& deployment) {
  auto access = TRY(postgres_access(own_database_settings()));
  if (!access) {
    return std::unexpected(Error{ErrorKind::usage, "database-unnamed", looking_for(deployment.instance),
                                 "Its database is on a PostgreSQL server, and the container that knew which is gone.",
                                 "Nothing was changed.", "Name it: DATABASE_URL=postgresql://… liftlock …"});
  }
  deployment.database_url = access->url.safe;
  deployment.postgres = std::move(access);
  return {};
}

Result<void> put_data(Deployment& deployment, Platform& platform, const Instance& instance) {
  const Settings& settings = instance.settings;
  for (const fs::path& path : {settings.data_directory, settings.database_file}) {
    if (path.empty() || outside_path(instance, path)) continue;
    return refuse(instance, "data-in-container",
                  fmt::format("{} is on no volume and no folder of the machine: it is in the container itself, and "
                              "goes with it.",
                              path.string()),
                  fmt::format("Copy it out, and make the container anew with it:\n    docker cp {}:{} DATA_DIR\n    "
                              "docker run … -v DATA_DIR:{} …",
                              instance.name, settings.data_directory.string(), settings.data_directory.string()));
  }
  TRY(refuse_mounts_inside(instance));
  std::error_code code;
  if (settings.database_kind == "postgresql") {
    TRY(put_server(deployment, platform, instance, *outside_path(instance, settings.data_directory)));
  } else {
    deployment.database = TRY(path_here(platform, instance, settings.database_file));
    deployment.database_url = "sqlite:///" + deployment.database.string();
  }
  deployment.data_directory = fs::canonical(*outside_path(instance, settings.data_directory), code);
  if (code) {
    return failure("file-error", looking_for(instance.name),
                   fmt::format("{}: {}", settings.data_directory.string(), code.message()));
  }
  return {};
}

Result<void> put_secret(Deployment& deployment, Platform& platform, const Instance& instance) {
  const Settings& settings = instance.settings;
  deployment.secret_in_environment = !settings.secret_variable.empty();
  if (deployment.secret_in_environment || !TRY(platform.look(instance, settings.secret_file))) return {};
  const auto outside = outside_path(instance, settings.secret_file);
  if (outside)
    deployment.secret_file = *outside;
  else
    deployment.secret_inside = settings.secret_file;
  return {};
}

std::unexpected<Error> unknown(const std::string& name) {
  return std::unexpected(Error{ErrorKind::usage, "deployment-unknown", looking_for(name),
                               "There is no container of that name, and Liftlock has never worked on one.",
                               "Nothing was changed.", "liftlock status lists what there is."});
}

}  // namespace

Result<Deployment> state_of_container(const std::string& name, const fs::path& home) {
  const auto engine = TRY(engine_identity());
  Deployment deployment;
  deployment.driver = "docker";
  deployment.address = "docker:" + name;
  deployment.instance = name;
  deployment.slug = fmt::format("docker-{}-{}", name, file::sha256_of(engine.value_or("") + "\n" + name).substr(0, 8));
  deployment.state_folder = home / deployment.slug;
  return deployment;
}

bool has_container(std::string_view name) {
  const auto platform = container_engine();
  return platform && *platform != nullptr && (*platform)->inspect(name);
}

Result<Deployment> find_container(const std::string& name, const fs::path& home) {
  const auto platform = TRY(required_container_engine(looking_for(name)));
  const auto instance = platform->inspect(name);
  if (!instance) {
    auto noted = find_lost_container(name, home);
    const bool is_known = noted || noted.error().id == "database-unnamed";
    if (is_known && instance.error().id == "instance-unknown") return noted;
    return std::unexpected(instance.error());
  }
  Deployment deployment = TRY(state_of_container(name, home));
  deployment.image = instance->image;
  deployment.program_version = instance->labelled_version;
  TRY(refuse_other_databases(*instance));
  TRY(put_data(deployment, *platform, *instance));
  TRY(put_secret(deployment, *platform, *instance));
  TRY(refuse_home_inside(deployment.address, deployment.data_directory, home));
  return deployment;
}

Result<Deployment> find_lost_container(const std::string& name, const fs::path& home) {
  Deployment deployment = TRY(state_of_container(name, home));
  const fs::path note = deployment.state_folder / places_file;
  if (!file::exists(note)) return unknown(name);
  const auto json = nlohmann::json::parse(TRY(file::read(note)), nullptr, false);
  if (!json.is_object() || !json.contains("data_directory") || !json.contains("database")) return unknown(name);
  deployment.data_directory = json.value("data_directory", "");
  deployment.database = json.value("database", "");
  if (deployment.database.empty())
    TRY(put_own_server(deployment));
  else
    deployment.database_url = "sqlite:///" + deployment.database.string();
  if (const std::string file = json.value("secret_file", ""); !file.empty()) deployment.secret_file = file;
  deployment.secret_inside = json.value("secret_inside", "");
  deployment.secret_in_environment = json.value("secret_in_environment", false);
  deployment.image = json.value("image", "");
  return deployment;
}

Result<void> note_places(const Deployment& deployment) {
  const nlohmann::ordered_json json = {{"data_directory", deployment.data_directory.string()},
                                       {"database", deployment.database.string()},
                                       {"secret_file", deployment.secret_file.value_or("").string()},
                                       {"secret_inside", deployment.secret_inside.string()},
                                       {"secret_in_environment", deployment.secret_in_environment},
                                       {"image", deployment.image}};
  const fs::path note = deployment.state_folder / places_file;
  const std::string text = json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (const auto now = file::read(note); now && *now == text) return {};
  return file::write_durably(note, text);
}

}  // namespace liftlock::deployment::docker

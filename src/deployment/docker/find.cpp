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
  if (instance.settings.database_kind == "sqlite") return {};
  return refuse(instance, "database-not-sqlite",
                fmt::format("Its database is {}. Of containers, Liftlock changes those with an SQLite database only.",
                            instance.settings.database),
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
  return refuse(instance, "data-not-here",
                fmt::format("{} is on a mount, but this process cannot open it: it needs the rights of who runs the "
                            "engine, on the engine's machine.",
                            path.string()),
                "Unset LIFTLOCK_HELPER if it is set: it forbids what would help. Else run Liftlock there, as root.");
}

Result<void> put_data(Deployment& deployment, Platform& platform, const Instance& instance) {
  const Settings& settings = instance.settings;
  for (const fs::path& path : {settings.data_directory, settings.database_file}) {
    if (outside_path(instance, path)) continue;
    return refuse(instance, "data-in-container",
                  fmt::format("{} is on no volume and no folder of the machine: it is in the container itself, and "
                              "goes with it.",
                              path.string()),
                  fmt::format("Copy it out, and make the container anew with it:\n    docker cp {}:{} DATA_DIR\n    "
                              "docker run … -v DATA_DIR:{} …",
                              instance.name, settings.data_directory.string(), settings.data_directory.string()));
  }
  TRY(refuse_mounts_inside(instance));
  deployment.database = TRY(path_here(platform, instance, settings.database_file));
  std::error_code code;
  deployment.data_directory = fs::canonical(*outside_path(instance, settings.data_directory), code);
  if (code) {
    return failure("file-error", looking_for(instance.name),
                   fmt::format("{}: {}", settings.data_directory.string(), code.message()));
  }
  deployment.database_url = "sqlite:///" + deployment.database.string();
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
    if (noted && instance.error().id == "instance-unknown") return noted;
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

#include "deployment/docker/ground.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "base/json.hpp"
#include "deployment/deployment.hpp"
#include "deployment/docker/container.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/docker/podman.hpp"

namespace liftlock::deployment::docker {

namespace {

namespace fs = std::filesystem;
using json::text_at;

/// What a path of the machine says of itself.
struct Here {
  int trouble = 0;  ///< errno
  std::int64_t modified_nanoseconds = 0;
  std::int64_t size = 0;
};

Here look_here(const fs::path& path) {
  constexpr std::int64_t second = 1'000'000'000;
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return {.trouble = errno};
  return {.modified_nanoseconds = facts.st_mtim.tv_sec * second + facts.st_mtim.tv_nsec, .size = facts.st_size};
}

bool may_not(const fs::path& path, int what) {
  return ::faccessat(AT_FDCWD, path.c_str(), what, AT_EACCESS) != 0 && (errno == EACCES || errno == EPERM);
}

/// What the engine sees at `inside`, and this process at the place outside, are the same file or folder: of the same
/// time, and a file's size. What is written to just now is looked at again.
Result<std::optional<Obstacle>> obstacle_to(Engine& engine, const Instance& instance, const fs::path& inside,
                                            int needed) {
  constexpr int attempts = 20;
  constexpr std::chrono::milliseconds pause{50};
  const fs::path outside = *outside_path(instance, inside);
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto said = TRY(stat_inside(engine, instance, inside));
    if (!said) return std::nullopt;
    const Here here = look_here(outside);
    if (here.trouble == EACCES || here.trouble == EPERM) return Obstacle::denied;
    if (here.trouble != 0) return Obstacle::elsewhere;
    const bool same =
        here.modified_nanoseconds == said->modified_nanoseconds && (!said->regular || here.size == said->size);
    if (same) return may_not(outside, needed) ? std::optional(Obstacle::denied) : std::nullopt;
    std::this_thread::sleep_for(pause);
  }
  return Obstacle::elsewhere;
}

Result<std::optional<Obstacle>> obstacle_to_data(Engine& engine, const Instance& instance) {
  const Settings& settings = instance.settings;
  if (settings.database_kind != "sqlite") return std::nullopt;
  for (const fs::path& path : {settings.data_directory, settings.database_file}) {
    if (!outside_path(instance, path)) return std::nullopt;
  }
  const auto to_folder = TRY(obstacle_to(engine, instance, settings.data_directory, R_OK | W_OK | X_OK));
  if (to_folder) return to_folder;
  return obstacle_to(engine, instance, settings.database_file, R_OK | W_OK);
}

/// Of what Liftlock keeps of a deployment whose name nobody bears: the one that bore it last.
Result<std::optional<Container>> kept_of(Engine& engine, const std::string& name) {
  const auto listed = TRY(engine.get("/containers/json?all=1", "Listing the containers"));
  std::optional<std::string> found;
  for (const Json& container : listed.value_or(Json::array())) {
    const std::string own = name_of(container);
    if (!own.starts_with(name + ".liftlock-")) continue;
    if (own.ends_with("-before") || (!found && (own.ends_with("-new") || own.ends_with("-failed"))))
      found = text_at(container, {"Id"});
  }
  if (!found) return std::nullopt;
  return look_at(engine, *found);
}

}  // namespace

Result<std::optional<Ground>> find_ground(Engine& engine, const std::string& name) {
  if (engine.is_podman() || !may_be_name(name)) return std::nullopt;
  auto container = TRY(look_at(engine, name));
  if (!container) container = TRY(kept_of(engine, name));
  if (!container) return std::nullopt;
  const auto image = TRY(inspect_image(engine, text_at(container->inspected, {"Image"}),
                                       fmt::format("Inspecting the image of the container {}", name)));
  Instance instance = TRY(read_instance(container->inspected, image.value_or(Json())));
  const auto obstacle = TRY(obstacle_to_data(engine, instance));
  if (!obstacle) return std::nullopt;
  return Ground{std::move(instance), *obstacle};
}

}  // namespace liftlock::deployment::docker

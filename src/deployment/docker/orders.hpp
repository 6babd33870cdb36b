#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/handover.hpp"
#include "deployment/platform.hpp"
#include "registry/local_image.hpp"

/// What is asked of an engine about one container, and done to it. Before each effect stands the fault point "engine".
namespace liftlock::deployment::docker {

/// What an engine says of a container, as far as a change needs it.
struct Container {
  Json inspected;  ///< all of it
  std::string id;
  std::string name;
  std::string status;  ///< "running", "exited", "created", "paused", …
  bool running = false;
  bool ever_started = false;
  bool out_of_memory = false;
  std::int64_t exit_code = 0;
  std::string health;  ///< "healthy", "unhealthy", "starting"; empty where nobody asks
  bool has_health_check = false;
  bool terminal = false;
  bool removes_itself = false;
  RestartPolicy policy;
  std::int64_t restarts = 0;  ///< by that policy, since somebody started it
  std::int64_t stop_seconds = 10;
};
[[nodiscard]] Container read_container(const Json& inspected);

/// As engines show it: the first twelve digits, for a person or a shell.
[[nodiscard]] std::string short_id(std::string_view id);

/// Engines refuse other names when a container is made; in the path of a request they would mean something else.
[[nodiscard]] bool may_be_name(std::string_view name);

/// nullopt: there is none. `which` is an id or a name.
[[nodiscard]] Result<std::optional<Container>> look_at(Engine& engine, std::string_view which);
/// Errors: also "container-missing".
[[nodiscard]] Result<Container> need(Engine& engine, std::string_view which);

/// What is so already is not done again.
[[nodiscard]] Result<void> rename(Engine& engine, const Container& container, const std::string& name);
/// Podman (4.3) cannot: there it stays as it is, and nothing is done.
[[nodiscard]] Result<void> set_policy(Engine& engine, const Container& container, const RestartPolicy& policy);
[[nodiscard]] Result<void> start(Engine& engine, const Container& container);
/// Returns when it has ended; the engine kills it when its own patience is over.
[[nodiscard]] Result<void> stop(Engine& engine, const Container& container);
/// The same for one that may be ending by itself, so that nothing but a person starts it again. By Docker its restart
/// policy is taken from it. Podman starts nothing that somebody has stopped, but may be about to start what has ended:
/// so there it is looked on for two seconds.
[[nodiscard]] Result<void> stop_for_good(Engine& engine, const Container& container);
/// Also one that runs, or that is started again and again.
[[nodiscard]] Result<void> remove_by_force(Engine& engine, const Container& container);
/// Whether volumes without a name go with their container. Those of one that has run may be the data itself, which its
/// successor mounts by name.
enum class Volumes { stay, go };
[[nodiscard]] Result<void> remove(Engine& engine, const Container& container, Volumes volumes);

/// The last lines that it has written.
[[nodiscard]] Result<std::vector<std::string>> last_lines(Engine& engine, const Container& container, int count);

/// What it has written, to be kept: at most its last 5,000 lines.
[[nodiscard]] Result<std::string> log_to_keep(Engine& engine, const Container& container);

/// The images that the engine has, whatever they are of.
[[nodiscard]] Result<std::vector<registry::LocalImage>> local_images(Engine& engine);

/// GET or PUT of a file or folder inside.
[[nodiscard]] std::string archive_path(std::string_view id, const std::filesystem::path& path);

/// What an engine says of a file or folder inside; nullopt: there is none.
[[nodiscard]] Result<std::optional<InsideFile>> stat_inside(Engine& engine, const Instance& instance,
                                                            const std::filesystem::path& path);

/// A file or folder inside as a tar archive, in which an engine hands it out; nullopt: there is none. Errors: also
/// "file-error" for one of more than `most` bytes.
[[nodiscard]] Result<std::optional<std::string>> file_as_tar(Engine& engine, std::string_view id,
                                                             const std::filesystem::path& path, std::size_t most);

/// Unpacks a tar archive into a folder inside.
[[nodiscard]] Result<void> put_tar(Engine& engine, std::string_view id, const std::filesystem::path& folder,
                                   std::string_view tar, std::string_view doing);

/// Lets `name` ("repository:tag") stand for the image `id`, whatever it stood for. What is so already is not done
/// again.
[[nodiscard]] Result<void> name_image(Engine& engine, const std::string& id, const std::string& name);

/// Passes the fault point that stands before an effect.
[[nodiscard]] Result<void> pass_trap(std::string_view doing, const char* point = "engine");

}  // namespace liftlock::deployment::docker

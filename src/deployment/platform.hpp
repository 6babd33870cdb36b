#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "deployment/instance.hpp"
#include "registry/local_image.hpp"

namespace liftlock::deployment {

/// What a path in an instance stands for.
struct InsideFile {
  std::int64_t size = 0;
  std::int64_t modified_nanoseconds = 0;  ///< since the epoch
  bool regular = false;                   ///< a plain file, not a folder or a link
  friend bool operator==(const InsideFile&, const InsideFile&) = default;
};

/// Something that runs Open WebUI: a container engine, later a swarm or a cluster. Only looks. Errors are the
/// platform's own words; "instance-unknown" (usage) where it has nothing of that name.
class Platform {
 public:
  virtual ~Platform() = default;

  /// For people: "Docker Engine 20.10.24 at unix:///var/run/docker.sock".
  [[nodiscard]] virtual std::string description() const = 0;

  /// The names of what looks like Open WebUI here, running or not, in alphabetical order; without what Liftlock keeps.
  [[nodiscard]] virtual Result<std::vector<std::string>> names() = 0;

  [[nodiscard]] virtual Result<Instance> inspect(std::string_view name) = 0;

  /// The images that it has at hand, whatever they are of.
  [[nodiscard]] virtual Result<std::vector<registry::LocalImage>> images() = 0;

  /// nullopt: there is no such file in the instance, which may be stopped.
  [[nodiscard]] virtual Result<std::optional<InsideFile>> look(const Instance& instance,
                                                               const std::filesystem::path& path) = 0;
  /// The content of a file in the instance, of at most `most` bytes.
  [[nodiscard]] virtual Result<std::string> read(const Instance& instance, const std::filesystem::path& path,
                                                 std::size_t most) = 0;
  /// Copies a file out of the instance; `to` must not exist, and is readable by its owner only.
  [[nodiscard]] virtual Result<void> copy_out(const Instance& instance, const std::filesystem::path& path,
                                              const std::filesystem::path& to) = 0;
};

/// Where this process can open a file of an instance itself: it lies on a mount, on this machine, and what is there has
/// the size and the time that the platform sees (`inside`). nullopt: it must be copied out.
[[nodiscard]] std::optional<std::filesystem::path> on_this_machine(const Instance& instance,
                                                                   const std::filesystem::path& path,
                                                                   const InsideFile& inside);

/// The container engine that DOCKER_HOST names, or that answers at its usual place. nullptr: DOCKER_HOST is not set,
/// and nothing is at any of these places. Errors: "engine-address-invalid" (usage), "engine-unreachable",
/// "engine-denied".
[[nodiscard]] Result<std::unique_ptr<Platform>> container_engine();

/// The same where one is needed: never nullptr. Errors: also "engine-missing", with `doing`.
[[nodiscard]] Result<std::unique_ptr<Platform>> required_container_engine(std::string_view doing);

}  // namespace liftlock::deployment

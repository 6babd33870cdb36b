#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "deployment/instance.hpp"
#include "deployment/postgres_access.hpp"
#include "registry/local_image.hpp"

namespace liftlock::deployment {

struct Deployment;

/// Which part of an instance's log is wanted.
struct LogWish {
  std::int64_t newest = 0;         ///< at most so many of the lines that are there; 0: all
  bool follow = false;             ///< wait for more, until the instance stops
  std::function<bool()> enough{};  ///< with follow: asked ten times a second; true ends it
};
/// Takes one line without its end; `error`: from the standard error.
using LogSink = std::function<void(std::string_view line, bool error)>;

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

  /// The PostgreSQL database that the instance's environment names, with the way to it from here: names that only its
  /// own network knows are looked up. nullopt: it names none. Errors: those of postgres_access().
  [[nodiscard]] virtual Result<std::optional<PostgresAccess>> postgres_of(const Instance& instance) = 0;

  /// Gives what the instance has written, as it is.
  [[nodiscard]] virtual Result<void> logs(const Instance& instance, const LogWish& wish, const LogSink& sink) = 0;

  /// The names of what runs here and puts newer images under running instances by itself, this one not excepted.
  [[nodiscard]] virtual Result<std::vector<std::string>> updaters_of(const Instance& instance) = 0;
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

/// Where Liftlock keeps what it knows of an instance: address, slug and state folder are set, nothing else.
[[nodiscard]] Result<Deployment> state_of(const Instance& instance, const std::filesystem::path& home);

}  // namespace liftlock::deployment

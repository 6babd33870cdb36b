#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "deployment/settings.hpp"
#include "registry/reference.hpp"

namespace liftlock::deployment {

/// A place in an instance's file system that outlives it.
struct Mount {
  std::string kind;                   ///< "volume", "bind", "tmpfs", …, as the platform says it
  std::string name;                   ///< of a volume; else empty
  std::filesystem::path source;       ///< on the machine of the platform; empty where there is none
  std::filesystem::path destination;  ///< in the instance
};

/// One Open WebUI that a platform runs, or has stopped: a container, later a service or a pod. What its platform says
/// of it; nothing of its data was read.
struct Instance {
  std::string driver;   ///< "docker"
  std::string address;  ///< how to name it on the command line: "docker:open-webui"
  std::string name;     ///< what stays when it is made anew; ids do not
  std::string id;
  std::string image;                            ///< as it was asked for: "ghcr.io/open-webui/open-webui:v0.12.4"
  std::string image_id;                         ///< what it runs in fact: "sha256:…"
  std::vector<std::string> image_digests;       ///< by which registries know that image; none for one made here
  std::optional<std::string> labelled_version;  ///< what the image's label says: a release, or "main"
  std::string state;                            ///< "running", "exited", "paused", …
  std::string health;                           ///< "healthy", "unhealthy", "starting"; empty where nobody asks
  std::string started;                          ///< ISO 8601; empty where it never was
  int restarts = 0;
  std::string restart_policy;      ///< as the platform says it: "no", "always", …; empty where it does not
  std::vector<std::string> ports;  ///< "0.0.0.0:3000 -> 8080/tcp"
  std::vector<Mount> mounts;
  Settings settings;
};

/// The mount that `path` of the instance lies on: the deepest one. nullptr: on none, so that it goes with the instance.
[[nodiscard]] const Mount* mount_of(const Instance& instance, const std::filesystem::path& path);

/// The name of its image: as it was asked for; where that was an id, as a registry knows it. Error: "image-invalid".
[[nodiscard]] Result<registry::Reference> image_reference(const Instance& instance);

/// Where `path` of the instance is on the platform's machine; nullopt where that is on no volume and no folder of it.
[[nodiscard]] std::optional<std::filesystem::path> outside_path(const Instance& instance,
                                                                const std::filesystem::path& path);

}  // namespace liftlock::deployment

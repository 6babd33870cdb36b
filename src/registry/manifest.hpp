#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// What registries keep of an image: an index of manifests, one a platform; a manifest; a configuration. Docker's
/// schema 2 and OCI's. Pure functions. Error: "registry-answer" where they are neither.
/// https://github.com/opencontainers/image-spec
namespace liftlock::registry {

/// What an image runs on: "linux", "arm64", "v8".
struct ImagePlatform {
  std::string os = "linux";
  std::string architecture = "amd64";
  std::string variant;  ///< empty: any
  friend bool operator==(const ImagePlatform&, const ImagePlatform&) = default;
};
[[nodiscard]] ImagePlatform own_platform();
/// "linux/arm64/v8".
[[nodiscard]] std::string to_string(const ImagePlatform& platform);

/// The value of the header Accept that asks for them.
[[nodiscard]] std::string_view accepted_manifests();

struct Manifest {
  struct Entry {
    ImagePlatform platform;
    std::string digest;
  };
  std::vector<Entry> entries;  ///< of an index
  std::string config;          ///< of an image: the digest of its configuration, which is an engine's image id
  std::int64_t bytes = 0;      ///< of an image: what a pull of all its layers brings
};
[[nodiscard]] Result<Manifest> read_manifest(std::string_view body);

/// The digest of the entry for `platform`; nullopt where none is.
[[nodiscard]] std::optional<std::string> entry_for(const Manifest& index, const ImagePlatform& platform);

struct ImageConfig {
  std::string version;  ///< the label org.opencontainers.image.version; empty: none
  std::string created;  ///< ISO 8601, without a fraction; empty: not said
};
[[nodiscard]] Result<ImageConfig> read_image_config(std::string_view body);

}  // namespace liftlock::registry

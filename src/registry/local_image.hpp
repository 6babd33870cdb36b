#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/reference.hpp"

namespace liftlock::registry {

/// An image that a container engine has at hand, as it says it.
struct LocalImage {
  std::string id;                               ///< "sha256:…", of its configuration
  std::vector<std::string> tags;                ///< "ghcr.io/open-webui/open-webui:v0.12.4", familiar or in full
  std::vector<std::string> digests;             ///< "ghcr.io/open-webui/open-webui@sha256:…"; none for one made there
  std::optional<std::string> labelled_version;  ///< org.opencontainers.image.version
  std::string created;                          ///< ISO 8601; empty where it is not said
};

/// The digest by which `repository` knows the image; empty where it does not, as far as the engine knows.
[[nodiscard]] std::string digest_in(const LocalImage& image, const Reference& repository);

}  // namespace liftlock::registry

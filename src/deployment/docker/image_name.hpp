#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace liftlock::deployment::docker {

/// An image's name, taken apart.
struct ImageName {
  std::string repository;  ///< "ghcr.io/open-webui/open-webui"
  std::string tag;         ///< "v0.12.4-cuda"; empty where it has none
};
/// nullopt for a bare id, which has no repository.
[[nodiscard]] std::optional<ImageName> read_image_name(std::string_view name);

}  // namespace liftlock::deployment::docker

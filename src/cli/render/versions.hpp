#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/render/style.hpp"
#include "migration/state.hpp"
#include "registry/offers.hpp"
#include "registry/resolve.hpp"

namespace liftlock::cli {

/// What could be deployed, and what is.
struct VersionList {
  std::string source;              ///< "registry", "engine": the images it has at hand, or "catalogue"
  registry::Reference repository;  ///< not of the catalogue
  std::string variant;
  std::string deployment;              ///< its address; empty: none was asked about
  std::string image;                   ///< that is deployed, as it was asked for; empty: none is known
  std::string pin;                     ///< of the configuration
  std::optional<migration::Head> now;  ///< where the deployment's database stands, or its release leaves it
  registry::Offers offers;
};

[[nodiscard]] std::string render_versions(const VersionList& list, const Style& style);
[[nodiscard]] nlohmann::ordered_json versions_json(const VersionList& list);

/// What a wished version comes to.
[[nodiscard]] std::string render_resolved(const registry::Resolved& resolved, const Style& style);
[[nodiscard]] nlohmann::ordered_json resolved_json(const registry::Resolved& resolved);

}  // namespace liftlock::cli

#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "deployment/instance.hpp"
#include "deployment/platform.hpp"
#include "registry/local_image.hpp"

/// What an engine's answers mean. Pure functions; members that are missing or of another type count as not said.
namespace liftlock::deployment::docker {

/// Whether an element of `/containers/json` looks like Open WebUI: the image's title or repository says so, or
/// something is mounted where the image keeps its data.
[[nodiscard]] bool looks_like_open_webui(const nlohmann::json& listed);

/// Whether an element of `/containers/json` puts newer images under other containers by itself: Watchtower (whoever's
/// fork) or Ouroboros; and whether one has the label by which it is left alone.
[[nodiscard]] bool is_updater(const nlohmann::json& listed);
[[nodiscard]] bool declines_updates(const nlohmann::json& listed);

/// The name of a container without the slash; empty where there is none.
[[nodiscard]] std::string name_of(const nlohmann::json& listed_or_inspected);

/// An instance from `/containers/NAME/json` and `/images/ID/json` (null where the image is gone).
/// Errors: "engine-answer" where it is not a container's inspection.
[[nodiscard]] Result<Instance> read_instance(const nlohmann::json& container, const nlohmann::json& image);

/// An element of `/images/json`.
[[nodiscard]] registry::LocalImage read_local_image(const nlohmann::json& listed);

/// Understands the header X-Docker-Container-Path-Stat.
[[nodiscard]] Result<InsideFile> read_path_stat(const std::string& header);

}  // namespace liftlock::deployment::docker

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "deployment/deployment.hpp"

/// Containers as deployments: where on this machine their data is.
namespace liftlock::deployment::docker {

/// Whether an engine answers and has a container of this name.
[[nodiscard]] bool has_container(std::string_view name);

/// Where Liftlock keeps what it knows of the container `name`, whether it is there or not: driver, address, slug and
/// state folder are set, nothing else.
[[nodiscard]] Result<Deployment> state_of_container(const std::string& name, const std::filesystem::path& home);

/// The deployment that the container `name` runs. While a change has taken the name away, and after a container was
/// removed, the one that note_places() wrote down. Errors: the engine's; "instance-unknown" (usage); and, all refused,
/// where its data is no SQLite database on this machine that this process can open: "database-not-sqlite",
/// "database-missing", "data-in-container", "data-not-here", "data-on-several-mounts"; "home-in-data".
[[nodiscard]] Result<Deployment> find_container(const std::string& name, const std::filesystem::path& home);

/// What note_places() wrote down, whatever is there now. Errors: "deployment-unknown" (usage).
[[nodiscard]] Result<Deployment> find_lost_container(const std::string& name, const std::filesystem::path& home);

/// Writes down where a container's things are, in its state folder.
[[nodiscard]] Result<void> note_places(const Deployment& deployment);

}  // namespace liftlock::deployment::docker

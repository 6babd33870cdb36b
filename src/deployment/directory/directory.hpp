#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "deployment/deployment.hpp"
#include "deployment/driver.hpp"

namespace liftlock::deployment {

/// The deployment in a data directory that nobody runs on: `path` is the folder that holds webui.db, or that file.
/// Errors (kind usage): "deployment-unknown" with what was looked for.
[[nodiscard]] Result<Deployment> find_directory(const std::string& path, const std::filesystem::path& home);

/// The same for a data directory that has lost its webui.db, or is gone altogether, if it was worked on before: its
/// state folder is there. For restoring. Errors: "deployment-unknown".
[[nodiscard]] Result<Deployment> find_lost_directory(const std::string& path, const std::filesystem::path& home);

/// Snapshots in the data directory `folder` would hold each other, and would go with it: "home-in-data" (refused).
[[nodiscard]] Result<void> refuse_home_inside(const std::string& address, const std::filesystem::path& folder,
                                              const std::filesystem::path& home);

/// A driver that finds who uses the data but neither stops nor starts anybody.
[[nodiscard]] std::unique_ptr<Driver> make_directory_driver();

}  // namespace liftlock::deployment

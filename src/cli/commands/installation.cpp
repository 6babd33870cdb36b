#include "cli/commands/installation.hpp"

#include <fmt/core.h>

namespace liftlock::cli {

namespace {

constexpr std::string_view docker_prefix = "docker:";

Result<Installation> container(const std::string& name) {
  Installation found;
  found.platform = TRY(deployment::required_container_engine(fmt::format("Looking for the container {}", name)));
  found.instance = name;
  return found;
}

}  // namespace

Result<Installation> find_installation(const std::string& address) {
  if (address.starts_with(docker_prefix)) return container(address.substr(docker_prefix.size()));
  const std::filesystem::path home = TRY(deployment::home_folder());
  const std::string full = TRY(deployment::full_address(address, home));
  if (full.starts_with(docker_prefix)) return container(full.substr(docker_prefix.size()));
  Installation found;
  found.directory = TRY(deployment::find(full, home));
  return found;
}

}  // namespace liftlock::cli

#include "cli/commands/installation.hpp"

#include <fmt/core.h>

#include "cli/commands/session.hpp"

namespace liftlock::cli {

namespace {

constexpr std::string_view docker_prefix = "docker:";

Result<Installation> container(const std::string& name) {
  Installation found;
  found.platform = TRY(deployment::container_engine());
  if (found.platform == nullptr) {
    return failure("engine-missing", fmt::format("Looking for the container {}", name),
                   "There is no container engine on this machine, as far as this user can see.",
                   "Start it, or name its address: DOCKER_HOST=unix:///path liftlock …");
  }
  found.instance = name;
  return found;
}

/// Nothing, too, where no engine answers: nobody asked for one.
std::optional<Installation> container_if_there(const std::string& name) {
  auto found = container(name);
  if (!found || !found->platform->inspect(name)) return std::nullopt;
  return *std::move(found);
}

}  // namespace

Result<Installation> find_installation(const std::string& address) {
  if (address.starts_with(docker_prefix)) return container(address.substr(docker_prefix.size()));
  auto directory = find_deployment(address);
  const bool may_be_a_name = address.find_first_of("/:") == std::string::npos && !address.empty();
  auto instance = may_be_a_name ? container_if_there(address) : std::nullopt;
  if (directory && instance) {
    return std::unexpected(Error{ErrorKind::usage, "deployment-ambiguous",
                                 fmt::format("Looking for the deployment {}", address),
                                 "There is a container of that name, and a data directory.", "Nothing was changed.",
                                 fmt::format("Say which: docker:{} or {}", address, directory->address)});
  }
  if (instance) return *std::move(instance);
  Installation found;
  found.directory = TRY(std::move(directory));
  return found;
}

}  // namespace liftlock::cli

#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/postgres_access.hpp"

namespace liftlock::deployment::docker {

/// Where a host that the container knows by a name of its own is for this machine.
struct HostPlace {
  std::string address;  ///< an IP address; empty: the name means the same here
  std::string through;  ///< for people: "the container db (172.18.0.2)"
};

/// `container` is what the engine says of it when it is inspected, `neighbours` the same of those that are on one of
/// its networks. Without a network of its own, and for names that nobody there has, a name means what it means here.
[[nodiscard]] HostPlace find_host(const Json& container, const std::vector<Json>& neighbours, const std::string& host);

/// The PostgreSQL database that a container's environment names, with the address by which it is reached from the
/// engine's machine. The name stays beside it: certificates are for names. nullopt: it names none.
[[nodiscard]] Result<std::optional<PostgresAccess>> find_postgres(Engine& engine, const std::string& id);

}  // namespace liftlock::deployment::docker

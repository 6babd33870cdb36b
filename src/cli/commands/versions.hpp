#pragma once

#include <cstddef>
#include <string>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/render/versions.hpp"

namespace liftlock::cli {

/// What the deployment could be changed to, as `versions` lists it, at most `limit` releases; where neither registry
/// nor engine says anything, the releases that Liftlock itself knows. Errors: those of find_installation() and
/// deployment::read_configuration().
[[nodiscard]] Result<VersionList> versions_for(const Context& context, const std::string& address, std::size_t limit);

}  // namespace liftlock::cli

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/docker/frames.hpp"

/// What a container without a terminal reads and writes, while it runs.
namespace liftlock::deployment::docker {

/// Who waits for a container.
struct Company {
  std::optional<int> input = {};  ///< a descriptor that somebody types into, for what reads from the container's input
  ByteOutput output;
  /// Asked ten times a second: a signal that the container is to get ("INT", "TERM").
  std::function<std::optional<std::string>()> signal;
};

/// Starts the container `id`, which must have been made to be removed when it ends, and stays with it until it is.
/// What is typed is passed on line by line; its end, which cannot be, as an empty line. When this process ends,
/// the container's input does. Its exit status. Errors: the engine's; "attachment-lost" where it is not known what
/// became of it.
[[nodiscard]] Result<int> run_attached(Engine& engine, const std::string& id, const Company& company);

}  // namespace liftlock::deployment::docker

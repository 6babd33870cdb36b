#pragma once

#include <memory>
#include <string>

#include "deployment/probe.hpp"

namespace liftlock::deployment::docker {

/// Asks the program in the container of that name from a process of its own, which finds the engine as this one does:
/// GET /health at its published port, else at its own address. nullptr where no such process can be started.
[[nodiscard]] std::unique_ptr<Probe> start_probe(const std::string& instance);

}  // namespace liftlock::deployment::docker

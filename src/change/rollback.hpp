#pragma once

#include <string>

#include "base/error.hpp"
#include "change/run.hpp"

namespace liftlock::change {

/// The last steps of a rollback whose swap was verified, the same whether it was interrupted or not: files, reports.
[[nodiscard]] Result<Report> conclude_rollback(Run& run, const std::string& of);

}  // namespace liftlock::change

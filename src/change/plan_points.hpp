#pragma once

#include <string>
#include <vector>

#include "change/plan.hpp"

namespace liftlock::change {

/// What cannot be undone except by going back to the snapshot, a sentence each: for the plan and the question before
/// the change.
[[nodiscard]] std::vector<std::string> points_of_no_return(const Plan& plan, bool has_vector_store);

}  // namespace liftlock::change

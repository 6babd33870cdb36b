#pragma once

#include <functional>
#include <vector>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "migration/state.hpp"

namespace liftlock::migration {

/// Asks the rows for what a failed run has left where no release looks, given all else that is known of the state.
using StrandedSearch = std::function<Result<std::vector<DatabaseState::Leftover>>(const DatabaseState&)>;

/// Looks for what half-finished migrations leave behind, given all else that is known of the state.
[[nodiscard]] Result<std::vector<DatabaseState::Leftover>> find_leftovers(const database::Schema& schema,
                                                                          const DatabaseState& state,
                                                                          const StrandedSearch& stranded);

}  // namespace liftlock::migration

#pragma once

#include <vector>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "database/sqlite.hpp"
#include "migration/state.hpp"

namespace liftlock::migration {

/// Looks for what half-finished migrations leave behind, given all else that is known of the state.
[[nodiscard]] Result<std::vector<DatabaseState::Leftover>> find_leftovers(database::Connection& connection,
                                                                          const database::Schema& schema,
                                                                          const DatabaseState& state);

}  // namespace liftlock::migration

#pragma once

#include <vector>

#include "base/error.hpp"
#include "database/postgres.hpp"
#include "migration/reversal.hpp"

namespace liftlock::migration::postgres {

/// The same as migration::count_downward_losses, of the schema that stands first in the search path. The server must
/// have the functions of make_json_functions().
[[nodiscard]] Result<std::vector<DownwardLoss>> count_downward_losses(database::postgres::Connection& connection,
                                                                      const Path& path);

}  // namespace liftlock::migration::postgres

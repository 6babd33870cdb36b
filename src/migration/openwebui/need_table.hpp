#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

/// The table as it stands, valid until the next operation on it. Throws std::logic_error where it is not there, as
/// operations do: the database is not what its version table says.
[[nodiscard]] inline const database::Table& need_table(const Operations& op, std::string_view name) {
  if (const database::Table* found = op.table(name)) return *found;
  throw std::logic_error("there is no table " + std::string(name));
}

}  // namespace liftlock::migration::openwebui

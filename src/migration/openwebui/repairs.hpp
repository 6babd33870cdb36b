#pragma once

#include <string_view>

#include "migration/revision.hpp"

/// What half-finished migrations left behind, put in order before the chain goes on. Repairs look like revisions (they
/// have effects, for the verification), but are recorded nowhere.
namespace liftlock::migration::openwebui {

/// The repair of the leftover with this id (leftovers.cpp names them); nullptr where the chain itself repairs it.
[[nodiscard]] const Revision* repair_of(std::string_view leftover_id);

}  // namespace liftlock::migration::openwebui

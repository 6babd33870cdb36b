#pragma once

#include "migration/script/revision_map.hpp"

namespace liftlock::migration::openwebui {

/// The graph of alembic_revisions(), as it would be read from the newest release's scripts; without paths. Made once.
[[nodiscard]] const script::RevisionMap& revision_map();

}  // namespace liftlock::migration::openwebui

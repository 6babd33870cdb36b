#pragma once

#include <string>
#include <vector>

#include "cli/commands/graph.hpp"
#include "migration/script/new_revision.hpp"

namespace liftlock::cli {

/// What `db revision --autogenerate` found.
struct GeneratedBody {
  migration::script::RevisionBody body;
  std::vector<std::string> notes;  ///< what could not be seen, and what the operations may do to rows
};

/// The operations that make the database of --database like what --against names, and back. Errors: "against-missing"
/// (usage), "not-at-head" (the database is not at the chain's heads: Alembic's "Target database is not up to date."),
/// those of schema_side() and comparable().
[[nodiscard]] Result<GeneratedBody> generate_body(const Arguments& arguments, const Graph& graph);

}  // namespace liftlock::cli

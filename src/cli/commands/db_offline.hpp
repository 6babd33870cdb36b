#pragma once

#include <vector>

#include "base/error.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/commands/db_migrate.hpp"
#include "cli/commands/graph.hpp"
#include "cli/context.hpp"

/// `db upgrade --sql` and `db downgrade --sql`.
namespace liftlock::cli {

/// The table entries of --sql, --dialect and --lineage.
[[nodiscard]] Option sql_option();
[[nodiscard]] Option dialect_option();
[[nodiscard]] Option lineage_option();

/// Answers with the script from A to B of REVISION, "A:B"; without A an upgrade begins at the base. Where --database
/// names a SQLite file that is at A, the script is made for the tables that it has, else for those of a lineage.
/// Nothing is answered where there is an error: those of target_of and offline::write_script, and (usage)
/// "range-missing", "lineage-missing", "sql-of-other-chain".
[[nodiscard]] Result<void> answer_with_sql(Context& context, const Arguments& arguments, const Graph& graph, Way way);

}  // namespace liftlock::cli

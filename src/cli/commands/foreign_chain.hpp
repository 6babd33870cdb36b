#pragma once

#include <string>

#include "cli/commands/graph.hpp"

/// Commands on a database whose chain is not the one that is compiled in.
namespace liftlock::cli {

/// Whether Liftlock itself can migrate along the chain: each of its revisions is compiled in, and revises the same.
[[nodiscard]] bool is_native(const Graph& graph);

/// Whether the command has to go through the chain's own Alembic: --python is named, or the chain is not native.
[[nodiscard]] bool goes_through_alembic(const Graph& graph, const Arguments& arguments);

/// Has the Python of --python run the chain's own Alembic: `verb` is that of alembic.command, and the database that of
/// --database. A SQLite database is worked on as a copy, which is swapped in when it is done and intact; a PostgreSQL
/// database itself, after a confirmation. The command has the options --python and --no-keep, and --purge where the
/// verb is "stamp". Errors: "python-missing" (usage: it says what to type), those of run_own_alembic and
/// rework_database.
[[nodiscard]] Result<void> run_alembic(Context& context, const Arguments& arguments, const Graph& graph,
                                       const std::string& verb, const std::vector<std::string>& revisions);

/// The table entry of `--python`.
[[nodiscard]] Option python_option();

}  // namespace liftlock::cli

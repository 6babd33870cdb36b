#pragma once

#include "cli/commands/graph.hpp"
#include "migration/script/new_revision.hpp"

/// What `db revision` and `db merge` share.
namespace liftlock::cli {

/// The chain that --scripts names. Errors: "scripts-missing" (usage: it must be named), "scripts-read-only" (a wheel).
[[nodiscard]] Result<Graph> writable_graph(Context& context, const Arguments& arguments);

/// What -m, --branch-label and --rev-id ask for, with a new id where none is named.
[[nodiscard]] migration::script::NewRevision new_revision_of(const Arguments& arguments);

/// Makes the file, durably and over no other one, and says where it is, with these notes on what is in it.
[[nodiscard]] Result<void> write_revision(Context& context, const Graph& graph,
                                          const migration::script::NewRevision& wanted,
                                          const std::vector<std::string>& notes = {});

[[nodiscard]] Option message_option();
[[nodiscard]] Option branch_label_option();
[[nodiscard]] Option rev_id_option();
/// `--scripts`, where it names a folder that is written to.
[[nodiscard]] Option script_folder_option();

}  // namespace liftlock::cli

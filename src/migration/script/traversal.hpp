#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "migration/script/revision_map.hpp"

/// Ways through the graph. The order of the answers is Alembic's, where its own does not vary from run to run.
namespace liftlock::migration::script {

/// The edges that a walk follows.
using Edges = std::vector<std::size_t> Node::*;

using Places = std::vector<std::size_t>;

/// The targets and all that can be reached from them, depth first, the last edge first.
[[nodiscard]] Places reachable(const RevisionMap& map, std::span<const std::size_t> targets, Edges edges);

/// The same; it is an error, "revisions-overlap", if one of the targets can be reached from another.
[[nodiscard]] Result<Places> reachable_apart(const RevisionMap& map, std::span<const std::size_t> targets, Edges edges);

/// Adds what is not there yet, at the end.
void add_missing(Places& places, std::span<const std::size_t> more);

/// Puts revisions, without doubles, in the order in which a history shows them: each before what it needs, one branch
/// after the other, from those of `heads` that are among them. Error: "graph-broken" if some cannot be reached so.
[[nodiscard]] Result<Places> newest_first(const RevisionMap& map, std::span<const std::size_t> revisions,
                                          std::span<const std::size_t> heads);

}  // namespace liftlock::migration::script

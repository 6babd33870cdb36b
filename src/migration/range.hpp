#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "migration/revision.hpp"

/// Names of revisions and ranges of them, as Alembic's commands take them, on a chain without branches.
namespace liftlock::migration {

/// Part of a chain, base first.
using Chain = std::span<const Revision* const>;

/// Where `name` stands: the number of revisions applied once it is reached (0: the base). Takes an id, an unambiguous
/// start of one, "head", "heads", "base" and "current" (the revision `current`, empty for the base).
/// Errors (kind usage): "revision-unknown", "revision-ambiguous".
[[nodiscard]] Result<std::size_t> position_of(Chain chain, std::string_view name, std::string_view current);

/// The target of an upgrade: a name, or "+N" from `current`. Errors also: "revision-relative".
[[nodiscard]] Result<std::size_t> upgrade_target(Chain chain, std::string_view name, std::string_view current);

/// The revisions of "[from]:[to]", both ends included; `from` may be "-N" (before `to`), `to` may be "+N" (after
/// `from`). Errors (kind usage): "range-invalid", and those of position_of.
[[nodiscard]] Result<Chain> range_of(Chain chain, std::string_view range, std::string_view current);

}  // namespace liftlock::migration

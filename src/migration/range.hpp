#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "migration/revision.hpp"

/// Targets of an upgrade on the chain that is compiled in, which has no branches; other names: script/lookup.hpp.
namespace liftlock::migration {

/// Part of a chain, base first.
using Chain = std::span<const Revision* const>;

/// Where `name` stands: the number of revisions applied once it is reached (0: the base). Takes an id, an unambiguous
/// start of one, "head", "heads", "base" and "current" (the revision `current`, empty for the base).
/// Errors (kind usage): "revision-unknown", "revision-ambiguous".
[[nodiscard]] Result<std::size_t> position_of(Chain chain, std::string_view name, std::string_view current);

/// The target of an upgrade: a name, or "+N" from `current`. Errors also: "revision-relative".
[[nodiscard]] Result<std::size_t> upgrade_target(Chain chain, std::string_view name, std::string_view current);

/// The target of a downgrade: a name, "base", or "-N" from `current`. Errors also: "revision-relative".
[[nodiscard]] Result<std::size_t> downgrade_target(Chain chain, std::string_view name, std::string_view current);

}  // namespace liftlock::migration

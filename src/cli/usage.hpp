#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace liftlock::cli {

/// An Error of kind `usage`: what was typed makes no sense. `next` says what to type instead.
[[nodiscard]] inline std::unexpected<Error> usage_error(std::string id, std::string what, std::string next = {}) {
  return std::unexpected(Error{.kind = ErrorKind::usage,
                               .id = std::move(id),
                               .doing = {},
                               .what = std::move(what),
                               .state = {},
                               .next = std::move(next)});
}

}  // namespace liftlock::cli

#pragma once

#include "base/error.hpp"

namespace liftlock::cli {

/// The one place in which the kinds of errors become exit codes.
[[nodiscard]] constexpr int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed:
      return 1;
    case ErrorKind::usage:
      return 2;
    case ErrorKind::refused:
      return 3;
    case ErrorKind::rolled_back:
      return 4;
    case ErrorKind::needs_hand:
      return 5;
    case ErrorKind::locked:
      return 6;
    case ErrorKind::cancelled:
      return 130;
  }
  return 1;
}

}  // namespace liftlock::cli

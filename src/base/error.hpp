#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace liftlock {

/// What an error means for the caller's next step; the command line maps each kind to one exit code.
enum class ErrorKind {
  failed,       ///< the work could not be done; nothing was changed (exit 1)
  usage,        ///< the request itself makes no sense (exit 2)
  refused,      ///< a check said no, before anything was changed (exit 3)
  rolled_back,  ///< failed after something had changed; all of it is as it was (exit 4)
  needs_hand,   ///< failed and could not be undone; `next` holds the exact commands (exit 5)
  locked,       ///< another change holds the lock (exit 6)
  cancelled,    ///< the user said stop; nothing was changed, or it was rolled back (exit 130)
};

/// An expected failure, as a value. Every text is a whole sentence or empty, for a person to read.
struct Error {
  ErrorKind kind = ErrorKind::failed;
  std::string id;     ///< stable, searchable name such as "database-open" (never translated, never reused)
  std::string doing;  ///< what was being done: "Opening the database /srv/data/webui.db"
  std::string what;   ///< what went wrong: "file is not a database"
  std::string state;  ///< what state things are in: "Nothing was changed."
  std::string next;   ///< what to do next; commands stand on lines of their own
};

template <class T>
using Result = std::expected<T, Error>;

/// An Error of kind `failed`, ready to be returned from a function with any Result.
[[nodiscard]] inline std::unexpected<Error> failure(std::string id, std::string doing, std::string what,
                                                    std::string next = {}) {
  return std::unexpected(
      Error{ErrorKind::failed, std::move(id), std::move(doing), std::move(what), {}, std::move(next)});
}

/// An Error of kind `refused`: a check said no before anything was changed.
[[nodiscard]] inline std::unexpected<Error> refusal(std::string id, std::string doing, std::string what,
                                                    std::string next = {}) {
  return std::unexpected(Error{ErrorKind::refused, std::move(id), std::move(doing), std::move(what),
                               "Nothing was changed.", std::move(next)});
}

}  // namespace liftlock

/// `auto db = TRY(open(path));` is the value, or returns the error from the enclosing function.
#define TRY(expression)                                                       \
  __extension__({                                                             \
    auto try_result_ = (expression);                                          \
    if (!try_result_) return std::unexpected(std::move(try_result_).error()); \
    ::liftlock::detail::unwrap(std::move(try_result_));                       \
  })

namespace liftlock::detail {
template <class T>
T unwrap(std::expected<T, Error>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
}  // namespace liftlock::detail

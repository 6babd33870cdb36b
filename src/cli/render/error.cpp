#include "cli/render/error.hpp"

#include <fmt/core.h>

#include "cli/exit_code.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

/// Errors are made of file names and messages of libraries: nothing in them may steer the terminal. Line breaks stay.
std::string safe(std::string_view text) {
  std::string clean;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    clean += printable(text.substr(at, end - at));
    if (end < text.size()) clean += '\n';
    at = end + 1;
  }
  return clean;
}

std::string heading(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed:
      return "Failed";
    case ErrorKind::usage:
      return "Usage";
    case ErrorKind::refused:
      return "Refused";
    case ErrorKind::rolled_back:
      return "Failed and rolled back";
    case ErrorKind::needs_hand:
      return "Failed: this needs a hand";
    case ErrorKind::locked:
      return "Locked";
    case ErrorKind::cancelled:
      return "Cancelled";
  }
  return "Failed";
}

std::string first_line(const Error& error) {
  if (error.doing.empty()) return error.what;
  if (error.what.empty()) return error.doing;
  return fmt::format("{}: {}", error.doing, error.what);
}

}  // namespace

std::string render_error(const Error& error, const Style& style) {
  const auto width = static_cast<std::size_t>(style.width);
  const bool gentle = error.kind == ErrorKind::cancelled || error.kind == ErrorKind::usage;
  const std::string title = heading(error.kind);
  std::string out =
      fmt::format("{} {}\n", gentle ? style.yellow(title) : style.red(title), style.dim(fmt::format("[{}]", error.id)));
  out += wrap(safe(first_line(error)), width, 2);
  if (!error.state.empty()) out += wrap(safe(error.state), width, 2);
  if (!error.next.empty()) {
    // Not wrapped: commands stand in it that are there to be copied.
    out += style.bold("Next") + "\n";
    const std::string next = safe(error.next);
    for (std::size_t at = 0; at <= next.size();) {
      const std::size_t end = std::min(next.find('\n', at), next.size());
      out += fmt::format("  {}\n", std::string_view(next).substr(at, end - at));
      at = end + 1;
    }
  }
  return out;
}

std::string_view kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed:
      return "failed";
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::refused:
      return "refused";
    case ErrorKind::rolled_back:
      return "rolled-back";
    case ErrorKind::needs_hand:
      return "needs-hand";
    case ErrorKind::locked:
      return "locked";
    case ErrorKind::cancelled:
      return "cancelled";
  }
  return "failed";
}

nlohmann::ordered_json error_json(const Error& error) {
  return {{"error",
           {{"id", error.id},
            {"kind", kind_name(error.kind)},
            {"exit_code", exit_code(error.kind)},
            {"doing", error.doing},
            {"what", error.what},
            {"state", error.state},
            {"next", error.next}}}};
}

}  // namespace liftlock::cli

#include "migration/range.hpp"

#include <fmt/core.h>

#include <charconv>
#include <optional>

namespace liftlock::migration {

namespace {

std::unexpected<Error> usage(std::string id, std::string what, std::string next = {}) {
  return std::unexpected(Error{.kind = ErrorKind::usage,
                               .id = std::move(id),
                               .doing = {},
                               .what = std::move(what),
                               .state = {},
                               .next = std::move(next)});
}

/// The N of "+N" or "-N"; nullopt where `text` is nothing of the kind.
std::optional<std::size_t> steps_of(std::string_view text, char sign) {
  if (text.size() < 2 || text.front() != sign) return std::nullopt;
  std::size_t steps = 0;
  const auto [stop, error] = std::from_chars(text.data() + 1, text.data() + text.size(), steps);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return steps;
}

Result<std::size_t> position_of_id(Chain chain, std::string_view name) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (chain[i]->id == name) return i + 1;
    if (!chain[i]->id.starts_with(name)) continue;
    if (found)
      return usage("revision-ambiguous", fmt::format("more than one revision begins with \"{}\"", name),
                   "liftlock db history");
    found = i + 1;
  }
  if (!found) return usage("revision-unknown", fmt::format("there is no revision \"{}\"", name), "liftlock db history");
  return *found;
}

}  // namespace

Result<std::size_t> position_of(Chain chain, std::string_view name, std::string_view current) {
  if (name == "head" || name == "heads") return chain.size();
  if (name == "base") return 0;
  if (name == "current") return current.empty() ? Result<std::size_t>(0) : position_of_id(chain, current);
  if (name.empty()) return usage("revision-unknown", "the name of a revision is empty", "liftlock db history");
  return position_of_id(chain, name);
}

Result<std::size_t> upgrade_target(Chain chain, std::string_view name, std::string_view current) {
  const std::optional<std::size_t> steps = steps_of(name, '+');
  if (!steps) return position_of(chain, name, current);
  const std::size_t here = TRY(position_of(chain, "current", current));
  if (here + *steps > chain.size()) {
    return usage("revision-relative",
                 fmt::format("there are only {} revisions after this one, not {}", chain.size() - here, *steps));
  }
  return here + *steps;
}

Result<std::size_t> downgrade_target(Chain chain, std::string_view name, std::string_view current) {
  const std::optional<std::size_t> steps = steps_of(name, '-');
  if (!steps) return position_of(chain, name, current);
  const std::size_t here = TRY(position_of(chain, "current", current));
  if (*steps > here) {
    return usage("revision-relative", fmt::format("there are only {} revisions before this one, not {}", here, *steps));
  }
  return here - *steps;
}

}  // namespace liftlock::migration

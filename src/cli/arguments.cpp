#include "cli/arguments.hpp"

#include <fmt/core.h>

#include <charconv>
#include <stdexcept>

namespace liftlock::cli {

Arguments::Arguments(const Command& command) {
  for (const Argument& argument : command.arguments) values_.emplace(argument.name, std::vector<std::string>{});
  for (const Option& option : command.options) values_.emplace(option.name, std::vector<std::string>{});
}

const std::vector<std::string>& Arguments::values(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::logic_error(fmt::format("{} is not in the command's table entry", name));
  return found->second;
}

bool Arguments::flag(std::string_view option) const { return !values(option).empty(); }

std::optional<std::string> Arguments::text(std::string_view name) const {
  const std::vector<std::string>& given = values(name);
  if (given.empty()) return std::nullopt;
  return given.back();
}

std::vector<std::string> Arguments::words(std::string_view name) const { return values(name); }

Result<std::optional<std::int64_t>> Arguments::number(std::string_view option, std::int64_t minimum) const {
  const std::optional<std::string> given = text(option);
  if (!given) return std::nullopt;
  std::int64_t number = 0;
  const char* end = given->data() + given->size();
  const auto [stop, error] = std::from_chars(given->data(), end, number);
  if (error != std::errc() || stop != end || number < minimum) {
    return std::unexpected(Error{.kind = ErrorKind::usage,
                                 .id = "number-expected",
                                 .doing = fmt::format("Reading {} {}", option, *given),
                                 .what = fmt::format("a whole number of at least {} is expected", minimum),
                                 .state = {},
                                 .next = {}});
  }
  return number;
}

std::string Arguments::required(std::string_view name) const {
  const std::optional<std::string> given = text(name);
  if (!given) throw std::logic_error(fmt::format("{} is required, but the parser let it be missing", name));
  return *given;
}

void Arguments::set(std::string_view name, std::vector<std::string> given) {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::logic_error(fmt::format("{} is not in the command's table entry", name));
  found->second = std::move(given);
}

}  // namespace liftlock::cli

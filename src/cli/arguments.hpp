#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/command.hpp"

namespace liftlock::cli {

/// What was typed after the command's name. Names are those of the command's table entry ("DEPLOYMENT", "--database");
/// asking for one that is not there is a bug and throws std::logic_error.
class Arguments {
 public:
  explicit Arguments(const Command& command);

  [[nodiscard]] bool flag(std::string_view option) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> words(std::string_view name) const;
  /// A whole number of at least `minimum`. Error: "number-expected".
  [[nodiscard]] Result<std::optional<std::int64_t>> number(std::string_view option, std::int64_t minimum) const;
  /// The value of an argument that the parser has made sure of.
  [[nodiscard]] std::string required(std::string_view name) const;

  void set(std::string_view name, std::vector<std::string> values);

 private:
  [[nodiscard]] const std::vector<std::string>& values(std::string_view name) const;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace liftlock::cli

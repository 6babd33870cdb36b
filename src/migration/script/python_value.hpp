#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Values of Python's that revision files hold, written as Python writes them.
namespace liftlock::migration::script {

struct PythonValue {
  enum class Kind { undefined, none, text, tuple, list } kind = Kind::undefined;
  std::vector<std::string> texts;  ///< one for a text

  [[nodiscard]] static PythonValue none() { return {Kind::none, {}}; }
  [[nodiscard]] static PythonValue text(std::string text) { return {Kind::text, {std::move(text)}}; }
  /// None, the only text, or several of them as `several`.
  [[nodiscard]] static PythonValue scalar_of(std::vector<std::string> texts, Kind several);

  [[nodiscard]] bool is_true() const;
};

/// repr() of a value that is defined; texts are UTF-8.
[[nodiscard]] std::string python_repr(const PythonValue& value);
/// str() of a value that is defined.
[[nodiscard]] std::string python_str(const PythonValue& value);

}  // namespace liftlock::migration::script

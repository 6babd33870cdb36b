#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace liftlock::cli {

/// format_duration for seconds.
[[nodiscard]] std::string format_seconds(double seconds);

/// How many columns `text` takes on a terminal (escape sequences take none; one column a code point).
[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` without what could steer a terminal: control characters become "\x1b" and the like. For what a user's data
/// or file names hold.
[[nodiscard]] std::string printable(std::string_view text);

/// `text` filled to lines of at most `width` columns, each behind `indent` blanks; line breaks in it are kept.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

/// A table whose columns are as wide as they need to be. Cells may hold colours.
class TextTable {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// With a line of titles where any column has one. Every line ends with a line break.
  [[nodiscard]] std::string render(std::size_t indent = 0) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace liftlock::cli

#include "cli/render/progress.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

std::string amount(std::int64_t number, Progress::Unit unit) {
  return unit == Progress::Unit::bytes ? format_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(0, number)))
                                       : format_count(number);
}

std::string_view unit_name(Progress::Unit unit) {
  switch (unit) {
    case Progress::Unit::bytes:
      return "bytes";
    case Progress::Unit::rows:
      return "rows";
    case Progress::Unit::files:
      return "files";
    case Progress::Unit::steps:
      return "steps";
  }
  return "steps";
}

/// " rows", but nothing behind "616 MB".
std::string unit_suffix(Progress::Unit unit) {
  return unit == Progress::Unit::bytes ? std::string() : fmt::format(" {}", unit_name(unit));
}

std::string amounts(const StageView& view) {
  if (view.total > 0) {
    return fmt::format("{} of {}{}", amount(view.done, view.unit), amount(view.total, view.unit),
                       unit_suffix(view.unit));
  }
  return view.done > 0 ? amount(view.done, view.unit) + unit_suffix(view.unit) : std::string();
}

/// Empty during the first half second, in which a rate says nothing, and for steps, which are of unequal size.
std::string rate(const StageView& view) {
  if (view.seconds < 0.5 || view.done <= 0 || view.unit == Progress::Unit::steps) return {};
  const double per_second = static_cast<double>(view.done) / view.seconds;
  return fmt::format("{}{}/s", amount(static_cast<std::int64_t>(per_second), view.unit), unit_suffix(view.unit));
}

std::string time_left(const StageView& view) {
  const std::optional<double> seconds = remaining_seconds(view);
  return seconds ? format_seconds(std::max(*seconds, 0.1)) + " left" : std::string();
}

int percent(const StageView& view) {
  const std::int64_t done = std::clamp<std::int64_t>(view.done, 0, view.total);
  return static_cast<int>(static_cast<double>(done) * 100.0 / static_cast<double>(view.total));
}

std::string bar(const StageView& view, const Style& style) {
  constexpr int cells = 24;
  const int full = percent(view) * cells / 100;
  std::string filled;
  std::string open;
  for (int i = 0; i < cells; ++i) (i < full ? filled : open) += i < full ? "█" : "░";
  return style.cyan(filled) + style.dim(open);
}

}  // namespace

std::optional<double> remaining_seconds(const StageView& view) {
  if (view.total <= 0 || view.done <= 0 || view.seconds < 1.0) return std::nullopt;
  const std::int64_t open = std::max<std::int64_t>(0, view.total - view.done);
  return view.seconds * static_cast<double>(open) / static_cast<double>(view.done);
}

std::string render_bar(const StageView& view, const Style& style) {
  const auto width = static_cast<std::size_t>(style.width);
  std::vector<std::string> parts{std::string(view.stage)};
  if (view.total > 0) parts.push_back(fmt::format("{} {:>3}%", bar(view, style), percent(view)));
  for (std::string part : {amounts(view), rate(view), time_left(view)}) {
    if (!part.empty()) parts.push_back(std::move(part));
  }
  if (view.total <= 0) parts.push_back(format_seconds(view.seconds));
  std::string line;
  for (const std::string& part : parts) {
    const std::string longer = line.empty() ? part : line + "  " + part;
    if (display_width(longer) >= width && !line.empty()) break;
    line = longer;
  }
  return line;
}

std::string render_plain(const StageView& view) {
  std::string line(view.stage);
  std::string_view separator = ": ";
  if (view.total > 0) {
    line += fmt::format(": {} %", percent(view));
    separator = ", ";
  }
  for (const std::string& part : {amounts(view), rate(view), time_left(view)}) {
    if (part.empty()) continue;
    line += separator;
    line += part;
    separator = ", ";
  }
  return line;
}

std::string render_done(const StageView& view, const Style& style) {
  std::string line = fmt::format("{} {}", style.green("✓"), view.stage);
  const std::int64_t done = std::max(view.done, view.total);
  if (done > 0 && view.unit != Progress::Unit::steps)
    line += fmt::format("  {}{}", amount(done, view.unit), unit_suffix(view.unit));
  if (view.seconds >= 0.05) line += style.dim(fmt::format("  {}", format_seconds(view.seconds)));
  return line;
}

std::string render_json_line(const StageView& view, std::string_view event) {
  nlohmann::ordered_json line{
      {"progress",
       {{"event", event},
        {"stage", view.stage},
        {"done", view.done},
        {"total", view.total > 0 ? nlohmann::ordered_json(view.total) : nlohmann::ordered_json()},
        {"unit", unit_name(view.unit)},
        {"seconds", view.seconds}}}};
  if (const std::optional<double> left = remaining_seconds(view)) line["progress"]["remaining_seconds"] = *left;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace liftlock::cli

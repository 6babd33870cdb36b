#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/progress.hpp"
#include "cli/render/style.hpp"

namespace liftlock::cli {

struct Globals;
struct Terminal;

/// A stage as it stands at one moment.
struct StageView {
  std::string_view stage;
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0: not known
  Progress::Unit unit = Progress::Unit::steps;
  double seconds = 0;  ///< since the stage began
};

/// Seconds until the stage ends at the rate so far; nullopt while that cannot be said.
[[nodiscard]] std::optional<double> remaining_seconds(const StageView& view);

/// "Taking the snapshot  [#######·····]  58%  356 MB of 616 MB  143 MB/s  1.8 s left", at most `style.width` columns.
[[nodiscard]] std::string render_bar(const StageView& view, const Style& style);

/// The same without a bar, for a log: "Taking the snapshot: 58 %, 356 MB of 616 MB, 143 MB/s, 1.8 s left".
[[nodiscard]] std::string render_plain(const StageView& view);

/// The line that is left behind when a stage has ended.
[[nodiscard]] std::string render_done(const StageView& view, const Style& style);

/// One JSON line (docs/reference/json.md): `event` is "begin", "advance" or "end".
[[nodiscard]] std::string render_json_line(const StageView& view, std::string_view event);

/// Bars on a terminal; plain lines elsewhere (for what takes longer than a second: begin, every 10 seconds, end); JSON
/// lines with --json; nothing with --quiet; all on stderr. Its cancelled() is the user's Ctrl-C. Drawing has its own
/// thread, so advance() is cheap.
[[nodiscard]] std::unique_ptr<Progress> make_progress(const Globals& globals, const Terminal& terminal,
                                                      const Style& style);

}  // namespace liftlock::cli

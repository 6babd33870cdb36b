#include "cli/render/log_line.hpp"

#include <gtest/gtest.h>

namespace liftlock::cli {
namespace {

TEST(LogLine, LosesItsColoursAndWhateverCouldSteerATerminal) {
  EXPECT_EQ(render_log_line("\x1b[32m2026-11-22\x1b[0m | \x1b[1;38;5;4mINFO\x1b[0m"), "2026-11-22 | INFO");
  EXPECT_EQ(render_log_line("a\tb"), "a    b");
  EXPECT_EQ(render_log_line("\x1b[2Jcleared\x1b]0;title\x07"), "\\x1b[2Jcleared\\x1b]0;title\\x07");
  EXPECT_EQ(render_log_line("\x1b[3"), "\\x1b[3");
  EXPECT_EQ(render_log_line("grüße"), "grüße");
  EXPECT_EQ(render_log_line(""), "");
}

}  // namespace
}  // namespace liftlock::cli

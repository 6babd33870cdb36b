#include <gtest/gtest.h>

#include "cli/exit_code.hpp"
#include "cli/render/error.hpp"
#include "cli/render/progress.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {
namespace {

const Style plain{.colour = false, .width = 80};

TEST(ExitCode, OfEveryKind) {
  EXPECT_EQ(exit_code(ErrorKind::failed), 1);
  EXPECT_EQ(exit_code(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::refused), 3);
  EXPECT_EQ(exit_code(ErrorKind::rolled_back), 4);
  EXPECT_EQ(exit_code(ErrorKind::needs_hand), 5);
  EXPECT_EQ(exit_code(ErrorKind::locked), 6);
  EXPECT_EQ(exit_code(ErrorKind::cancelled), 130);
}

TEST(RenderError, SaysWhatWasDoneWhatWentWrongTheStateAndTheNextCommand) {
  const Error error{.kind = ErrorKind::rolled_back,
                    .id = "verification-failed",
                    .doing = "Verifying the changed database",
                    .what = "3 chats are missing",
                    .state = "All is as it was.",
                    .next = "Look at the report:\nless /var/lib/liftlock/a/changes/b/report.json"};
  EXPECT_EQ(render_error(error, plain),
            "Failed and rolled back [verification-failed]\n"
            "  Verifying the changed database: 3 chats are missing\n"
            "  All is as it was.\n"
            "Next\n"
            "  Look at the report:\n"
            "  less /var/lib/liftlock/a/changes/b/report.json\n");
}

TEST(RenderError, LongTextIsWrappedButCommandsAreNot) {
  const std::string path(100, 'x');
  const Error error{.kind = ErrorKind::failed,
                    .id = "x",
                    .doing = {},
                    .what = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
                    .state = {},
                    .next = "ls " + path};
  EXPECT_EQ(render_error(error, plain),
            "Failed [x]\n"
            "  one two three four five six seven eight nine ten eleven twelve thirteen\n"
            "  fourteen\n"
            "Next\n"
            "  ls " +
                path + "\n");
}

TEST(RenderError, NothingInItSteersTheTerminal) {
  const Error error{
      .kind = ErrorKind::failed, .id = "x", .doing = "Opening a\x1b[2Jb", .what = "no", .state = {}, .next = {}};
  EXPECT_EQ(render_error(error, plain), "Failed [x]\n  Opening a\\x1b[2Jb: no\n");
}

TEST(ErrorJson, IsTheDocumentedObject) {
  const Error error{.kind = ErrorKind::refused, .id = "hazards", .doing = "a", .what = "b", .state = "c", .next = "d"};
  EXPECT_EQ(
      error_json(error).dump(),
      R"({"error":{"id":"hazards","kind":"refused","exit_code":3,"doing":"a","what":"b","state":"c","next":"d"}})");
}

TEST(TextTable, ColumnsAreAsWideAsTheyNeedToBe) {
  TextTable table({{"revision"}, {"rows", TextTable::Align::right}, {"what"}});
  table.add({"a", "12,345", "caf\xc3\xa9"});
  table.add({"b\x1b[1mb\x1b[0m", "7", ""});
  EXPECT_EQ(table.render(2),
            "  revision    rows  what\n"
            "  a         12,345  caf\xc3\xa9\n"
            "  b\x1b[1mb\x1b[0m             7\n");
}

StageView halfway() {
  return {.stage = "Taking the snapshot",
          .done = 308'000'000,
          .total = 616'000'000,
          .unit = Progress::Unit::bytes,
          .seconds = 2.0};
}

TEST(ProgressText, ABarHasRateAndRemainingTime) {
  const Style wide{.colour = false, .width = 200};
  EXPECT_EQ(render_bar(halfway(), wide),
            "Taking the snapshot  ████████████░░░░░░░░░░░░  50%  308 MB of 616 MB  154 MB/s  2.0 s left");
}

TEST(ProgressText, ABarNeverWrapsALine) {
  for (int width = 40; width < 120; ++width) {
    EXPECT_LT(display_width(render_bar(halfway(), Style{.colour = true, .width = width})),
              static_cast<std::size_t>(width));
  }
}

TEST(ProgressText, PlainLines) {
  EXPECT_EQ(render_plain(halfway()), "Taking the snapshot: 50 %, 308 MB of 616 MB, 154 MB/s, 2.0 s left");
  const StageView unknown{.stage = "Reading", .done = 5, .total = 0, .unit = Progress::Unit::files, .seconds = 0.1};
  EXPECT_EQ(render_plain(unknown), "Reading: 5 files");
}

TEST(ProgressText, RemainingTimeIsOnlySaidWhereItIsKnown) {
  StageView view = halfway();
  EXPECT_DOUBLE_EQ(remaining_seconds(view).value(), 2.0);
  view.done = 0;
  EXPECT_EQ(remaining_seconds(view), std::nullopt);
  view = halfway();
  view.total = 0;
  EXPECT_EQ(remaining_seconds(view), std::nullopt);
  view = halfway();
  view.done = 700'000'000;
  EXPECT_DOUBLE_EQ(remaining_seconds(view).value(), 0.0);
}

TEST(ProgressText, JsonLines) {
  EXPECT_EQ(render_json_line(halfway(), "advance"),
            R"({"progress":{"event":"advance","stage":"Taking the snapshot","done":308000000,"total":616000000,)"
            R"("unit":"bytes","seconds":2.0,"remaining_seconds":2.0}})");
}

}  // namespace
}  // namespace liftlock::cli

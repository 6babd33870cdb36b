#include "base/child.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include "base/file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock {
namespace {

process::Child shell(std::string text) {
  return {.command = {"sh", "-c", std::move(text)}, .environment = {}, .folder = {}};
}

TEST(Child, GivesItsExitStatus) {
  EXPECT_EQ(process::run(shell("exit 0")), 0);
  EXPECT_EQ(process::run(shell("exit 7")), 7);
}

TEST(Child, WorksWhereAndWithWhatItIsGiven) {
  const testing::TemporaryDirectory folder;
  process::Child child = shell("printf '%s %s' \"$LIFTLOCK_TEST\" \"$HOME\" > made");
  child.environment = {{"LIFTLOCK_TEST", "a b"}, {"HOME", "/nowhere"}};
  child.folder = folder.path();
  EXPECT_EQ(process::run(child), 0);
  EXPECT_EQ(*file::read(folder / "made"), "a b /nowhere");
}

TEST(Child, SaysHowItFailed) {
  EXPECT_EQ(process::run({.command = {"/nowhere/at/all"}, .environment = {}, .folder = {}}).error().id,
            "program-start");
  const auto killed = process::run(shell("kill -TERM $$"));
  ASSERT_FALSE(killed);
  EXPECT_EQ(killed.error().id, "program-died");
  EXPECT_EQ(killed.error().kind, ErrorKind::failed);
  std::signal(SIGINT, SIG_DFL);  // ignored, and so by the child, where the tests run in the background
  EXPECT_EQ(process::run(shell("kill -INT $$")).error().kind, ErrorKind::cancelled);
}

TEST(Child, TakesInputAndGivesOutput) {
  const auto done = process::run_captured(shell("cat; echo oh >&2; exit 3"), "line\nanother");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status, 3);
  EXPECT_EQ(done->output, "line\nanother");
  EXPECT_EQ(done->errors, "oh\n");
  EXPECT_EQ(process::run_captured(shell("cat"), "")->output, "");
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(process::run_captured(shell("cat"), large)->output, large);
  EXPECT_EQ(process::run_captured({.command = {"/nowhere/at/all"}, .environment = {}, .folder = {}}, "").error().id,
            "program-start");
}

TEST(Child, HandsOverWhatItPrintsAsItComes) {
  std::string got;
  const auto ended = process::run_streaming(shell("printf one; echo no >&2; printf two; exit 3"),
                                            [&](std::string_view bytes) -> Result<void> {
                                              got += bytes;
                                              return {};
                                            });
  ASSERT_TRUE(ended);
  EXPECT_EQ(got, "onetwo");
  EXPECT_EQ(ended->status, 3);
  EXPECT_EQ(ended->errors, "no\n");
}

TEST(Child, IsEndedWhereNobodyTakesWhatItPrints) {
  const auto ended = process::run_streaming(
      shell("while :; do echo again; done"),
      [](std::string_view) -> Result<void> { return failure("enough", "Listening", "It is enough."); });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().id, "enough");
}

}  // namespace
}  // namespace liftlock

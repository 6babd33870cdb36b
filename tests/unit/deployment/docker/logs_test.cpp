#include "deployment/docker/logs.hpp"

#include <gmock/gmock.h>

#include "deployment/docker/fake_engine.hpp"

namespace liftlock::deployment::docker {
namespace {

using testing::ElementsAre;

std::string frame(char output, const std::string& text) {
  std::string head = {output, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) head += static_cast<char>(text.size() >> static_cast<unsigned>(shift));
  return head + text;
}

std::vector<std::string> lines_of(const std::vector<std::string>& pieces, bool raw) {
  std::vector<std::string> lines;
  LogLines reader(raw, [&](std::string_view line, bool err) {
    lines.push_back((err ? "E:" : "O:") + std::string(line));
    return true;
  });
  for (const std::string& piece : pieces) EXPECT_TRUE(reader.take(piece));
  reader.finish();
  return lines;
}

TEST(Logs, FramesBecomeLinesWhereverTheyAreCut) {
  const std::string whole = frame(1, "one\ntw") + frame(2, "Running upgrade A -> B\n") + frame(1, "o\n") +
                            frame(1, "") + frame(2, "\n") + frame(2, "last");
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    EXPECT_THAT(lines_of({whole.substr(0, cut), whole.substr(cut)}, false),
                ElementsAre("O:one", "E:Running upgrade A -> B", "O:two", "E:", "E:last"))
        << cut;
  }
}

TEST(Logs, ATerminalHasNoFrames) {
  EXPECT_THAT(lines_of({"one\r", "\ntwo\r\n", "\x01"}, true), ElementsAre("O:one", "O:two", "O:\x01"));
}

TEST(Logs, ALineWithoutEndComesInPieces) {
  const std::string endless(200'000, 'x');
  const auto lines = lines_of({frame(1, endless)}, false);
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0].size(), 2U + 65536);
  EXPECT_EQ(lines[3].size(), 2U + 200'000 - 3 * 65536);
}

TEST(Logs, AreAskedForAndEndAsTheReaderSays) {
  std::vector<http::Request> asked;
  Engine engine = fake_engine({{response(200), {frame(1, "a\nb\nc\n")}},
                               {response(200), {frame(1, "a\n"), frame(1, "b\n")}},
                               {response(404, "{}")},
                               {response(200), {frame(1, "a")}, true}},
                              asked);
  std::vector<std::string> seen;
  const auto until_b = [&](std::string_view line, bool) {
    seen.emplace_back(line);
    return line != "b";
  };
  EXPECT_EQ(*read_logs(engine, "x", {.since = "12.5", .tail = "9"}, until_b), true);
  EXPECT_THAT(seen, ElementsAre("a", "b"));
  EXPECT_EQ(asked[0].url, "http://localhost/v1.41/containers/x/logs?stdout=1&stderr=1&follow=1&since=12.5&tail=9");
  EXPECT_EQ(asked[0].patience.count(), 0) << "a program may be silent";

  seen.clear();
  const auto stopped = read_logs(engine, "x", {.follow = false}, until_b, {.cancelled = [&] { return !seen.empty(); }});
  EXPECT_TRUE(stopped && *stopped);
  EXPECT_THAT(seen, ElementsAre("a"));
  EXPECT_EQ(*read_logs(engine, "x", {}, until_b), false);
  EXPECT_EQ(read_logs(engine, "x", {}, until_b).error().id, "engine-failed");
}

}  // namespace
}  // namespace liftlock::deployment::docker

#include "cli/menu/menu.hpp"

#include <gmock/gmock.h>

#include <deque>

#include "cli/menu/dialogue.hpp"
#include "cli/render/text.hpp"
#include "release/catalogue.hpp"

namespace liftlock::cli::menu {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Words = std::vector<std::string>;

/// Somebody who types what a test says, then Ctrl-D; and two deployments.
class Scripted final : public World {
 public:
  Style style() override { return {.colour = false, .width = width}; }
  void show(std::string_view text) override { shown += text; }
  Heard ask(std::string_view prompt, std::string& line) override {
    shown += prompt;
    if (typed.empty()) return Heard::end;
    line = typed.front();
    typed.pop_front();
    if (line == "^C") return Heard::interrupted;
    return Heard::line;
  }
  Result<Inventory> inventory() override { return Inventory{{"docker:chat", "dir:/srv/data"}, "Docker Engine", {}}; }
  Result<AnyStatus> status(const std::string& address) override {
    if (address == "docker:gone") return failure("gone", "Looking", "There is none.");
    if (address == "dir:/srv/data" || address == "/srv/data") {
      change::Status status;
      status.deployment.address = "dir:/srv/data";
      status.unfinished_change = unfinished;
      return status;
    }
    change::InstanceStatus status;
    status.instance.address = "docker:chat";
    status.instance.image = "ghcr.io/open-webui/open-webui:v0.6.18";
    status.instance.state = "running";
    status.instance.health = "healthy";
    status.instance.settings.database_kind = "sqlite";
    status.database_bytes = 766'000;
    status.version = "0.6.18";
    status.unsettled_change = unsettled;
    return status;
  }
  Result<VersionList> versions(const std::string&, std::size_t limit) override {
    VersionList list;
    list.source = "registry";
    list.repository = {"ghcr.io", "open-webui/open-webui", "", ""};
    for (std::size_t i = 0; i < std::min<std::size_t>(limit, 23); ++i) {
      const auto& release = release::releases()[release::releases().size() - 1 - i];
      registry::Offer offer{.tag = registry::read_tag("v" + release::to_string(release.version)),
                            .digest = {},
                            .version = release.version,
                            .created = {},
                            .deployed = i == 1};
      list.offers.releases.push_back(offer);
    }
    return list;
  }
  Result<std::vector<snapshot::Listed>> snapshots(const std::string&) override {
    std::vector<snapshot::Listed> listed;
    for (const char* name : {"backup-20260101-000000", "backup-20260102-000000", "backup-20260103-000000"}) {
      snapshot::Snapshot snapshot;
      snapshot.folder = name;
      listed.push_back({name, snapshot});
    }
    listed[1].snapshot = failure("manifest-damaged", "Reading", "It is damaged.");
    return listed;
  }
  std::string command_line(const Words& words) override {
    std::string line = "liftlock";
    for (const std::string& word : words) line += " " + word;
    return line;
  }
  void run(const Words& words) override { ran.push_back(words); }

  std::deque<std::string> typed;
  std::string shown;
  std::vector<Words> ran;
  std::optional<std::string> unfinished;
  std::optional<std::string> unsettled;
  int width = 80;
};

/// What was run when these lines were typed.
std::vector<Words> typing(std::deque<std::string> lines) {
  Scripted world;
  world.typed = std::move(lines);
  EXPECT_EQ(run_menu(world), Ended::chosen);
  return world.ran;
}

TEST(Menu, RunsTheCommandsByTheirWords) {
  EXPECT_THAT(
      typing({"1", "1", "3", "5", "6", "7"}),
      ElementsAre(Words{"status", "docker:chat"}, Words{"backup", "docker:chat"}, Words{"history", "docker:chat"},
                  Words{"logs", "docker:chat", "--lines", "40"}, Words{"doctor", "docker:chat"}));
  EXPECT_THAT(typing({"2", "1", "0", "1", "1"}),
              ElementsAre(Words{"status", "dir:/srv/data"}, Words{"status", "docker:chat"}));
}

TEST(Menu, ChangesToWhatIsChosenInAnyWay) {
  const auto to = [](std::string version) { return ElementsAre(Words{"change", "docker:chat", std::move(version)}); };
  EXPECT_THAT(typing({"1", "2", "1"}), to("latest"));
  EXPECT_THAT(typing({"1", "2", "2"}), to("main"));
  EXPECT_THAT(typing({"1", "2", "3", "2"}), to("v0.12.3"));
  EXPECT_THAT(typing({"1", "2", "3", " N ", "12"}),
              to("v" + release::to_string(release::releases()[release::releases().size() - 12].version)));
  EXPECT_THAT(typing({"1", "2", "3", "n", "p", "1"}), to("v0.12.4"));
  EXPECT_THAT(typing({"1", "2", "4", "-x", "two words", "dev-cuda"}), to("dev-cuda"));
}

TEST(Menu, EnterChangesNothingAnywhere) {
  EXPECT_THAT(typing({"", "", "1", ""}), IsEmpty());
  EXPECT_THAT(typing({"1", "2", "", "2", "3", "", "2", "4", "", "4", ""}), IsEmpty());
}

TEST(Menu, AsksAgainForWhatItDoesNotOffer) {
  Scripted world;
  world.typed = {"99", "x y", "\x1b[A", "1", "8", "-1", "2", "3", "11", "p", "1"};
  EXPECT_EQ(run_menu(world), Ended::chosen);
  EXPECT_THAT(world.ran, ElementsAre(Words{"change", "docker:chat", "v0.12.4"}))
      << "11 and p are not on the first page, 8 only where there is a change";
  EXPECT_THAT(world.shown, HasSubstr("There is no \"99\" here."));
  EXPECT_THAT(world.shown, HasSubstr("There is no \"\\x1b[A\" here."));
  EXPECT_EQ(world.shown.find('\x1b'), std::string::npos);
}

TEST(Menu, CtrlCGoesBackAndLeavesFromTheFirstList) {
  Scripted world;
  world.typed = {"1", "2", "3", "^C", "2", "4", "^C", "2", "^C", "4", "^C", "^C", "^C"};
  EXPECT_EQ(run_menu(world), Ended::interrupted);
  EXPECT_THAT(world.ran, IsEmpty());
  EXPECT_THAT(world.typed, IsEmpty());
}

TEST(Menu, TheEndOfTheInputLeavesFromAnywhere) {
  for (const std::deque<std::string>& lines : std::vector<std::deque<std::string>>{
           {}, {"1"}, {"1", "2"}, {"1", "2", "3"}, {"1", "2", "4"}, {"1", "4"}, {"a"}, {"2", "2", "3", "n"}}) {
    EXPECT_THAT(typing(lines), IsEmpty());
  }
  EXPECT_THAT(typing({"0", "1", "1"}), IsEmpty());
}

TEST(Menu, RestoresTheNewestFirstAndNoDamagedOne) {
  EXPECT_THAT(typing({"1", "4", "1"}), ElementsAre(Words{"restore", "docker:chat", "backup-20260103-000000"}));
  EXPECT_THAT(typing({"1", "4", "2"}), ElementsAre(Words{"restore", "docker:chat", "backup-20260101-000000"}));
}

TEST(Menu, OffersWhatAChangeHasLeft) {
  Scripted world;
  world.unsettled = "0001-x";
  world.unfinished = "0002-y";
  world.typed = {"1", "8", "9", "0", "2", "8"};
  EXPECT_EQ(run_menu(world), Ended::chosen);
  EXPECT_THAT(world.ran, ElementsAre(Words{"rollback", "docker:chat"}, Words{"settle", "docker:chat", "--now"},
                                     Words{"resume", "dir:/srv/data"}));
}

TEST(Menu, TakesOneThatIsNotInTheList) {
  EXPECT_THAT(typing({"a", "/srv/data", "1"}), ElementsAre(Words{"status", "dir:/srv/data"}));
  EXPECT_THAT(typing({"a", "docker:gone", "a", "", "0"}), IsEmpty());
}

TEST(Menu, FitsAnyTerminal) {
  for (const int width : {20, 40, 80, 200}) {
    Scripted world;
    world.width = width;
    world.unsettled = "0001-20261122-050000";
    world.typed = {"1", "2", "3", "n", "0", "4", "0", "0", "r"};
    EXPECT_EQ(run_menu(world), Ended::chosen);
    EXPECT_THAT(world.shown, HasSubstr("docker:ch"));
    std::size_t at = 0;
    while (at < world.shown.size()) {
      const std::size_t end = std::min(world.shown.find('\n', at), world.shown.size());
      EXPECT_LE(display_width(std::string_view(world.shown).substr(at, end - at)), static_cast<std::size_t>(width));
      at = end + 1;
    }
  }
}

TEST(MenuTexts, AreCutByTheCharacter) {
  EXPECT_EQ(fitted("open-webui", 10), "open-webui");
  EXPECT_EQ(fitted("open-webui", 9), "open-web…");
  EXPECT_EQ(fitted("grüße", 4), "grü…");
  EXPECT_EQ(fitted("ab", 1), "…");
}

TEST(MenuTexts, CommandLinesCanBeTypedIntoAShell) {
  EXPECT_EQ(shell_word("docker:open-webui"), "docker:open-webui");
  EXPECT_EQ(shell_word("dir:/srv/my data"), "'dir:/srv/my data'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace liftlock::cli::menu

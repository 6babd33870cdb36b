#include <gmock/gmock.h>

#include "cli/render/plan.hpp"
#include "cli/render/report.hpp"
#include "cli/render/status.hpp"

namespace liftlock::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const Style plain{.colour = false, .width = 80};

change::Plan upward() {
  change::Plan plan;
  plan.address = "dir:/srv/data";
  plan.from_releases = {"0.6.16", "0.6.17.dev1", "0.6.18"};
  plan.from_state.lineage = migration::Lineage::peewee;
  plan.from_state.revision = "d31026856c01";
  plan.target_release = "0.12.4";
  plan.head.revision = "0bd252b206fb";
  plan.direction = change::Direction::up;
  plan.steps = {{"018012973d35", "Add indexes", "", false},
                {"8452d01d26d7", "Add chat_message table", "every message is copied into a table of its own", false}};
  plan.costs = {.seconds = 12,
                .downtime_seconds = 0.5,
                .memory_bytes = 80'000'000,
                .disk_bytes = 2'000'000'000,
                .disk_free_bytes = 9'000'000'000};
  plan.points_of_no_return = {"After settling there is no rollback."};
  return plan;
}

hazard::Finding finding(std::string id, hazard::Severity severity) {
  return {.id = std::move(id),
          .title = "A title",
          .meaning = "A meaning.",
          .solution = "Do this:\nliftlock x",
          .severity = severity,
          .count = 1,
          .examples = {"a@b\x1b[31m.c"}};
}

TEST(RenderPlan, Golden) {
  EXPECT_EQ(render_plan(upward(), plain, false),
            "Plan for dir:/srv/data\n"
            "  from       0.6.16 … 0.6.18  (d31026856c01)\n"
            "  to         0.12.4  (0bd252b206fb)\n"
            "  direction  up, by migrating a copy of the database\n"
            "  engine     native\n"
            "\n"
            "Steps (2)\n"
            "  8452d01d26d7  every message is copied into a table of its own\n"
            "  … and 1 that change the schema only (--verbose lists them)\n"
            "\n"
            "Costs (estimated from the data)\n"
            "  time    about 12 s, of which 500 ms down\n"
            "  memory  at most 80 MB\n"
            "  disk    2.0 GB needed, 9.0 GB free\n"
            "\n"
            "Hazards\n"
            "  none found\n"
            "\n"
            "Points of no return\n"
            "  · After settling there is no rollback.\n");
}

TEST(RenderPlan, WhatIsNotKnownYetIsNotGuessed) {
  change::Plan plan = upward();
  plan.address = "docker:open-webui";
  plan.wanted = "main";
  plan.target_release.clear();
  plan.direction = change::Direction::unknown;
  plan.program.emplace();
  plan.program->deployed_name = "ghcr.io/a/b:v0.6.18";
  plan.program->name = "ghcr.io/a/b:main";
  plan.program->digest = "sha256:0123";
  plan.program->bytes = 1'600'000'000;
  EXPECT_EQ(render_plan(plan, plain, false),
            "Plan for docker:open-webui\n"
            "  from       0.6.16 … 0.6.18  (d31026856c01)\n"
            "  to         main\n"
            "  direction  not known yet: which release that is, only the program in it tells\n"
            "  program    ghcr.io/a/b:v0.6.18 → ghcr.io/a/b:main\n"
            "             sha256:0123\n"
            "             not here yet: it is pulled before anything is stopped (1.6 GB)\n");
  const auto json = to_json(plan);
  EXPECT_EQ(json["direction"], "unknown");
  EXPECT_EQ(json["target_release"], nullptr);
  EXPECT_EQ(json["wanted"], "main");
  EXPECT_EQ(json["program"]["to"]["digest"], "sha256:0123");
}

TEST(RenderPlan, TheWorstHazardComesFirstWithWhatToDo) {
  change::Plan plan = upward();
  plan.findings = {finding("mild", hazard::Severity::note), finding("grave", hazard::Severity::blocks)};
  const std::string text = render_plan(plan, plain, false);
  EXPECT_LT(text.find("[grave]"), text.find("[mild]"));
  EXPECT_THAT(text, HasSubstr("  blocks  A title [grave]\n"
                              "    A meaning.\n"
                              "    · a@b\\x1b[31m.c\n"
                              "    → Do this:\n"
                              "      liftlock x\n"));
}

TEST(RenderPlan, VerboseListsEveryRevision) {
  EXPECT_THAT(render_plan(upward(), plain, true), HasSubstr("018012973d35  schema only"));
}

TEST(RenderPlan, NothingToDoSaysSo) {
  change::Plan plan = upward();
  plan.direction = change::Direction::none;
  EXPECT_THAT(render_plan(plan, plain, false), HasSubstr("nothing to do"));
  EXPECT_THAT(render_plan(plan, plain, false), Not(HasSubstr("Costs")));
}

TEST(RenderReport, Golden) {
  change::ReportText text;
  text.headline = "Changed: dir:/srv/data is now at 0.12.4, verified.";
  text.sections.push_back({.title = "", .lines = {{"from", "0.6.18"}, {"to", "0.12.4"}}, .columns = {}, .rows = {}});
  text.sections.push_back({.title = "What is there",
                           .lines = {},
                           .columns = {"", "before", "after"},
                           .rows = {{"chats", "8,000", "8,000"}, {"messages", "-", "160,000"}}});
  text.sections.push_back(
      {.title = "Next", .lines = {{"", "liftlock rollback dir:/srv/data"}}, .columns = {}, .rows = {}});
  EXPECT_EQ(render_report(text, plain),
            "Changed: dir:/srv/data is now at 0.12.4, verified.\n"
            "\n"
            "  from  0.6.18\n"
            "  to    0.12.4\n"
            "\n"
            "What is there\n"
            "            before    after\n"
            "  chats      8,000    8,000\n"
            "  messages       -  160,000\n"
            "\n"
            "Next\n"
            "  liftlock rollback dir:/srv/data\n");
}

TEST(RenderHistory, SaysWhereThereIsNone) {
  EXPECT_EQ(render_history({}, plain), "No changes yet.\n");
  change::Report report;
  report.id = "0001-20261121-104526";
  report.command = "change";
  report.outcome = change::Outcome::undone;
  report.failure = "the disk is full";
  EXPECT_THAT(render_history({report}, plain), HasSubstr("the disk is full"));
}

change::Status status() {
  change::Status status;
  status.deployment.address = "dir:/srv/data";
  status.deployment.driver = "directory";
  status.deployment.data_directory = "/srv/data";
  status.deployment.database = "/srv/data/webui.db";
  status.size = {.database_bytes = 616'000'000, .data_bytes = 1000, .data_files = 1};
  status.state.lineage = migration::Lineage::peewee;
  status.state.revision = "d31026856c01";
  status.releases = {"0.6.18"};
  status.unfinished_change = "0002-x";
  return status;
}

TEST(RenderStatus, Golden) {
  EXPECT_EQ(render_status(status(), plain),
            "dir:/srv/data\n"
            "  driver    directory\n"
            "  data      /srv/data\n"
            "  database  /srv/data/webui.db, 616 MB\n"
            "  state     revision d31026856c01, born under Peewee\n"
            "  version   0.6.18\n"
            "  files     1 file, 1.0 kB\n"
            "  used by   nobody\n"
            "\n"
            "Unfinished: change 0002-x was interrupted. Finish or undo it:\n"
            "  liftlock resume dir:/srv/data\n");
}

TEST(StatusJson, HasWhatTheReferenceNames) {
  const nlohmann::ordered_json json = status_json(status());
  EXPECT_EQ(json.at("deployment"), "dir:/srv/data");
  EXPECT_EQ(json.at("database").at("lineage"), "peewee");
  EXPECT_EQ(json.at("unfinished_change"), "0002-x");
  EXPECT_TRUE(json.at("unsettled_change").is_null());
}

}  // namespace
}  // namespace liftlock::cli

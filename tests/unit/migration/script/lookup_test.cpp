#include "migration/script/lookup.hpp"

#include <gtest/gtest.h>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/scripts.hpp"
#include "migration/script/entry.hpp"

namespace liftlock::migration::script {
namespace {

/// One line a revision: "id parent,parent label +dependency".
Script script(std::string id, std::vector<std::string> down = {}, std::vector<std::string> labels = {},
              std::vector<std::string> depends = {}) {
  Script made;
  made.revision = std::move(id);
  made.down_revisions = std::move(down);
  made.branch_labels = std::move(labels);
  made.depends_on = std::move(depends);
  made.longdoc = "make it";
  return made;
}

std::string ids(const RevisionMap& map, const Result<Places>& places) {
  if (!places) return places.error().what;
  std::string text;
  for (const std::size_t place : *places) text += (text.empty() ? "" : " ") + map[place].script.revision;
  return text;
}

std::string range(const RevisionMap& map, std::string from, std::string to) {
  return ids(map, history(map, End::name(std::move(from)), End::name(std::move(to))));
}

std::string broken(std::vector<Script> scripts) {
  const Result<RevisionMap> map = RevisionMap::of(std::move(scripts));
  if (map) return "not broken";
  EXPECT_EQ(map.error().id, "graph-broken");
  return map.error().what;
}

/// A base, two labelled branches, a merge.
RevisionMap branches() {
  return RevisionMap::of({script("aaaa1111"), script("bbbb2222", {"aaaa1111"}, {"left"}),
                          script("cccc3333", {"aaaa1111"}, {"right"}), script("cccd4444", {"cccc3333"}),
                          script("dddd5555", {"bbbb2222", "cccd4444"})})
      .value();
}

// Each expectation here was asked of the real Alembic, which tests/differential/graph.py does for many more.
TEST(Lookup, NamesOfRevisions) {
  const RevisionMap map = branches();
  const auto named = [&](std::string name) { return ids(map, revisions_named(map, End::name(std::move(name)))); };
  EXPECT_EQ(named("head"), "dddd5555");
  EXPECT_EQ(named("base"), "");
  EXPECT_EQ(named("bb"), "bbbb2222");
  EXPECT_EQ(named("left"), "bbbb2222");
  EXPECT_EQ(named("right@head"), "dddd5555");
  EXPECT_EQ(named("ccc"), "Can't locate revision identified by 'ccc'");
  EXPECT_EQ(named("nope"), "Can't locate revision identified by 'nope'");
  EXPECT_EQ(named("left@cccc3333"), "Can't locate revision identified by 'cccc3333'");
}

TEST(Lookup, Ranges) {
  const RevisionMap map = branches();
  EXPECT_EQ(range(map, "base", "heads"), "dddd5555 bbbb2222 cccd4444 cccc3333 aaaa1111");
  EXPECT_EQ(range(map, "cccc3333", "head"), "dddd5555 cccd4444 cccc3333");
  EXPECT_EQ(range(map, "cccc3333", "+1"), "cccd4444 cccc3333");
  EXPECT_EQ(range(map, "aaaa1111", "left@+1"), "bbbb2222 aaaa1111");
  EXPECT_EQ(range(map, "bbbb2222", "cccd4444"),
            "Requested range bbbb2222:cccd4444 does not refer to ancestor/descendant revisions along the same branch");
  EXPECT_EQ(range(map, "-1", "heads"), "Ambiguous walk");
}

TEST(Lookup, TheRangesOfOneLine) {
  const RevisionMap map =
      RevisionMap::of({script("aa11"), script("ab22", {"aa11"}), script("cc33", {"ab22"}), script("dd44", {"cc33"})})
          .value();
  EXPECT_EQ(range(map, "ab22", "dd44"), "dd44 cc33 ab22");
  EXPECT_EQ(range(map, "-1", "heads"), "dd44 cc33");
  EXPECT_EQ(range(map, "base", "+2"), "ab22 aa11");
  EXPECT_EQ(range(map, "aa11", "ab22+1"), "cc33 ab22 aa11");
  EXPECT_EQ(range(map, "base", "head-2"), "ab22 aa11");
  EXPECT_EQ(range(map, "head-1", "head"), "Can't locate revision identified by 'head-1'");
  EXPECT_EQ(ids(map, history(map, End::of_database({"cc33"}), End::name("heads"))), "dd44 cc33");
}

TEST(Lookup, WhatADatabaseHasBehindIt) {
  const RevisionMap map = RevisionMap::of({script("aaaa1111", {}, {"one"}), script("bbbb2222", {"aaaa1111"}),
                                           script("cccc3333", {}, {"two"}, {"aaaa1111"})})
                              .value();
  EXPECT_EQ(ids(map, all_current(map, {"cccc3333"})), "cccc3333 aaaa1111");
  EXPECT_EQ(ids(map, all_current(map, {"bbbb2222", "cccc3333"})), "bbbb2222 cccc3333");
  EXPECT_EQ(ids(map, all_current(map, {})), "");
  EXPECT_EQ(ids(map, all_current(map, {"gone"})), "Can't locate revision identified by 'gone'");
}

std::string up(const RevisionMap& map, std::vector<std::string> current, const std::string& name) {
  const auto places = upgrade_target(map, End::of_database(std::move(current)), name);
  return places && places->empty() ? "base" : ids(map, places);
}

std::string down(const RevisionMap& map, std::vector<std::string> current, const std::string& name) {
  const auto place = downgrade_target(map, End::of_database(std::move(current)), name);
  if (!place) return place.error().what;
  return *place ? map[**place].script.revision : "base";
}

TEST(Target, OfAnUpgradeIsANameOrSoManySteps) {
  const RevisionMap map = RevisionMap::of({script("aaaa1", {}, {"line"}), script("bbbb2", {"aaaa1"}),
                                           script("cccc3", {"bbbb2"}), script("dddd4", {"cccc3"})})
                              .value();
  for (const char* name : {"head", "heads", "dddd", "line@head", "+2", "bbbb2+2", "head-0", "line@+2"}) {
    EXPECT_EQ(up(map, {"bbbb2"}, name), "dddd4") << name;
  }
  EXPECT_EQ(up(map, {}, "+1"), "aaaa1");
  EXPECT_EQ(up(map, {"bbbb2"}, "base"), "base");
  EXPECT_EQ(up(map, {"bbbb2"}, "head-1"), "cccc3");
  EXPECT_EQ(up(map, {"bbbb2"}, "+3"), "Relative revision +3 didn't produce 3 migrations");
  EXPECT_EQ(up(map, {"bbbb2"}, "-1"), "Relative revision -1 didn't produce 1 migrations");
  EXPECT_EQ(up(map, {"bbbb2"}, "current"), "Can't locate revision identified by 'current'");
  EXPECT_EQ(up(map, {"bbbb2"}, ""), "Can't locate revision identified by ''");
}

TEST(Target, OfADowngradeIsANameOrSoManySteps) {
  const RevisionMap map = RevisionMap::of({script("aaaa1", {}, {"line"}), script("bbbb2", {"aaaa1"}),
                                           script("cccc3", {"bbbb2"}), script("dddd4", {"cccc3"})})
                              .value();
  for (const char* name : {"bbbb2", "bbbb", "-1", "head-2", "line@-1", "aaaa1+1", "cccc3-1", "line@cccc3-1"}) {
    EXPECT_EQ(down(map, {"cccc3"}, name), "bbbb2") << name;
  }
  for (const char* name : {"base", "-3", "line@base", "aaaa1-1"}) EXPECT_EQ(down(map, {"cccc3"}, name), "base") << name;
  EXPECT_EQ(down(map, {"cccc3"}, "-4"), "Relative revision -4 didn't produce 4 migrations");
  EXPECT_EQ(down(map, {}, "-1"), "Relative revision -1 didn't produce 1 migrations");
  EXPECT_EQ(down(map, {"cccc3"}, "+1"), "Relative revision +1 didn't produce 1 migrations");
  EXPECT_EQ(down(map, {"cccc3"}, "head-9"), "Walked too far");
  EXPECT_EQ(down(map, {"cccc3"}, "lime@base"), "Can't locate revision identified by 'lime'");
}

TEST(RevisionMap, BrokenGraphsHaveAlembicsWords) {
  EXPECT_EQ(broken({script("a", {"b"}), script("b", {"a"})}), "Cycle is detected in revisions (a, b)");
  EXPECT_EQ(broken({script("a"), script("c", {"b"}), script("b", {"c"})}), "Cycle is detected in revisions (b, c)");
  EXPECT_EQ(broken({script("a", {"a"})}), "Self-loop is detected in revisions (a)");
  EXPECT_EQ(broken({script("a"), script("b", {"a"}, {}, {"b"})}), "Dependency self-loop is detected in revisions (b)");
  EXPECT_EQ(broken({script("b", {"gone"})}), "Revision gone referenced from gone -> b (head), make it is not present");
  EXPECT_EQ(broken({script("a"), script("b", {"a"}, {"a"})}),
            "Branch name 'a' in revision b already used by revision a");
  EXPECT_EQ(broken({script("a-b")}), "Character(s) '-' not allowed in revision identifier 'a-b'");
}

TEST(RevisionMap, OneIdTwiceIsAWarning) {
  const RevisionMap map = RevisionMap::of({script("a"), script("b", {"a"}), script("b", {"a"})}).value();
  EXPECT_EQ(map.warnings(), std::vector<std::string>{"Revision b is present more than once"});
  EXPECT_EQ(map.heads(), (std::vector<std::size_t>{2, 2}));
}

TEST(RevisionMap, TheChainThatIsCompiledIn) {
  const RevisionMap& map = openwebui::revision_map();
  EXPECT_EQ(map.size(), openwebui::alembic_revisions().size());
  ASSERT_EQ(map.heads().size(), 1U);
  EXPECT_EQ(map[map.heads().front()].script.revision, openwebui::alembic_revisions().back()->id);
  EXPECT_EQ(ids(map, history(map, End::name("c92da83b017f"), End::name("head"))), "0bd252b206fb c92da83b017f");
}

TEST(Entry, AsAlembicPrintsIt) {
  const RevisionMap map = branches();
  EXPECT_EQ(short_entry(map, 4, {.labels = true, .doc = true, .parents = true}),
            "bbbb2222, cccd4444 -> dddd5555 (left, right) (head) (mergepoint), make it");
  EXPECT_EQ(
      long_entry(map, 0, true),
      "Rev: aaaa1111 (branchpoint) (current)\nParent: <base>\nBranches into: bbbb2222, cccc3333\n\n    make it\n");
}

}  // namespace
}  // namespace liftlock::migration::script

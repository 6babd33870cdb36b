#include "release/program_chain.hpp"

#include <gmock/gmock.h>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/scripts.hpp"

namespace liftlock::release {
namespace {

using migration::script::Script;
using testing::HasSubstr;

/// The scripts that are compiled in, the first `count` of them.
std::vector<Script> known(std::size_t count) {
  const auto& map = migration::openwebui::revision_map();
  std::vector<Script> scripts;
  for (std::size_t place = 0; place < count; ++place) scripts.push_back(map[place].script);
  return scripts;
}

std::size_t all() { return migration::openwebui::alembic_revisions().size(); }

Script script(std::string id, std::vector<std::string> below, std::string message = "Add much") {
  Script made;
  made.revision = std::move(id);
  made.down_revisions = std::move(below);
  made.longdoc = message + "\n\nRevision ID: x";
  return made;
}

Error refused(std::vector<Script> scripts) {
  const auto chain = read_chain(std::move(scripts), "the image x:y");
  EXPECT_FALSE(chain);
  if (chain) return {};
  EXPECT_EQ(chain.error().kind, ErrorKind::refused);
  EXPECT_THAT(chain.error().doing, HasSubstr("the image x:y"));
  return chain.error();
}

TEST(ProgramChain, AllThatIsKnown) {
  const auto chain = read_chain(known(all()), "x");
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->revisions, 66);
  EXPECT_EQ(chain->head, "0bd252b206fb");
  EXPECT_EQ(chain->known_head, "0bd252b206fb");
  EXPECT_TRUE(chain->tail.empty());
}

TEST(ProgramChain, WhateverTheOrderOfTheFiles) {
  auto scripts = known(all());
  std::ranges::reverse(scripts);
  EXPECT_EQ(read_chain(scripts, "x")->head, "0bd252b206fb");
}

TEST(ProgramChain, AnOlderReleaseEndsEarlier) {
  for (std::size_t count = 1; count < all(); ++count) {
    const auto chain = read_chain(known(count), "x");
    ASSERT_TRUE(chain) << count;
    EXPECT_EQ(chain->revisions, count);
    EXPECT_EQ(chain->head, migration::openwebui::alembic_revisions()[count - 1]->id);
    EXPECT_EQ(chain->head, chain->known_head);
  }
}

TEST(ProgramChain, ANewerReleaseHasATail) {
  auto scripts = known(all());
  scripts.insert(scripts.begin(), script("feedbeef0002", {"feedbeef0001"}, "Add more"));
  scripts.push_back(script("feedbeef0001", {"0bd252b206fb"}));
  const auto chain = read_chain(scripts, "x");
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->revisions, 68);
  EXPECT_EQ(chain->head, "feedbeef0002");
  EXPECT_EQ(chain->known_head, "0bd252b206fb");
  ASSERT_EQ(chain->tail.size(), 2);
  EXPECT_EQ(chain->tail[0].id, "feedbeef0001");
  EXPECT_EQ(chain->tail[1].message, "Add more");
}

TEST(ProgramChain, AForkIsRefusedWithItsIds) {
  auto scripts = known(all() - 1);
  scripts.push_back(script("feedbeef0001", {scripts.back().revision}));
  const Error error = refused(scripts);
  EXPECT_EQ(error.id, "migrations-differ");
  EXPECT_THAT(error.what, HasSubstr("After c92da83b017f comes feedbeef0001 instead of 0bd252b206fb"));

  auto between = known(all());
  between.back().down_revisions = {"feedbeef0001"};
  between.push_back(script("feedbeef0001", {"c92da83b017f"}));
  EXPECT_EQ(refused(between).id, "migrations-differ");

  EXPECT_THAT(refused({script("feedbeef0001", {})}).what, HasSubstr("They begin with feedbeef0001"));
}

TEST(ProgramChain, BranchesAreRefusedWithTheirIds) {
  auto heads = known(all());
  heads.push_back(script("feedbeef0001", {"c92da83b017f"}));
  Error error = refused(heads);
  EXPECT_EQ(error.id, "migrations-branched");
  EXPECT_THAT(error.what, HasSubstr("They end at 2: "));
  EXPECT_THAT(error.what, HasSubstr("feedbeef0001"));

  auto merged = heads;
  merged.push_back(script("feedbeef0002", {"0bd252b206fb", "feedbeef0001"}));
  error = refused(merged);
  EXPECT_EQ(error.id, "migrations-branched");
  EXPECT_THAT(error.what, HasSubstr("it branches below feedbeef0002"));
}

TEST(ProgramChain, WhatIsNoGraphIsRefused) {
  auto broken = known(all());
  broken.erase(broken.begin() + 7);
  EXPECT_EQ(refused(broken).id, "migrations-unreadable");
}

}  // namespace
}  // namespace liftlock::release

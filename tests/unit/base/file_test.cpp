#include "base/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/temporary_directory.hpp"

namespace liftlock {
namespace {

TEST(File, WritesDurablyAndLeavesNoTemporary) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::write_durably(folder / "a", "one"));
  ASSERT_TRUE(file::write_durably(folder / "a", "two"));
  EXPECT_EQ(file::read(folder / "a").value(), "two");
  EXPECT_EQ(file::facts(folder / "a")->mode, 0600U);
  EXPECT_FALSE(file::exists(folder / "a.tmp"));
}

TEST(File, ReplaceKeepingNeverLeavesTheNameEmptyAndKeepsTheOldFile) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::write_durably(folder / "db", "old"));
  ASSERT_TRUE(file::write_durably(folder / "new", "new"));
  const auto old_identity = file::facts(folder / "db")->identity;
  ASSERT_TRUE(file::replace_keeping(folder / "new", folder / "db", folder / "kept"));
  EXPECT_EQ(file::read(folder / "db").value(), "new");
  EXPECT_EQ(file::facts(folder / "kept")->identity, old_identity);
  EXPECT_FALSE(file::exists(folder / "new"));
}

TEST(File, ReplaceKeepingRefusesToOverwriteWhatIsKept) {
  const testing::TemporaryDirectory folder;
  for (const char* name : {"db", "new", "kept"}) ASSERT_TRUE(file::write_durably(folder / name, name));
  EXPECT_FALSE(file::replace_keeping(folder / "new", folder / "db", folder / "kept"));
  EXPECT_EQ(file::read(folder / "kept").value(), "kept");
  EXPECT_EQ(file::read(folder / "db").value(), "db");
}

TEST(File, ReplaceKeepingThatFailsLeavesBothFilesAndNoSecondName) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::write_durably(folder / "db", "old"));
  EXPECT_FALSE(file::replace_keeping(folder / "absent", folder / "db", folder / "kept"));
  EXPECT_EQ(file::read(folder / "db").value(), "old");
  EXPECT_FALSE(file::exists(folder / "kept"));
}

TEST(File, CopyNeverOverwritesAndKeepsEveryByte) {
  const testing::TemporaryDirectory folder;
  const std::string content = std::string(3'000'000, 'x') + std::string("\0end", 4);
  ASSERT_TRUE(file::write_durably(folder / "a", content));
  ASSERT_TRUE(file::copy(folder / "a", folder / "b"));
  EXPECT_EQ(file::read(folder / "b").value(), content);
  EXPECT_EQ(file::sha256(folder / "a").value(), file::sha256(folder / "b").value());
  EXPECT_FALSE(file::copy(folder / "a", folder / "b"));
}

TEST(File, RemovingWhatIsNotThereIsNoError) {
  const testing::TemporaryDirectory folder;
  EXPECT_TRUE(file::remove(folder / "absent"));
  EXPECT_TRUE(file::remove_folder(folder / "absent"));
}

TEST(File, RemoveFolderDoesNotFollowSymlinks) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::make_folder(folder.path() / "outside"));
  ASSERT_TRUE(file::write_durably(folder.path() / "outside/precious", "p"));
  ASSERT_TRUE(file::make_folder(folder.path() / "scratch"));
  std::filesystem::create_directory_symlink(folder.path() / "outside", folder.path() / "scratch/link");
  ASSERT_TRUE(file::remove_folder(folder.path() / "scratch"));
  EXPECT_EQ(file::read(folder.path() / "outside/precious").value(), "p");
}

TEST(File, Sha256IsTheWellKnownOne) {
  EXPECT_EQ(file::sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace liftlock

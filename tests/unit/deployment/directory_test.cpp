#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/file.hpp"
#include "deployment/deployment.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::deployment {
namespace {

namespace fs = std::filesystem;

class DirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(file::make_folder(data_));
    ASSERT_TRUE(file::write_durably(data_ / "webui.db", "12345"));
  }
  testing::TemporaryDirectory folder_;
  fs::path data_ = folder_ / "srv data/öpen 'webui'";
  fs::path home_ = folder_ / "home";
};

TEST_F(DirectoryTest, IsFoundByAddressBarePathAndDatabaseFileAlike) {
  const auto by_address = find("dir:" + data_.string(), home_);
  ASSERT_TRUE(by_address) << by_address.error().what;
  EXPECT_EQ(by_address->database, data_ / "webui.db");
  EXPECT_EQ(by_address->state_folder.parent_path(), home_);
  EXPECT_EQ(find(data_.string() + "/", home_)->slug, by_address->slug);
  EXPECT_EQ(find((data_ / "webui.db").string(), home_)->slug, by_address->slug);
  EXPECT_EQ(find(by_address->address, home_)->slug, by_address->slug);
}

TEST_F(DirectoryTest, IsRefusedWhereLiftlocksOwnFolderLiesInIt) {
  ASSERT_TRUE(file::make_folder(data_ / "backups"));
  fs::create_directory_symlink(data_ / "backups", folder_ / "link");
  for (const fs::path& home : {data_, data_ / "liftlock", data_ / "backups/x/../home", folder_ / "link/home"}) {
    const auto found = find("dir:" + data_.string(), home);
    ASSERT_FALSE(found) << home;
    EXPECT_EQ(found.error().id, "home-in-data") << home;
    EXPECT_EQ(found.error().kind, ErrorKind::refused) << home;
  }
  EXPECT_TRUE(find("dir:" + data_.string(), data_.parent_path())) << "around it is well";
  EXPECT_TRUE(find("dir:" + data_.string(), data_.string() + "-liftlock")) << "beside it is well";
}

TEST_F(DirectoryTest, TwoFoldersOfOneNameHaveTwoSlugs) {
  const fs::path other = folder_ / "srv-data/öpen 'webui'";
  ASSERT_TRUE(file::make_folder(other));
  ASSERT_TRUE(file::write_durably(other / "webui.db", ""));
  const std::string slug = find(data_.string(), home_)->slug;
  EXPECT_NE(slug, find(other.string(), home_)->slug);
  EXPECT_EQ(slug.find_first_of("/ '"), std::string::npos) << slug;
}

TEST_F(DirectoryTest, ASymlinkedDatabaseIsTheFileThatItPointsTo) {
  const fs::path real = folder_ / "elsewhere.sqlite";
  fs::rename(data_ / "webui.db", real);
  fs::create_symlink(real, data_ / "webui.db");
  const auto found = find(data_.string(), home_);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_EQ(found->database, real);
  EXPECT_EQ(found->data_directory, data_);
  EXPECT_EQ(find((data_ / "webui.db").string(), home_)->data_directory, data_);
}

TEST_F(DirectoryTest, WhatIsMissingIsSaid) {
  fs::remove(data_ / "webui.db");
  const auto found = find(data_.string(), home_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
  EXPECT_NE(found.error().what.find("no webui.db"), std::string::npos) << found.error().what;
  fs::create_symlink(folder_ / "nowhere", data_ / "webui.db");
  EXPECT_NE(find(data_.string(), home_).error().what.find("points to nothing"), std::string::npos);
  EXPECT_FALSE(find((folder_ / "absent").string(), home_));
  EXPECT_FALSE(find("docker:open-webui", home_));
}

TEST_F(DirectoryTest, MeasuresTheDatabaseAndTheRestApart) {
  ASSERT_TRUE(file::write_durably(data_ / "webui.db-wal", "123"));
  ASSERT_TRUE(file::make_folder(data_ / "uploads"));
  ASSERT_TRUE(file::write_durably(data_ / "uploads/a", "1234567"));
  ASSERT_TRUE(file::make_folder(data_ / "webui.db.liftlock-1-scratch"));
  ASSERT_TRUE(file::write_durably(data_ / "webui.db.liftlock-1-scratch/own", "123456789"));
  ASSERT_TRUE(file::write_durably(data_ / "webui.db.liftlock-1-before", "123456789"));
  const auto size = measure(find(data_.string(), home_).value());
  ASSERT_TRUE(size);
  EXPECT_EQ(size->database_bytes, 8);
  EXPECT_EQ(size->data_bytes, 7);
  EXPECT_EQ(size->data_files, 1);
}

TEST_F(DirectoryTest, PreparedDeploymentsAreKnown) {
  EXPECT_TRUE(known_addresses(home_)->empty());
  const auto found = find(data_.string(), home_).value();
  ASSERT_TRUE(prepare_state_folder(found));
  EXPECT_EQ(known_addresses(home_).value(), std::vector<std::string>{found.address});
  EXPECT_EQ(file::facts(found.state_folder)->mode, 0700U);
}

TEST(Home, FollowsTheVariable) {
  ::setenv("LIFTLOCK_HOME", "/somewhere/else", 1);
  EXPECT_EQ(home_folder().value(), "/somewhere/else");
  ::unsetenv("LIFTLOCK_HOME");
  EXPECT_TRUE(home_folder());
}

/// With a variable of this process's environment set, as the user would.
class ServerTest : public DirectoryTest {
 protected:
  void SetUp() override {
    DirectoryTest::SetUp();
    ::setenv("DATABASE_URL", "postgresql://webui:hunter2@db/chats", 1);
  }
  void TearDown() override { ::unsetenv("DATABASE_URL"); }
};

TEST_F(ServerTest, AFileAndAServerAreOneTooMany) {
  const auto found = find(data_.string(), home_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().id, "database-ambiguous");
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
  EXPECT_EQ(found.error().what.find("hunter2"), std::string::npos);
}

TEST_F(ServerTest, TheEnvironmentNamesTheDatabaseOfADataDirectoryWithoutOne) {
  fs::remove(data_ / "webui.db");
  EXPECT_EQ(find(data_.string(), home_).error().id, "deployment-unknown") << "any folder is not one";
  ASSERT_TRUE(file::make_folder(data_ / "uploads"));
  const auto found = find(data_.string(), home_);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_EQ(found->database_url, "postgresql://webui:***@db/chats");
  EXPECT_TRUE(found->database.empty());
  ASSERT_TRUE(found->postgres);
  EXPECT_EQ(measure(*found)->database_bytes, 0);

  // Once it was worked on, nothing else is taken for its database.
  ASSERT_TRUE(prepare_state_folder(*found));
  ::unsetenv("DATABASE_URL");
  EXPECT_EQ(find(data_.string(), home_).error().id, "database-unnamed");
  ASSERT_TRUE(file::write_durably(data_ / "webui.db", "12345"));
  EXPECT_EQ(find(data_.string(), home_).error().id, "database-unnamed");
  ::setenv("DATABASE_URL", "sqlite:////elsewhere.db", 1);
  EXPECT_EQ(find(data_.string(), home_).error().id, "database-unnamed");
}

}  // namespace
}  // namespace liftlock::deployment

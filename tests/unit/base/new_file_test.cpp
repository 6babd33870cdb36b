#include "base/new_file.hpp"

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock {
namespace {

TEST(NewFile, IsWrittenOverNoOther) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::write_new_durably(folder / "a.py", "one", 0644));
  const auto again = file::write_new_durably(folder / "a.py", "two", 0644);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().id, "file-exists");
  EXPECT_EQ(*file::read(folder / "a.py"), "one");
  std::filesystem::create_symlink("nowhere", folder / "b.py");
  EXPECT_FALSE(file::write_new_durably(folder / "b.py", "two", 0644));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
}

TEST(NewFile, TakesThePlaceOfWhatAKilledRunHasLeft) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::write_durably(folder / "a.py.liftlock-new", "half"));
  ASSERT_TRUE(file::write_new_durably(folder / "a.py", "whole", 0644));
  EXPECT_EQ(*file::read(folder / "a.py"), "whole");
  EXPECT_FALSE(file::exists(folder / "a.py.liftlock-new"));
}

}  // namespace
}  // namespace liftlock

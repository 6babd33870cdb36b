#include "base/file_tree.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "base/file.hpp"
#include "base/file_stream.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock {
namespace {

TEST(FileTree, WalkSeesEveryKindAndEveryName) {
  const testing::TemporaryDirectory scratch;
  const std::vector<std::string> names = {"a b", "it's \"quoted\"", "line\nbreak", "bad\xff\xfeutf8", "größe", "-rf"};
  for (const std::string& name : names) std::ofstream(scratch / name) << name;
  std::filesystem::create_directories(scratch / "empty");
  std::filesystem::create_directories(scratch / "sub/deep");
  std::ofstream(scratch / "sub/deep/file") << "x";
  ASSERT_EQ(::symlink("sub", (scratch / "link").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", (scratch / "dangling").c_str()), 0);
  ASSERT_EQ(::mkfifo((scratch / "fifo").c_str(), 0600), 0);
  const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (scratch / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(server);

  const auto entries = file::walk(scratch.path());
  ASSERT_TRUE(entries);
  std::map<std::string, file::EntryType> found;
  for (const file::Entry& entry : *entries) found[entry.path] = entry.type;
  for (const std::string& name : names) EXPECT_EQ(found.at(name), file::EntryType::regular) << name;
  EXPECT_EQ(found.at("empty"), file::EntryType::directory);
  EXPECT_EQ(found.at("sub/deep/file"), file::EntryType::regular);
  EXPECT_EQ(found.at("link"), file::EntryType::symlink);
  EXPECT_EQ(found.at("dangling"), file::EntryType::symlink);
  EXPECT_EQ(found.at("fifo"), file::EntryType::fifo);
  EXPECT_EQ(found.at("socket"), file::EntryType::socket);
  EXPECT_FALSE(found.contains("link/deep")) << "a link was followed";
}

TEST(FileTree, ScratchGoesWithItsObjectUnlessReleased) {
  const testing::TemporaryDirectory folder;
  std::filesystem::path gone;
  std::filesystem::path kept;
  {
    auto scratch = file::ScratchFolder::create(folder.path(), ".work-").value();
    ASSERT_TRUE(file::write_durably(scratch.path() / "a", "x"));
    gone = scratch.path();
    auto other = file::ScratchFolder::create(folder.path(), ".work-").value();
    kept = other.release();
  }
  EXPECT_FALSE(file::exists(gone));
  EXPECT_TRUE(file::exists(kept));
}

TEST(FileStream, OpeningAFifoDoesNotWait) {
  const testing::TemporaryDirectory folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_FALSE(file::Reader::open(folder / "fifo"));
}

TEST(FileStream, NeverOpensAnExistingFileForWriting) {
  const testing::TemporaryDirectory folder;
  ASSERT_TRUE(file::Writer::create(folder / "a").value().write("precious"));
  EXPECT_FALSE(file::Writer::create(folder / "a"));
  EXPECT_EQ(file::read(folder / "a").value(), "precious");
}

}  // namespace
}  // namespace liftlock

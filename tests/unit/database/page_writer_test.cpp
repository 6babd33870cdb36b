#include "database/page_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>

#include "support/temporary_directory.hpp"

namespace liftlock::database {
namespace {

ssize_t no_space(int, const iovec*, int, off_t) {
  errno = ENOSPC;
  return -1;
}

/// Ends inside a piece, or at its end.
ssize_t short_write(int file, const iovec* pieces, int count, off_t offset) {
  static int calls = 0;
  const std::size_t most = ++calls % 2 == 0 ? 1000 : 4096;
  std::string bytes;
  for (const iovec& piece : std::span(pieces, static_cast<std::size_t>(count))) {
    bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  return ::pwrite(file, bytes.data(), std::min(bytes.size(), most), offset);
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

RC_GTEST_PROP(PageWriter, IsTheFileThatPlainWritesMake, ()) {
  const testing::TemporaryDirectory folder;
  const auto path = folder / "file";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
  std::string expected;
  {
    PageWriter writer(file, *rc::gen::arbitrary<bool>() ? ::pwritev : short_write);
    const auto pages = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 64));
    char mark = 'a';
    for (const int page : pages) {
      std::string piece(4096, mark = mark == 'z' ? 'a' : static_cast<char>(mark + 1));
      const auto offset = static_cast<std::size_t>(page) * piece.size();
      if (expected.size() < offset + piece.size()) expected.resize(offset + piece.size());
      expected.replace(offset, piece.size(), piece);
      RC_ASSERT(writer.write(piece.data(), piece.size(), static_cast<std::int64_t>(offset)) == 0);
      std::string seen(4096, '?');
      RC_ASSERT(writer.read(seen.data(), seen.size(), static_cast<std::int64_t>(offset)));
      RC_ASSERT(seen == piece);
      if (*rc::gen::inRange(0, 10) == 0) RC_ASSERT(writer.drain() == 0);
    }
    RC_ASSERT(writer.drain() == 0);
    RC_ASSERT(writer.end() == static_cast<std::int64_t>(expected.size()));
  }
  ::close(file);
  RC_ASSERT(content(path) == expected);
}

TEST(PageWriter, AFullDiskIsToldByDrainAtTheLatest) {
  PageWriter writer(-1, no_space);
  const std::string piece(4096, 'x');
  EXPECT_EQ(writer.write(piece.data(), piece.size(), 0), 0);
  EXPECT_EQ(writer.drain(), ENOSPC);
  EXPECT_EQ(writer.write(piece.data(), 100, 5), ENOSPC);
}

}  // namespace
}  // namespace liftlock::database

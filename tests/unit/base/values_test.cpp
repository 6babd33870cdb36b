#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/format.hpp"
#include "base/hash.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock {
namespace {

using namespace std::chrono_literals;

TEST(Sha256, KnowsTheStandardsExamples) {
  EXPECT_EQ(file::sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(file::sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, IsTheSameInPiecesAndReusable) {
  Sha256 hash;
  hash.update("a");
  hash.update("bc");
  EXPECT_EQ(hash.hex_digest(), file::sha256_of("abc"));
  hash.update("abc");
  EXPECT_EQ(hash.hex_digest(), file::sha256_of("abc"));
}

TEST(Sha256, OfAFile) {
  const testing::TemporaryDirectory scratch;
  const std::string content(1'000'003, 'q');
  ASSERT_TRUE(file::write_durably(scratch / "a", content));
  EXPECT_EQ(file::sha256(scratch / "a").value(), file::sha256_of(content));
  EXPECT_EQ(file::sha256(scratch / "b").error().id, "file-missing");
}

TEST(Format, Bytes) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1234), "1.2 kB");
  EXPECT_EQ(format_bytes(616'000'000), "616 MB");
  EXPECT_EQ(format_bytes(999'900'000), "1.0 GB");
  EXPECT_EQ(format_bytes(1'090'000'000), "1.1 GB");
}

TEST(Format, Durations) {
  EXPECT_EQ(format_duration(4ms), "4 ms");
  EXPECT_EQ(format_duration(3100ms), "3.1 s");
  EXPECT_EQ(format_duration(42s), "42 s");
  EXPECT_EQ(format_duration(59700ms), "1 min");
  EXPECT_EQ(format_duration(125s), "2 min 5 s");
  EXPECT_EQ(format_duration(3h + 12min), "3 h 12 min");
  EXPECT_EQ(format_duration(52h), "2 d 4 h");
}

TEST(Format, Counts) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(160'000), "160,000");
  EXPECT_EQ(format_count(-1'234'567), "-1,234,567");
  EXPECT_EQ(format_count(-999), "-999");
  EXPECT_EQ(format_count(1, "file", "files"), "1 file");
  EXPECT_EQ(format_count(12'000, "file", "files"), "12,000 files");
}

}  // namespace
}  // namespace liftlock

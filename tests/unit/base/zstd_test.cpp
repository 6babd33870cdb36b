#include "base/zstd.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace liftlock {
namespace {

ByteSink into(std::string& target) {
  return [&target](std::string_view bytes) -> Result<void> {
    target.append(bytes);
    return {};
  };
}

std::string sample(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size) text += "word" + std::to_string(random() % 5000) + ' ';
  return text;
}

std::string compressed(const std::string& text, int workers) {
  std::string out;
  ZstdCompressor compressor(1, workers, into(out));
  for (std::size_t at = 0; at < text.size(); at += 70'001) {
    EXPECT_TRUE(compressor.write(std::string_view(text).substr(at, 70'001)));
  }
  EXPECT_TRUE(compressor.finish());
  return out;
}

Result<std::string> decompressed(std::string_view bytes, std::size_t piece) {
  std::string out;
  ZstdDecompressor decompressor(into(out));
  for (std::size_t at = 0; at < bytes.size(); at += piece) TRY(decompressor.write(bytes.substr(at, piece)));
  TRY(decompressor.finish());
  return out;
}

TEST(Zstd, GivesBackWhatItWasGiven) {
  const std::string text = sample(5'000'000);
  for (const int workers : {0, 2}) {
    const std::string small = compressed(text, workers);
    EXPECT_LT(small.size(), text.size() / 2);
    for (const std::size_t piece : {std::size_t{1000}, small.size()}) {
      const auto back = decompressed(small, piece);
      ASSERT_TRUE(back);
      EXPECT_TRUE(*back == text) << "workers " << workers;
    }
  }
  EXPECT_EQ(decompressed(compressed("", 0), 1).value(), "");
}

TEST(Zstd, SaysThatAStreamIsTruncatedAtAnyByte) {
  const std::string small = compressed(sample(20'000), 0);
  for (std::size_t length = 0; length < small.size(); ++length) {
    ASSERT_FALSE(decompressed(std::string_view(small).substr(0, length), 4096)) << length;
  }
}

TEST(Zstd, SaysThatAByteIsWrong) {
  const std::string small = compressed(sample(20'000), 0);
  for (std::size_t at = 0; at < small.size(); at += 7) {
    std::string damaged = small;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    const auto back = decompressed(damaged, 4096);
    if (back) ADD_FAILURE() << "byte " << at << " was changed unnoticed";
  }
}

TEST(Zstd, HandsTheSinksErrorOn) {
  ZstdCompressor compressor(1, 0, [](std::string_view) -> Result<void> { return failure("full", "x", "y"); });
  auto result = compressor.write(sample(3'000'000));
  if (result) result = compressor.finish();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().id, "full");
}

}  // namespace
}  // namespace liftlock

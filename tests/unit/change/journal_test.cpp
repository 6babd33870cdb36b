#include "change/journal.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::change {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto journal = Journal::open(file_);
    ASSERT_TRUE(journal);
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(journal->append("step" + std::to_string(i), i, {{"name", "with \"quotes\"\nand lines"}, {"n", i}}));
      ends_.push_back(file::read(file_)->size());
    }
    content_ = file::read(file_).value();
  }
  void put(std::string_view content) { std::ofstream(file_, std::ios::binary | std::ios::trunc) << content; }
  /// How many records end at or before `length`.
  [[nodiscard]] std::size_t whole_within(std::size_t length) const {
    return static_cast<std::size_t>(std::ranges::count_if(ends_, [&](std::size_t end) { return end <= length; }));
  }

  testing::TemporaryDirectory folder_;
  std::filesystem::path file_ = folder_ / "journal";
  std::vector<std::size_t> ends_;
  std::string content_;
};

TEST_F(JournalTest, GivesBackWhatWasWritten) {
  const auto read = read_journal(file_);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->records.size(), 4U);
  EXPECT_EQ(read->records[2].step, "step2");
  EXPECT_EQ(read->records[2].data["n"], 2);
  EXPECT_EQ(read->records[2].data["name"], "with \"quotes\"\nand lines");
  EXPECT_FALSE(read->torn);
}

TEST_F(JournalTest, TruncatedAtEveryByteItKeepsEveryWholeRecordAndGoesOn) {
  for (std::size_t length = 0; length <= content_.size(); ++length) {
    put(std::string_view(content_).substr(0, length));
    const auto read = read_journal(file_);
    ASSERT_TRUE(read) << "cut at " << length;
    ASSERT_EQ(read->records.size(), whole_within(length)) << "cut at " << length;
    auto journal = Journal::open(file_);
    ASSERT_TRUE(journal) << "cut at " << length;
    ASSERT_TRUE(journal->append("after", 9, {}));
    const auto again = read_journal(file_);
    ASSERT_TRUE(again) << "cut at " << length;
    ASSERT_EQ(again->records.size(), whole_within(length) + 1) << "cut at " << length;
    ASSERT_EQ(again->records.back().step, "after");
  }
}

TEST_F(JournalTest, EveryFlippedByteIsNoticed) {
  for (std::size_t position = 0; position < content_.size(); ++position) {
    for (const int bit : {0, 5}) {
      std::string damaged = content_;
      damaged[position] = static_cast<char>(damaged[position] ^ (1 << bit));
      put(damaged);
      const auto read = read_journal(file_);
      if (position < ends_[2] - 1) {
        ASSERT_FALSE(read) << "byte " << position << " bit " << bit;
        ASSERT_EQ(read.error().kind, ErrorKind::needs_hand);
      } else if (read) {
        // The last line cannot be told from one that was being written; no record may be made up.
        ASSERT_EQ(read->records.size(), position < ends_[2] ? 2U : 3U) << "byte " << position << " bit " << bit;
        ASSERT_TRUE(read->torn);
      }
    }
  }
}

TEST_F(JournalTest, ADroppedLineIsNoticed) {
  put(content_.substr(0, ends_[0]) + content_.substr(ends_[1]));
  EXPECT_FALSE(read_journal(file_));
}

TEST_F(JournalTest, AbsentAndEmptyOnesHaveNoRecords) {
  EXPECT_TRUE(read_journal(folder_ / "absent")->records.empty());
  put("");
  EXPECT_TRUE(read_journal(file_)->records.empty());
}

}  // namespace
}  // namespace liftlock::change

#include "base/suggest.hpp"

#include <gmock/gmock.h>

#include <array>

namespace liftlock {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::array<std::string_view, 5> words{"status", "settle", "restore", "rollback", "versions"};

TEST(EditDistance, CountsInsertionsRemovalsChangesAndSwaps) {
  EXPECT_EQ(edit_distance("status", "status"), 0U);
  EXPECT_EQ(edit_distance("stats", "status"), 1U);
  EXPECT_EQ(edit_distance("statuss", "status"), 1U);
  EXPECT_EQ(edit_distance("stotus", "status"), 1U);
  EXPECT_EQ(edit_distance("sattus", "status"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(NearMatches, FindsWhatWasMeant) {
  EXPECT_THAT(near_matches("statsu", words), ElementsAre("status"));
  EXPECT_THAT(near_matches("roll", words), ElementsAre("rollback"));
  EXPECT_THAT(near_matches("version", words), ElementsAre("versions"));
}

TEST(NearMatches, SaysNothingWhereNothingIsNear) {
  EXPECT_THAT(near_matches("frobnicate", words), IsEmpty());
  EXPECT_THAT(near_matches("", words), IsEmpty());
}

TEST(DidYouMean, AsksAQuestion) {
  EXPECT_EQ(did_you_mean({}), "");
  EXPECT_EQ(did_you_mean({"status"}), "Did you mean status?");
  EXPECT_EQ(did_you_mean({"a", "b", "c"}), "Did you mean a, b or c?");
}

}  // namespace
}  // namespace liftlock

#include "deployment/probe.hpp"

#include <gtest/gtest.h>

#include <array>

namespace liftlock::deployment {
namespace {

constexpr std::array answers = {10.0, 10.1, 10.2, 10.9, 11.0, 14.5, 14.6};

TEST(Probe, AwayIsBetweenTheLastAnswerBeforeAndTheFirstAfter) {
  EXPECT_DOUBLE_EQ(*away(answers, 11.3, 14.0), 3.5);
  EXPECT_DOUBLE_EQ(*away(answers, 11.0, 14.5), 3.5) << "answers at those very moments count";
}

TEST(Probe, WhatAnsweredInBetweenWasNotTheOneThatIsBack) { EXPECT_DOUBLE_EQ(*away(answers, 10.5, 12.0), 4.3); }

TEST(Probe, WithoutAnAnswerBeforeOrAfterNobodyKnows) {
  EXPECT_FALSE(away(answers, 9.9, 14.0));
  EXPECT_FALSE(away(answers, 11.3, 14.7));
  EXPECT_FALSE(away({}, 1, 2));
}

TEST(Probe, TheLongestSilenceIsOneBeforeTheEnd) {
  EXPECT_NEAR(longest_silence(answers, 11.3), 0.7, 1e-9);
  EXPECT_NEAR(longest_silence(answers, 10.2), 0.1, 1e-9);
  EXPECT_DOUBLE_EQ(longest_silence(answers, 20), 3.5);
  EXPECT_EQ(longest_silence({}, 20), 0);
}

}  // namespace
}  // namespace liftlock::deployment

#include "cli/elsewhere.hpp"

#include <gtest/gtest.h>

namespace liftlock::cli {
namespace {

TEST(Elsewhere, AHelperIsToldOfTheTerminalHere) {
  const Terminal here{.input = true, .output = false, .talk = true, .width = 132, .colour = false, .animate = false};
  const Terminal there = terminal_from(terminal_text(here), {.colour = true, .animate = true});
  EXPECT_TRUE(there.input);
  EXPECT_FALSE(there.output);
  EXPECT_TRUE(there.talk);
  EXPECT_EQ(there.width, 132);
  EXPECT_TRUE(there.colour);  // which the environment tells
}

TEST(Elsewhere, WhatCannotBeUnderstoodChangesNothing) {
  EXPECT_EQ(terminal_from("1,1", {.input = false, .width = 77}).width, 77);
  EXPECT_FALSE(terminal_from("1,1", {.input = false}).input);
}

}  // namespace
}  // namespace liftlock::cli

#include "migration/postgres/background.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace liftlock::migration::postgres {
namespace {

void sleep_a_little() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

TEST(Background, DoesOnePieceAfterTheOther) {
  Background background;
  std::atomic<int> done = 0;
  for (int i = 0; i < 3; ++i) {
    background.run([&done, i] {
      sleep_a_little();
      EXPECT_EQ(done++, i);
    });
  }
  background.wait();
  EXPECT_EQ(done, 3);
  background.wait();  // nothing to wait for
}

TEST(Background, ThrowsWhatTheWorkThrewOnce) {
  Background background;
  background.run([] { throw std::runtime_error("no"); });
  EXPECT_THROW(background.wait(), std::runtime_error);
  EXPECT_NO_THROW(background.wait());
}

TEST(Background, TellsTheNextOneOfAnError) {
  Background background;
  bool ran = false;
  background.run([] { throw std::runtime_error("no"); });
  EXPECT_THROW(background.run([&ran] { ran = true; }), std::runtime_error);
  EXPECT_FALSE(ran);
}

TEST(Background, GuardWaitsForWorkThatUsesTheScope) {
  Background background;
  std::atomic<bool> done = false;
  const auto scope = [&] {
    const Background::Guard guard(background);
    background.run([&done] {
      sleep_a_little();
      done = true;
      throw std::runtime_error("hidden by the first");
    });
    throw std::logic_error("first");
  };
  EXPECT_THROW(scope(), std::logic_error);
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace liftlock::migration::postgres

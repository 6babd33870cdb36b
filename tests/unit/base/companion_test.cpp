#include "base/companion.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <thread>

#include "base/clock.hpp"

namespace liftlock::process {
namespace {

/// Where a companion writes in spite of having none of our open files: its error output is a pipe meanwhile.
class CompanionTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    saved_ = ::dup(STDERR_FILENO);
    ::dup2(ends_[1], STDERR_FILENO);
  }
  void TearDown() override {
    ::dup2(saved_, STDERR_FILENO);
    for (const int end : {ends_[0], ends_[1], saved_}) ::close(end);
  }

  char said() {
    char letter = 0;
    EXPECT_EQ(::read(ends_[0], &letter, 1), 1);
    return letter;
  }

  static void say(char letter) { std::ignore = ::write(STDERR_FILENO, &letter, 1); }
  [[noreturn]] static void wait_for_ever() {
    while (true) ::pause();
  }

  std::array<int, 2> ends_{};
  int saved_ = -1;
};

TEST_F(CompanionTest, WorksBesideUsAndEndsWithItsOwner) {
  const pid_t parent = ::getpid();
  pid_t child = 0;
  {
    auto companion = Companion::start([&] {
      say(::getppid() == parent ? 'y' : 'n');
      wait_for_ever();
    });
    ASSERT_TRUE(companion);
    EXPECT_EQ(said(), 'y');
    const Companion moved = *std::move(companion);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), 0) << "it runs on";
  }
  EXPECT_EQ(::waitpid(-1, &child, WNOHANG), -1) << "nothing is left of it";
}

TEST_F(CompanionTest, HasNoneOfOurFilesAndDoesNotHeedCtrlC) {
  const int ours = ::dup(ends_[0]);
  auto companion = Companion::start([&] {
    say(::fcntl(ours, F_GETFD) == -1 ? 'y' : 'n');
    ::raise(SIGINT);
    ::raise(SIGHUP);
    say('a');
    wait_for_ever();
  });
  EXPECT_EQ(said(), 'y');
  EXPECT_EQ(said(), 'a');
  ::close(ours);
}

TEST_F(CompanionTest, DoesNotOutliveUs) {
  const pid_t owner = ::fork();
  if (owner == 0) {
    auto companion = Companion::start([&] {
      say('a');
      wait_for_ever();
    });
    wait_for_ever();
  }
  EXPECT_EQ(said(), 'a');
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  ::dup2(saved_, STDERR_FILENO);
  ::dup2(saved_, ends_[1]);
  char letter = 0;
  EXPECT_EQ(::read(ends_[0], &letter, 1), 0) << "nobody has the other end any more";
}

}  // namespace
}  // namespace liftlock::process

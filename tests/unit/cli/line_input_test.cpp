#include "cli/line_input.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string_view>

#include "cli/interrupt.hpp"

namespace liftlock::cli {
namespace {

/// Standard input is a pipe for as long as the test runs.
class LineInput : public testing::Test {
 protected:
  LineInput() : before_(::dup(STDIN_FILENO)) {
    EXPECT_EQ(::pipe(ends_.data()), 0);
    ::dup2(ends_[0], STDIN_FILENO);
    ::close(ends_[0]);
  }
  ~LineInput() override {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
    end();
  }
  void type(std::string_view text) const {
    EXPECT_EQ(::write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{};
  int before_;
};

TEST_F(LineInput, GivesLinesThenTheEnd) {
  type("one\n\nhalf");
  end();
  std::string line;
  EXPECT_EQ(read_line(line), Heard::line);
  EXPECT_EQ(line, "one");
  EXPECT_EQ(read_line(line), Heard::line);
  EXPECT_EQ(line, "");
  EXPECT_EQ(read_line(line), Heard::end);
}

TEST_F(LineInput, AnInterruptEndsTheWaitingUntilItIsForgotten) {
  watch_interrupts();
  {
    const WhileInterrupt quietly(Interrupt::answers);
    ::raise(SIGINT);
  }
  type("typed after it\n");
  std::string line;
  EXPECT_TRUE(interrupted());
  EXPECT_EQ(read_line(line), Heard::interrupted);
  EXPECT_FALSE(told_to_end());
  forget_interrupts();
  EXPECT_EQ(read_line(line), Heard::line);
  EXPECT_EQ(line, "typed after it");
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
}

}  // namespace
}  // namespace liftlock::cli

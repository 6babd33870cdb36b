#pragma once

namespace liftlock::cli {

/// What Ctrl-C (or SIGTERM) does just now.
enum class Interrupt {
  stops_work,    ///< the work under way stops at its next safe place, which is said; a second one leaves at once
  ends_looking,  ///< nothing is being changed: a second one leaves at once
  answers,       ///< somebody waits for it and goes on by himself: nothing is said, none leaves
};

/// From here on the first Ctrl-C (or SIGTERM) only sets a flag, and the second leaves at once with exit code 130.
void watch_interrupts();

/// True once the user has asked to stop.
[[nodiscard]] bool interrupted();

/// True once somebody else has asked the whole program to end (SIGTERM).
[[nodiscard]] bool told_to_end();

/// For who goes on after an interrupt was heeded.
void forget_interrupts();

/// Another meaning of Ctrl-C for as long as this lives.
class WhileInterrupt {
 public:
  explicit WhileInterrupt(Interrupt meaning);
  WhileInterrupt(const WhileInterrupt&) = delete;
  WhileInterrupt& operator=(const WhileInterrupt&) = delete;
  ~WhileInterrupt();

 private:
  Interrupt before_;
};

}  // namespace liftlock::cli

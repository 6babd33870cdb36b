#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "cli/parser.hpp"
#include "cli/render/style.hpp"

namespace liftlock::cli {

using Json = nlohmann::ordered_json;

/// What the program is connected to.
struct Terminal {
  bool input = false;   ///< somebody can answer a question
  bool output = false;  ///< stdout is looked at
  bool talk = false;    ///< stderr is looked at
  int width = 80;       ///< columns
  bool colour = true;   ///< false under NO_COLOR or TERM=dumb
  bool animate = true;  ///< false under TERM=dumb
};

/// Asks the system and the environment.
[[nodiscard]] Terminal look_at_terminal();

/// What a command has to do with the world: how it was asked, and where its answer goes.
class Context {
 public:
  Context(const Globals& globals, const Terminal& terminal);
  ~Context();

  [[nodiscard]] const Globals& globals() const { return globals_; }
  [[nodiscard]] const Terminal& terminal() const { return terminal_; }
  [[nodiscard]] bool json() const { return globals_.json; }
  /// How the answer on stdout may look.
  [[nodiscard]] const Style& style() const { return answer_style_; }
  /// How the talk on stderr may look.
  [[nodiscard]] const Style& talk_style() const { return talk_style_; }

  /// The answer, on stdout.
  void answer(std::string_view text);
  /// The answer as one JSON document, on stdout.
  void answer_json(const Json& document);
  /// Talk, on stderr; silent with --quiet and --json.
  void say(std::string_view text);

  /// Where long work reports to: a bar, lines, JSON lines or nothing. Watches Ctrl-C.
  [[nodiscard]] Progress& progress();

  /// Asks before something is done that cannot simply be undone; "no" is what Enter means. Errors:
  /// "confirmation-needed" (usage) where nobody can be asked and --yes was not given, "declined" (cancelled).
  [[nodiscard]] Result<void> confirm(std::string_view question);

 private:
  Globals globals_;
  Terminal terminal_;
  Style answer_style_;
  Style talk_style_;
  std::unique_ptr<Progress> progress_;
};

}  // namespace liftlock::cli

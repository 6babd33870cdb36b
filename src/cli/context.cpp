#include "cli/context.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "cli/elsewhere.hpp"
#include "cli/line_input.hpp"
#include "cli/render/progress.hpp"

namespace liftlock::cli {

namespace {

int terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 80;
}

bool environment_has(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool means_yes(std::string answer) {
  std::ranges::transform(answer, answer.begin(), [](unsigned char c) { return std::tolower(c); });
  return answer == "y" || answer == "yes";
}

}  // namespace

Terminal look_at_terminal() {
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  const Terminal own{.input = isatty(STDIN_FILENO) == 1,
                     .output = isatty(STDOUT_FILENO) == 1,
                     .talk = isatty(STDERR_FILENO) == 1,
                     .width = terminal_width(),
                     .colour = !dumb && !environment_has("NO_COLOR"),
                     .animate = !dumb};
  const char* told = std::getenv("LIFTLOCK_TERMINAL");
  return told == nullptr ? own : terminal_from(told, own);
}

Context::Context(const Globals& globals, const Terminal& terminal)
    : globals_(globals),
      terminal_(terminal),
      answer_style_{terminal.output && terminal.colour && !globals.no_color, terminal.output ? terminal.width : 100},
      talk_style_{terminal.talk && terminal.colour && !globals.no_color, terminal.talk ? terminal.width : 100} {}

Context::~Context() = default;

void Context::answer(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void Context::answer_json(const Json& document) {
  // A user's bytes need not be UTF-8: what is not is replaced, since JSON cannot say it.
  answer(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void Context::say(std::string_view text) {
  std::fflush(stdout);  // where both go to one place, in the order in which they were said
  if (!globals_.quiet && !globals_.json) std::fwrite(text.data(), 1, text.size(), stderr);
}

Progress& Context::progress() {
  if (!progress_) progress_ = make_progress(globals_, terminal_, talk_style_);
  return *progress_;
}

Result<void> Context::confirm(std::string_view question) {
  if (globals_.yes) return {};
  if (globals_.no_input || !terminal_.input || globals_.json) {
    return std::unexpected(Error{.kind = ErrorKind::usage,
                                 .id = "confirmation-needed",
                                 .doing = {},
                                 .what = fmt::format("this needs a yes, and there is nobody to ask: {}", question),
                                 .state = "Nothing was changed.",
                                 .next = "Say --yes to go ahead without being asked."});
  }
  const std::string prompt = fmt::format("{} [y/N] ", talk_style_.bold(question));
  std::fwrite(prompt.data(), 1, prompt.size(), stderr);
  std::fflush(stderr);
  std::string line;
  const Heard heard = read_line(line);
  if (heard == Heard::line && means_yes(line)) return {};
  if (heard != Heard::line) std::fputc('\n', stderr);
  return std::unexpected(Error{.kind = ErrorKind::cancelled,
                               .id = "declined",
                               .doing = {},
                               .what = "you did not say yes",
                               .state = "Nothing was changed.",
                               .next = {}});
}

}  // namespace liftlock::cli

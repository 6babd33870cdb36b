#include "cli/main.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "cli/elsewhere.hpp"
#include "cli/exit_code.hpp"
#include "cli/help.hpp"
#include "cli/interrupt.hpp"
#include "cli/parser.hpp"
#include "cli/render/differences.hpp"
#include "cli/render/error.hpp"

namespace liftlock::cli {

namespace {

/// The exit status.
Result<int> run(Context& context, const std::vector<std::string>& words) {
  const Request request = TRY(read_request(words));
  switch (request.kind) {
    case Request::Kind::version:
      context.answer(version_text() + "\n");
      return 0;
    case Request::Kind::help:
      context.answer(TRY(help_on(request.topic, context.style())));
      return 0;
    case Request::Kind::run:
      break;
  }
  const Arguments arguments = TRY(read_arguments(*request.command, request.words));
  if (const auto status = TRY(run_elsewhere(context, *request.command, arguments, words))) return *status;
  const WhileInterrupt meaning(request.command->works_long ? Interrupt::stops_work : Interrupt::ends_looking);
  if (request.command->works_long) watch_interrupts();
  TRY(request.command->run(context, arguments));
  return 0;
}

/// The answer counts as given once it has left the program.
Result<void> flush_answer() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
  return failure("answer-lost", "Writing the answer", std::strerror(errno));
}

int present(Context& context, const Error& error) {
  if (is_answered(error)) return exit_code(error.kind);
  if (context.json()) {
    context.answer_json(error_json(error));
  } else {
    const std::string text = render_error(error, context.talk_style());
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  return exit_code(error.kind);
}

/// A bug, or memory that ran out: nothing is known about the state, so that is what is said.
int present_bug(Context& context, const std::exception& bug) {
  return present(context, Error{.kind = ErrorKind::failed,
                                .id = "internal-error",
                                .doing = "This is a bug in Liftlock",
                                .what = bug.what(),
                                .state = "A change that had begun can be finished or undone.",
                                .next = "liftlock resume"});
}

}  // namespace

int run_command_line(const std::vector<std::string>& words) {
  Context context(read_globals(words), look_at_terminal());
  try {
    const Result<int> status = run(context, words);
    if (!status) return present(context, status.error());
    const Result<void> flushed = flush_answer();
    return flushed ? *status : present(context, flushed.error());
  } catch (const std::exception& bug) {
    return present_bug(context, bug);
  }
}

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool somebody_is_there = look_at_terminal().input && look_at_terminal().output;
  if (words.empty() && somebody_is_there) return run_command_line({"menu"});
  return run_command_line(words);
}

}  // namespace liftlock::cli

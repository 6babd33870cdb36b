#include "change/rehearsal.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>

#include "change/notes.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

Rehearsal begin(const RehearsalRequest& request) {
  Rehearsal rehearsal;
  rehearsal.before = request.scratch / "before.db";
  rehearsal.after = request.migrate ? request.scratch / "after.db" : rehearsal.before;
  rehearsal.quarantine = request.scratch / "quarantine.jsonl";
  return rehearsal;
}

Result<void> clear(const Rehearsal& rehearsal) {
  for (const auto& path : {rehearsal.before, rehearsal.after, rehearsal.quarantine}) TRY(file::remove(path));
  return {};
}

/// The data may have been changed by others between the plan and the snapshot; a revision may not.
Result<void> check_state(const Rehearsal& rehearsal, const RehearsalRequest& request) {
  auto connection = TRY(database::Connection::open(rehearsal.before, database::OpenMode::immutable));
  const auto state = TRY(migration::inspect_state(connection));
  if (state.revision == request.state->revision && state.peewee_migrations == request.state->peewee_migrations)
    return {};
  return refusal("changed-meanwhile", "Rehearsing the change",
                 fmt::format("The database was at revision {} when the plan was made, and is at {} now.",
                             request.state->revision, state.revision),
                 "Stop whoever migrates it, then run the command again.");
}

Result<void> migrate(Rehearsal& rehearsal, const RehearsalRequest& request, RunEnvironment& environment) {
  TRY(check_state(rehearsal, request));
  migration::BuildOptions options;
  TRY(migration::build_migrated(rehearsal.before, rehearsal.after, *request.path, options, environment));
  return environment.finish();
}

Result<Verification> check(const Rehearsal& rehearsal, const RehearsalRequest& request, Progress& progress) {
  if (!request.migrate) return verify_alone(rehearsal.after, request.head.revision, progress);
  return verify({rehearsal.before, rehearsal.after, request.path, request.state, request.head}, progress);
}

Result<Rehearsal> run(const RehearsalRequest& request, Clock& clock, IdSource& ids, Progress& progress) {
  Rehearsal rehearsal = begin(request);
  RunEnvironment environment(clock, ids, progress, rehearsal.quarantine);
  double mark = clock.monotonic_seconds();
  const auto lap = [&] {
    const double now = clock.monotonic_seconds();
    return now - std::exchange(mark, now);
  };
  TRY(file::make_folder(request.scratch));
  TRY(clear(rehearsal));
  TRY(request.provide(rehearsal.before));
  rehearsal.figures.restore_seconds = lap();
  if (request.migrate) TRY(migrate(rehearsal, request, environment));
  rehearsal.figures.migrate_seconds = lap();
  rehearsal.verification = TRY(check(rehearsal, request, progress));
  rehearsal.figures.verify_seconds = lap();

  rehearsal.notes = environment.notes();
  rehearsal.quarantined = environment.quarantined();
  rehearsal.figures.database_bytes_before = TRY(file::facts(rehearsal.before)).size;
  rehearsal.figures.database_bytes_after = TRY(file::facts(rehearsal.after)).size;
  return rehearsal;
}

Json error_json(const Error& error) {
  return {{"kind", static_cast<int>(error.kind)},
          {"id", error.id},
          {"doing", error.doing},
          {"what", error.what},
          {"state", error.state},
          {"next", error.next}};
}

Json answer_of(const Result<Rehearsal>& result) {
  if (!result) return {{"error", error_json(result.error())}};
  const RehearsalFigures& figures = result->figures;
  return {{"times", {figures.restore_seconds, figures.migrate_seconds, figures.verify_seconds}},
          {"bytes", {figures.database_bytes_before, figures.database_bytes_after}},
          {"verification", to_json(result->verification)},
          {"notes", to_json(result->notes)},
          {"quarantined", result->quarantined}};
}

Result<Rehearsal> result_from(const Json& answer, const RehearsalRequest& request) {
  if (answer.contains("error")) {
    const Json& error = answer["error"];
    return std::unexpected(Error{static_cast<ErrorKind>(error.value("kind", 0)), error.value("id", ""),
                                 error.value("doing", ""), error.value("what", ""), error.value("state", ""),
                                 error.value("next", "")});
  }
  Rehearsal rehearsal = begin(request);
  const Json& times = answer.at("times");
  rehearsal.figures.restore_seconds = times.at(0);
  rehearsal.figures.migrate_seconds = times.at(1);
  rehearsal.figures.verify_seconds = times.at(2);
  rehearsal.figures.database_bytes_before = answer.at("bytes").at(0);
  rehearsal.figures.database_bytes_after = answer.at("bytes").at(1);
  rehearsal.figures.peak_disk_bytes =
      rehearsal.figures.database_bytes_before + (request.migrate ? rehearsal.figures.database_bytes_after : 0);
  rehearsal.verification = verification_from_json(answer.at("verification"));
  rehearsal.notes = notes_from_json(answer.at("notes"));
  rehearsal.quarantined = answer.at("quarantined");
  rehearsal.after_facts = TRY(file::facts(rehearsal.after));
  return rehearsal;
}

/// Everything that can be read until the writer's end.
std::string drain(int descriptor) {
  std::string text;
  char buffer[1 << 14];
  while (true) {
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
  }
}

[[noreturn]] void answer_and_exit(int descriptor, const Json& answer) {
  const std::string text = answer.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) ::_exit(1);
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::_exit(0);  // no destructors: locks and buffers are the parent's
}

[[noreturn]] void be_the_child(int descriptor, pid_t parent, const RehearsalRequest& request, Clock& clock,
                               IdSource& ids, Progress& progress) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it died before that
  try {
    answer_and_exit(descriptor, answer_of(run(request, clock, ids, progress)));
  } catch (const std::exception& exception) {
    const Error error{ErrorKind::failed, "rehearsal-bug", "Rehearsing the change", exception.what(), {}, {}};
    answer_and_exit(descriptor, {{"error", error_json(error)}});
  }
}

std::unexpected<Error> died(int status) {
  const std::string how =
      WIFSIGNALED(status)
          ? fmt::format("Its process was ended by signal {} ({}).", WTERMSIG(status), ::strsignal(WTERMSIG(status)))
          : fmt::format("Its process ended with status {} and without an answer.", WEXITSTATUS(status));
  return failure("rehearsal-died", "Rehearsing the change", how,
                 "If it was the system that ran out of memory, free some, then run the command again.");
}

}  // namespace

Result<Rehearsal> rehearse(const RehearsalRequest& request, Clock& clock, IdSource& ids, Progress& progress) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failure("rehearsal-start", "Rehearsing the change", std::strerror(errno));
  std::fflush(nullptr);  // or the child would write the parent's buffers once more
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    const int code = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return failure("rehearsal-start", "Rehearsing the change", std::strerror(code));
  }
  if (child == 0) {
    ::close(ends[0]);
    be_the_child(ends[1], parent, request, clock, ids, progress);
  }
  ::close(ends[1]);
  const std::string answer = drain(ends[0]);
  ::close(ends[0]);
  int status = 0;
  struct rusage usage {};
  while (::wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  const Json json = Json::parse(answer, nullptr, false);
  if (!json.is_object() || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return died(status);
  Rehearsal rehearsal = TRY(result_from(json, request));
  constexpr std::int64_t kibibyte = 1024;
  rehearsal.figures.peak_memory_bytes = usage.ru_maxrss * kibibyte;
  return rehearsal;
}

}  // namespace liftlock::change

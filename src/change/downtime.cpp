#include "change/downtime.hpp"

#include <chrono>
#include <thread>

#include "deployment/probe.hpp"

namespace liftlock::change {

void watch_availability(Run& run, deployment::Driver& driver) {
  if (driver.runner() != nullptr) run.probe = driver.runner()->probe();
}

void put_downtime(Run& run, double gone, double started, double seen) {
  constexpr double patience = 3;  // the program answers already, and is asked ten times a second
  ProgramFigures& figures = *run.report.program;
  figures.downtime_seconds = seen;
  if (!run.probe) return;
  const double end = run.context.clock.monotonic_seconds() + patience;
  auto answers = run.probe->answers();
  if (answers.empty()) return;  // nobody could ask the old one
  while (answers.back() < started && run.context.clock.monotonic_seconds() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    answers = run.probe->answers();
  }
  const auto found = deployment::away(answers, gone, started);
  if (!found) return;
  figures.downtime_seconds = *found;
  figures.probed = true;
  figures.longest_silence_seconds = deployment::longest_silence(answers, gone);
}

}  // namespace liftlock::change

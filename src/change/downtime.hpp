#pragma once

#include "change/run.hpp"
#include "deployment/driver.hpp"

/// How long nobody could use a deployment, as somebody found it who asked all the while.
namespace liftlock::change {

/// Begins to ask, where something runs the program; until the end of the run.
void watch_availability(Run& run, deployment::Driver& driver);

/// One program that was gone by `gone`, and the one that was started at `started` and answers now: all in monotonic
/// seconds. `seen` is what this run saw itself; it counts where nobody asked, or got no answer. Puts into the report
/// what it came to. Waits for the answer that is on its way.
void put_downtime(Run& run, double gone, double started, double seen);

}  // namespace liftlock::change

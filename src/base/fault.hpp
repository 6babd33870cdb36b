#pragma once

/// Traps for tests: "kill the program the 3rd time that it comes here".
namespace liftlock::fault {

/// What a trap asks of the place that it is set in.
enum class Verdict {
  go_on,
  fail,     ///< behave as if the system call had failed with EIO
  no_space  ///< behave as if the system call had failed with ENOSPC
};

/// Stands before every effect on a file. In the program it does nothing (fault_none.cpp); in the test program
/// (fault_active.cpp) it obeys the environment variable LIFTLOCK_FAULT:
///   kill@N         SIGKILL at the Nth point passed, counted from 1 over the program and the processes that it forked;
///                  all of them go
///   interrupt@N    SIGINT to the process group at the Nth point, as Ctrl-C at a terminal; the program goes on
///   fail@N         the Nth point's operation fails with EIO
///   no-space@N     the Nth point's operation fails with ENOSPC
///   count:FILE     writes the names of all points passed, one a line, to FILE
/// A name can stand before the @ in parentheses, "kill(rename)@2": only points of that name are counted.
Verdict point(const char* name);

}  // namespace liftlock::fault

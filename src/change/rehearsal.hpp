#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/progress.hpp"
#include "change/report.hpp"
#include "change/verification.hpp"
#include "migration/builder.hpp"
#include "migration/environment.hpp"
#include "migration/state.hpp"

namespace liftlock::change {

struct RehearsalRequest {
  std::filesystem::path scratch;  ///< made if it is not there; the rehearsal's files stay in it
  /// Puts the database to begin with at this path: restored from the snapshot, which proves it.
  std::function<Result<void>(const std::filesystem::path& to)> provide;
  bool migrate = true;  ///< false: what was provided is the result (a change downward, by snapshot)
  const migration::Path* path = nullptr;
  const migration::DatabaseState* state = nullptr;
  migration::Head head;
};

/// What a rehearsal made and found. A verification that is not ok is a result, too.
struct Rehearsal {
  RehearsalFigures figures;
  Verification verification;
  std::vector<migration::Note> notes;
  std::int64_t quarantined = 0;
  std::filesystem::path before;      ///< in scratch
  std::filesystem::path after;       ///< in scratch: the result
  std::filesystem::path quarantine;  ///< in scratch; there if something was quarantined
  file::Facts after_facts;           ///< of the result as it was verified
};

/// Runs the whole plan on a copy, in a process of its own, so that the memory measured is the rehearsal's and nothing
/// that happens to it happens to the caller.
/// Errors: "rehearsal-died" if that process ended without an answer; those of the steps.
[[nodiscard]] Result<Rehearsal> rehearse(const RehearsalRequest& request, Clock& clock, IdSource& ids,
                                         Progress& progress);

}  // namespace liftlock::change

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/error.hpp"
#include "change/plan.hpp"
#include "change/run.hpp"
#include "deployment/driver.hpp"

/// The last part of a rehearsal: the new program is started on a copy of the rehearsed data, by itself, and asked as
/// its users would. Nothing of it is left, whatever it came to.
namespace liftlock::change {

/// `database`: what the rehearsal made and verified, in a scratch folder; it is only read.
/// Journals, reports, and says how it went. Errors (refused, nothing was changed): "trial-no-space", "trial-failed"
/// with what the program did and wrote, "trial-data" where it left the copy otherwise than it must be, "memory-short",
/// "disk-short" where this machine has less than it took; cancelled.
[[nodiscard]] Result<void> try_program(Run& run, deployment::Runner& runner, const Plan& plan,
                                       const std::filesystem::path& database);

/// Removes what a trial of this run that did not come to its end has left. Errors: the platform's.
[[nodiscard]] Result<void> remove_trial(const Run& run);

/// Whether a program that took `needed` will find room once the old one, which takes `given_back`, is stopped.
/// Nothing known (nullopt, 0) counts as room.
[[nodiscard]] bool has_memory(std::int64_t needed, std::optional<std::int64_t> available, std::int64_t given_back);

/// Makes a copy fit for a trial: what only the deployment's own secret key opens would keep a program with another one
/// from starting (second factors of 0.12.0 on), and is taken out.
[[nodiscard]] Result<void> prepare_for_trial(const std::filesystem::path& copy);

/// That a program left the copy as its release leaves a database, with no less in it than before.
[[nodiscard]] Result<void> look_at_tried(const std::filesystem::path& before, const std::filesystem::path& copy,
                                         const migration::Head& head, Progress& progress);

}  // namespace liftlock::change

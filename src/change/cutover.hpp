#pragma once

#include <functional>
#include <string>

#include "base/error.hpp"
#include "change/plan.hpp"
#include "change/rehearsal.hpp"
#include "change/run.hpp"
#include "change/swap.hpp"
#include "deployment/driver.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::change {

/// What a cutover stands on: a snapshot, and a rehearsal on what was restored from it.
struct Proven {
  snapshot::Snapshot snapshot;
  RehearsalRequest request;  ///< to rehearse again with, if the data changed meanwhile
  Rehearsal rehearsal;
  bool copies = false;         ///< nothing is migrated: what goes in is a copy of what is there
  bool downward = false;       ///< what goes in comes from another snapshot; newer data stays behind
  bool loss_accepted = false;  ///< by name, whatever it is; else what the plan counts, and no more
};

/// The short part: nobody may use the database from here on. The file that goes in is always one that was rehearsed and
/// verified on exactly these bytes; if the data changed since the rehearsal, it is repeated on the updated snapshot.
/// Any failure after the swap reverses it. Errors: "database-in-use" (refused); rolled_back; needs_hand.
[[nodiscard]] Result<void> cut_over(Run& run, deployment::Driver& driver, const Plan& plan, Proven& proven);

/// Errors: "database-in-use" (refused) naming the processes that have the database open.
[[nodiscard]] Result<void> refuse_users(deployment::Driver& driver, const deployment::Deployment& deployment);

/// The same of those that a stop of the program would not end: to be asked before it is stopped for nothing.
[[nodiscard]] Result<void> refuse_strangers(deployment::Driver& driver, const deployment::Deployment& deployment);

/// Swaps under the eyes of the journal: `look` is asked about the new database, once it is in place and still locked,
/// and its answer goes into the record "verified". The caller excludes others from the old file.
[[nodiscard]] Result<void> swap_in(Run& run, const SwapNames& names, const Swap& swap,
                                   const std::function<Result<nlohmann::ordered_json>()>& look);

/// Reverses a swap that was done, journaled. `error` is why; the result is that error with its kind and state set.
[[nodiscard]] Error reverse_because(Run& run, const Swap& swap, Error error);

}  // namespace liftlock::change

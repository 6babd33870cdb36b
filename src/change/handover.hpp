#pragma once

#include <functional>

#include "base/error.hpp"
#include "change/cutover.hpp"
#include "change/plan.hpp"
#include "change/run.hpp"
#include "deployment/driver.hpp"

/// The cutover of a deployment whose program something runs: one instance stops, the data is changed, another one takes
/// its place under its name and has to answer. Whatever fails, the old one runs again on the old data.
namespace liftlock::change {

/// What is done between the stop of the old program and the start of the new one, and what is asked of the data once
/// the new one answers.
struct Between {
  std::function<Result<void>()> change_data;
  std::function<Result<void>()> look;
};

/// From the record "stop" to "verified" and the end of it. The handover is made, or was kept.
/// Errors: rolled_back (all is as it was); cancelled (likewise); needs_hand.
[[nodiscard]] Result<void> hand_over(Run& run, deployment::Driver& driver, const deployment::Handover& handover,
                                     const Between& between);

/// Makes the new instance, journaled, and hands over to it. Errors: also what making it came to, with nothing changed.
[[nodiscard]] Result<void> hand_over_to_new(Run& run, deployment::Driver& driver, deployment::Handover handover,
                                            const Between& between);

/// Undoes what a handover did, as far as it came; repeatable. Returns `error`, why, as rolled_back or needs_hand.
[[nodiscard]] Error undo_handover(Run& run, deployment::Driver& driver, const deployment::Handover& handover,
                                  Error error);

/// The handover that an interrupted run was about; nullopt where it had not come to one.
[[nodiscard]] Result<std::optional<deployment::Handover>> handover_of(const Run& run);

/// Ends one that was interrupted after "start": true where the new program answers and all is right. Errors: why it is
/// not; nothing was undone then.
[[nodiscard]] Result<bool> continue_handover(Run& run, deployment::Driver& driver, const deployment::Handover& handover,
                                             const std::function<Result<void>()>& look);

/// The last thing: what cannot be undone any more is completed. Errors: needs_hand.
[[nodiscard]] Result<void> confirm_handover(Run& run, deployment::Runner& runner, const deployment::Handover& handover);

/// That the database is at this revision (of a database without one: that it can be read).
[[nodiscard]] Result<void> look_at_revision(const deployment::Deployment& deployment, const std::string& revision);

/// That a program left the database where its release leaves it.
[[nodiscard]] Result<void> look_at_database(const deployment::Deployment& deployment, const migration::Head& head);

}  // namespace liftlock::change

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/lock.hpp"
#include "change/change.hpp"
#include "change/journal.hpp"
#include "change/places.hpp"
#include "change/report.hpp"
#include "change/swap.hpp"
#include "deployment/probe.hpp"

/// One run of Liftlock on a deployment, from taking the locks to the last line of its journal.
///
/// The steps in a journal, in their order; data that a later run needs stands in brackets:
///
///     begin      nothing was done yet [command, version, of: the change that a rollback undoes]
///     snapshot   there is a snapshot [folder]
///     rehearsed  the result is in scratch, verified
///     cutover    the snapshot is up to date; the candidate is about to be put beside the database
///     swap       the candidate is about to become the database [the swap]
///     swapped    it is the database, and is about to be looked at
///     verified   it is right; from here on there is no way back but a rollback by hand
///     files      (rollback, downward) the data directory's files are about to be brought back
///     reverse    what was done is about to be reversed
///     done       the report is written [outcome]
///
/// Where something runs the program, it is tried after the rehearsal, and handed over around the cutover:
///
///     trial      the new program is about to be started on a copy [name of what is made for it]
///     tried      it did well, and nothing of that is left
///     make       the new instance is about to be made beside the old one [the handover]
///     stop       it is made; the old one is about to be stopped [the handover]
///     …          cutover, swap, swapped
///     placed     (instead of verified) the database is right
///     start      the new one is about to get the name, and to be started
///     verified   the new one answers, on a database that is right
namespace liftlock::change {

/// The locks of a deployment: nobody else works on it, with this state folder or another.
struct Locks {
  Lock state;
  Lock data;
};
/// Makes the state folder if need be. Errors: "locked".
[[nodiscard]] Result<Locks> take_locks(const deployment::Deployment& deployment, Clock& clock);

/// A run under way. Owns its journal; the locks are the caller's.
struct Run {
  const deployment::Deployment& deployment;
  Context& context;
  Places places;
  Journal journal;
  Report report;
  double started = 0;  ///< monotonic seconds
  /// The program is handed over, too: that a database is in place is "placed", and the change only verified when the
  /// program answers on it.
  bool hands_over = false;
  std::unique_ptr<deployment::Probe> probe = nullptr;  ///< nullptr: nobody is asked
  double gone = 0;  ///< monotonic seconds at which the old program had been stopped; 0: not in this run

  [[nodiscard]] Result<void> note(std::string_view step,
                                  nlohmann::ordered_json data = nlohmann::ordered_json::object());
};

/// Begins a run under a new id: its folder, its journal with the first record.
[[nodiscard]] Result<Run> begin_run(const deployment::Deployment& deployment, Context& context, std::string command,
                                    nlohmann::ordered_json data);
/// Takes up an interrupted run where its journal ends.
[[nodiscard]] Result<Run> take_up_run(const deployment::Deployment& deployment, Context& context,
                                      const std::string& id);

/// Removes what was only for the run, writes the report, and the journal's last record.
[[nodiscard]] Result<void> finish(Run& run, Outcome outcome);

/// The id of the change that was interrupted, if one was. One with a damaged journal is an error.
[[nodiscard]] Result<std::optional<std::string>> unfinished_run(const deployment::Deployment& deployment);
/// Errors: "unfinished-change" (refused) where there is one.
[[nodiscard]] Result<void> refuse_if_unfinished(const deployment::Deployment& deployment, std::string_view doing);

/// The newest change that can still be rolled back.
[[nodiscard]] Result<std::optional<Report>> last_unsettled(const deployment::Deployment& deployment);

/// The last record of this step, if there is one.
[[nodiscard]] const Record* find_record(const Journal& journal, std::string_view step);

/// A swap as it stands in the journal, by ids and roles instead of paths.
struct SwapNames {
  std::string candidate_of;    ///< id of the change whose file goes in
  std::string candidate_role;  ///< "new", "before"
  std::string kept_role;       ///< "before", "after": of this run
};
[[nodiscard]] nlohmann::ordered_json swap_json(const SwapNames& names, const Swap& swap);
[[nodiscard]] Result<Swap> swap_from(const nlohmann::ordered_json& json, const deployment::Deployment& deployment,
                                     const std::string& id);

}  // namespace liftlock::change

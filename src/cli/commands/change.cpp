#include <limits>

#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"

namespace liftlock::cli {

namespace {

Result<change::Request> read(Context& context, const Arguments& arguments) {
  change::Request request = TRY(change_request(context, arguments));
  const std::optional<std::int64_t> keep_days = TRY(arguments.number("--keep-days", 0));
  if (keep_days)
    request.keep_days = static_cast<int>(std::min<std::int64_t>(*keep_days, std::numeric_limits<int>::max()));
  request.accept_loss = arguments.flag("--accept-loss");
  return request;
}

Result<void> run(Context& context, const Arguments& arguments) {
  const change::Request request = TRY(read(context, arguments));
  Session session(context);
  TRY(take_timeout(session, arguments));
  return present(context, session, change::run_change(request, session.story()));
}

}  // namespace

const Command& change_command() {
  static const Command command{
      .name = "change",
      .group = "Change",
      .summary = "Change a deployment to another version, up or down",
      .description =
          "Plans and asks; takes a snapshot and proves it; rehearses the whole change on a copy; swaps the migrated "
          "database in; verifies every row; reports. A failure at any point leaves all as it was.\n\n"
          "Of a container, VERSION is what the registry of its image has, in the same variant; a tag that is not there "
          "is refused before anything else. Where only the image itself tells which release it is (main), it is pulled "
          "before the plan. Where the registry does not answer, the engine's image of that name is taken.\n\n"
          "A container goes on serving until the cutover; the image is pulled meanwhile, and the new program is "
          "started "
          "on a copy of the rehearsed data, without a way to the outside, and has to show some users their chats. Then "
          "the old one is stopped, a new one with the same configuration takes its name and place, and has to answer "
          "in "
          "the new version on the migrated database; if it does not, the old one runs again on the old database. The "
          "old one is kept, stopped, until the change is settled. Of a data directory nobody may use the database "
          "meanwhile: stop Open WebUI first.\n\n"
          "An older version than the deployed one is reached by migrating down, which keeps all that the older version "
          "can hold; or, with --from-snapshot, by a snapshot of that version, which has nothing that was written "
          "since. "
          "Either way, what would be left behind is counted and listed, and left behind only with --accept-loss or a "
          "yes to that question (--yes is not enough). Releases before 0.3.8 are reached by snapshot alone.",
      .arguments = {deployment_argument(), version_argument()},
      .options = {engine_option(),
                  {"--keep-days", "", "N", "How many days the old database is kept for a rollback (7)."},
                  {"--accept-loss", "", "",
                   "For an older version: leave behind what it cannot hold, or the snapshot has not."},
                  from_snapshot_option(),
                  no_trial_option(),
                  timeout_option()},
      .examples = {{"liftlock change open-webui v0.12.4", "The container of that name, while it runs."},
                   {"liftlock change open-webui latest", "To what latest is now; the digest is recorded."},
                   {"liftlock change dir:/srv/open-webui/data 0.12.4", "To 0.12.4, after a yes to the plan."},
                   {"liftlock change dir:/srv/open-webui/data latest --yes --json",
                    "From a script: no question, the report as JSON."}},
      .exit_statuses = {{0, "Changed and verified, or already there."},
                        {1, "Failed; nothing was changed."},
                        {2, "No such deployment or version, or a yes was needed and nobody could be asked."},
                        {3, "Refused by a check, no such tag, or the rehearsal failed; nothing was changed."},
                        {4, "Failed and rolled back: all is as it was."},
                        {5, "Failed and needs a hand: the exact commands are printed."},
                        {6, "Another change holds the lock."},
                        {130, "Cancelled; nothing was changed, or it was rolled back."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli

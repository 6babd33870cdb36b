#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "change/backup.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/session.hpp"

namespace liftlock::cli {

namespace {

struct Options {
  std::string deployment;
  int keep_days;
  bool dry_run;
};

Result<Options> read(const Arguments& arguments) {
  const std::int64_t days = TRY(arguments.number("--keep-days", 0)).value_or(7);
  return Options{.deployment = arguments.required("DEPLOYMENT"),
                 .keep_days = static_cast<int>(std::min<std::int64_t>(days, std::numeric_limits<int>::max())),
                 .dry_run = arguments.flag("--dry-run")};
}

std::string sentence(const std::vector<std::string>& names, bool dry_run) {
  if (names.empty()) return "Nothing to remove.\n";
  std::string text = dry_run ? "These would be removed:\n" : "Removed:\n";
  for (const std::string& name : names) text += fmt::format("  {}\n", name);
  return text;
}

/// What would be removed is shown before it is asked for.
Result<void> agree(Context& context, Session& session, const deployment::Deployment& deployment,
                   const Options& options) {
  const std::vector<std::string> doomed =
      TRY(change::prune_backups(deployment, options.keep_days, true, session.story()));
  if (doomed.empty()) return {};
  context.say(sentence(doomed, true));
  return context.confirm(doomed.size() == 1 ? "Remove this snapshot?"
                                            : fmt::format("Remove these {} snapshots?", doomed.size()));
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Options options = TRY(read(arguments));
  const deployment::Deployment deployment = TRY(find_deployment(options.deployment));
  Session session(context);
  if (!options.dry_run) TRY(agree(context, session, deployment, options));
  const std::vector<std::string> removed =
      TRY(change::prune_backups(deployment, options.keep_days, options.dry_run, session.story()));
  if (context.json()) {
    context.answer_json(Json{{"removed", removed}, {"dry_run", options.dry_run}});
  } else {
    context.answer(sentence(removed, options.dry_run));
  }
  return {};
}

}  // namespace

const Command& prune_command() {
  static const Command command{
      .name = "prune",
      .group = "Snapshots",
      .summary = "Remove snapshots that nothing needs any more",
      .description =
          "Those that no change has needed for some days: a change needs its snapshot until it is settled, and the "
          "days "
          "count from then. The newest whole snapshot is never removed, nor a damaged or a pinned one.",
      .arguments = {deployment_argument()},
      .options = {{"--keep-days", "", "N", "How many days they are kept (7)."},
                  {"--dry-run", "", "", "Only say what would be removed."}},
      .examples = {{"liftlock prune dir:/srv/open-webui/data --dry-run", "See what would go."},
                   {"liftlock prune dir:/srv/open-webui/data --keep-days 30 --yes", "For a timer."}},
      .exit_statuses = {{0, "Done, or nothing to remove."},
                        {1, "Failed."},
                        {2, "No such deployment, or a yes was needed and nobody could be asked."},
                        {3, "A change was interrupted: resume it first."},
                        {6, "Another change holds the lock."},
                        {130, "Cancelled; nothing was changed."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli

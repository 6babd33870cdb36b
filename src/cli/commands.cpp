#include <vector>

#include "cli/command.hpp"
#include "cli/commands/all.hpp"

namespace liftlock::cli {

std::span<const Command* const> commands() {
  static const std::vector<const Command*> table{
      &menu_command(),        &status_command(),       &plan_command(),        &history_command(),
      &versions_command(),    &logs_command(),         &doctor_command(),      &change_command(),
      &rehearse_command(),    &rollback_command(),     &resume_command(),      &settle_command(),
      &backup_command(),      &backups_command(),      &verify_command(),      &restore_command(),
      &prune_command(),       &db_current_command(),   &db_heads_command(),    &db_history_command(),
      &db_branches_command(), &db_show_command(),      &db_revision_command(), &db_merge_command(),
      &db_upgrade_command(),  &db_downgrade_command(), &db_stamp_command(),    &db_ensure_version_command(),
      &db_check_command(),    &db_diff_command(),      &completion_command(),  &man_command(),
      &help_command(),
  };
  return table;
}

const Command* find_command(std::string_view name) {
  for (const Command* command : commands()) {
    if (command->name == name) return command;
  }
  return nullptr;
}

std::span<const Option> global_options() {
  static const std::vector<Option> options{
      {"--json", "", "", "The answer as one JSON object on stdout, errors too; progress as JSON lines on stderr."},
      {"--yes", "-y", "", "Do not ask: the answer to every question is yes."},
      {"--no-input", "", "", "Never ask: what would need a yes is refused. Without a terminal this is always so."},
      {"--quiet", "-q", "", "No progress and no talk; the answer and errors only."},
      {"--verbose", "-v", "", "More detail."},
      {"--no-color", "", "", "No colours. NO_COLOR and TERM=dumb are respected, too."},
      {"--config", "", "FILE", "Read the configuration from there, and nowhere else.", Completes::file},
      {"--help", "-h", "", "Explain the command."},
      {"--version", "-V", "", "Print the version of Liftlock."},
  };
  return options;
}

std::span<const ExitStatus> all_exit_statuses() {
  static const std::vector<ExitStatus> statuses{
      {0, "Done, or already there."},
      {1, "Failed; nothing was changed."},
      {2, "The command line makes no sense, or a yes was needed and nobody could be asked."},
      {3, "Refused by a check; nothing was changed."},
      {4, "Failed and rolled back: all is as it was."},
      {5, "Failed and needs a hand: the exact commands are printed."},
      {6, "Another change holds the lock."},
      {130, "Cancelled; nothing was changed, or it was rolled back."},
  };
  return statuses;
}

}  // namespace liftlock::cli

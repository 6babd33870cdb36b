#pragma once

#include "cli/command.hpp"

/// The entries of the table of commands, each with its options and its run function in a file of its own.
namespace liftlock::cli {

[[nodiscard]] const Command& status_command();
[[nodiscard]] const Command& plan_command();
[[nodiscard]] const Command& rehearse_command();
[[nodiscard]] const Command& change_command();
[[nodiscard]] const Command& rollback_command();
[[nodiscard]] const Command& resume_command();
[[nodiscard]] const Command& settle_command();
[[nodiscard]] const Command& history_command();
[[nodiscard]] const Command& backup_command();
[[nodiscard]] const Command& backups_command();
[[nodiscard]] const Command& verify_command();
[[nodiscard]] const Command& restore_command();
[[nodiscard]] const Command& prune_command();
[[nodiscard]] const Command& versions_command();
[[nodiscard]] const Command& logs_command();
[[nodiscard]] const Command& doctor_command();
[[nodiscard]] const Command& menu_command();
[[nodiscard]] const Command& db_current_command();
[[nodiscard]] const Command& db_heads_command();
[[nodiscard]] const Command& db_branches_command();
[[nodiscard]] const Command& db_show_command();
[[nodiscard]] const Command& db_history_command();
[[nodiscard]] const Command& db_revision_command();
[[nodiscard]] const Command& db_merge_command();
[[nodiscard]] const Command& db_upgrade_command();
[[nodiscard]] const Command& db_downgrade_command();
[[nodiscard]] const Command& db_stamp_command();
[[nodiscard]] const Command& db_ensure_version_command();
[[nodiscard]] const Command& db_check_command();
[[nodiscard]] const Command& db_diff_command();
[[nodiscard]] const Command& help_command();
[[nodiscard]] const Command& completion_command();
[[nodiscard]] const Command& man_command();

}  // namespace liftlock::cli

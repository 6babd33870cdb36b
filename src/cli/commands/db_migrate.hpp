#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "change/database_upgrade.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"
#include "migration/script/revision_map.hpp"

/// What `db upgrade` and `db downgrade` share.
namespace liftlock::cli {

enum class Way { up, down };

/// "base" for the empty revision.
[[nodiscard]] std::string name_of_revision(const std::string& revision);

/// The id that `name` means from `current` (both empty at the base) on a chain that is the one compiled in, or part of
/// it. Errors: those of migration/script/lookup.hpp; "revision-unknown" also where `current` is none of this chain;
/// "target-older", "target-newer": it lies behind.
[[nodiscard]] Result<std::string> target_of(Way way, const migration::script::RevisionMap& chain,
                                            const std::string& name, const std::string& current);

/// One sentence each.
[[nodiscard]] std::vector<std::string> lines_of(const std::vector<migration::DownwardLoss>& losses);

/// Where values of a PostgreSQL database are kept that had to go: it has no folder of its own.
[[nodiscard]] Result<std::filesystem::path> quarantine_folder();

/// The table entry of `--no-keep`.
[[nodiscard]] Option no_keep_option();

/// Obeys --no-keep, then answers as text or JSON.
[[nodiscard]] Result<void> present(Context& context, const Arguments& arguments, Way way, change::DatabaseUpgrade done);

}  // namespace liftlock::cli

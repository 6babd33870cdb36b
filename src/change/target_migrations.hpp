#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "change/plan.hpp"
#include "deployment/runner.hpp"
#include "release/catalogue.hpp"
#include "release/program_chain.hpp"

/// The migrations that a change's new program brings, read from the program itself before anything depends on them.
namespace liftlock::change {

/// Those of a program that is here. nullopt: it has none where they are looked for. Errors: "script-unreadable" and
/// those of release::read_chain (refused), and those of Runner::migrations.
[[nodiscard]] Result<std::optional<release::ProgramChain>> read_migrations(deployment::Runner& runner,
                                                                           const deployment::Target& target);

/// What release a program is that is not in the catalogue: one whose known migrations end where these do.
[[nodiscard]] release::Release release_of(const release::Version& version, const release::ProgramChain& chain);

/// Puts the migrations of the plan's program, which was fetched, into the plan. Errors: those of read_migrations;
/// "migrations-differ" (refused) where they are not those of the release, which the catalogue knows.
[[nodiscard]] Result<void> put_migrations(Plan& plan, deployment::Runner& runner);

/// "Read from the image: 66 migrations, up to 0bd252b206fb.", or that none were found.
[[nodiscard]] std::string describe_migrations(const Plan& plan);

}  // namespace liftlock::change

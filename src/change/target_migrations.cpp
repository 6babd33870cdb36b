#include "change/target_migrations.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <utility>

#include "release/catalogue.hpp"

namespace liftlock::change {

namespace {

using release::ProgramChain;

/// A release that is known has all its migrations in the catalogue.
std::unexpected<Error> refuse_tail(const ProgramChain& chain, const deployment::Target& target) {
  return refusal("migrations-differ", fmt::format("Reading the migrations of {}", target.name),
                 fmt::format("It brings what {} as it was published did not: {}. It is another program.",
                             target.version, fmt::join(titles_of_tail(chain), ", ")),
                 "Choose an image as Open WebUI publishes it.");
}

/// A script that cannot be read is the image's fault; all else is the engine's.
Error as_refusal(Error error, const deployment::Target& target) {
  if (error.id != "script-unreadable") return error;
  return refusal("script-unreadable", fmt::format("Reading the migrations of {}", target.name),
                 fmt::format("{}: {}", error.doing, error.what), "Choose an image as Open WebUI publishes it.")
      .error();
}

}  // namespace

Result<std::optional<ProgramChain>> read_migrations(deployment::Runner& runner, const deployment::Target& target) {
  auto scripts = runner.migrations(target);
  if (!scripts) return std::unexpected(as_refusal(std::move(scripts).error(), target));
  if (scripts->empty()) return std::nullopt;
  auto chain = TRY(release::read_chain(*std::move(scripts), fmt::format("the image {}", target.name)));
  return chain;
}

release::Release release_of(const release::Version& version, const ProgramChain& chain) {
  const auto same = release::releases_with_head(chain.known_head);
  if (!same.empty()) return {version, same.back()->head};
  const release::Release* before = release::last_before(version);
  return {version, {before != nullptr ? before->head.peewee_migrations : 0, chain.known_head}};
}

Result<void> put_migrations(Plan& plan, deployment::Runner& runner) {
  const deployment::Target& target = *plan.program;
  if (plan.migrations) return {};
  plan.migrations = TRY(read_migrations(runner, target));
  if (!plan.migrations) return {};
  if (plan.has_tail()) return refuse_tail(*plan.migrations, target);
  if (plan.migrations->head == plan.head.revision) return {};
  return refusal("migrations-differ", fmt::format("Reading the migrations of {}", target.name),
                 fmt::format("They end at {}, and those of {} as it was published {}: it is another program.",
                             plan.migrations->head, plan.target_release,
                             plan.head.revision.empty() ? "do not exist" : "at " + plan.head.revision),
                 "Choose an image as Open WebUI publishes it.");
}

std::string describe_migrations(const Plan& plan) {
  if (plan.migrations) {
    return fmt::format("Read from the image: {} migrations, up to {}.", plan.migrations->revisions,
                       plan.migrations->head);
  }
  return fmt::format("No migrations were found in the image; those of {} as it was published count.",
                     plan.target_release);
}

}  // namespace liftlock::change

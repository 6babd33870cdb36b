#include "change/plan_target.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "change/target_migrations.hpp"
#include "registry/tag.hpp"

namespace liftlock::change {

namespace {

Result<release::Release> known_release(const std::string& version) {
  if (const release::Release* release = release::find(version)) return *release;
  return std::unexpected(
      Error{ErrorKind::usage, "version-unknown", fmt::format("Looking for the version \"{}\"", version),
            "No release of Open WebUI that this program knows is called that.", "Nothing was changed.",
            fmt::format("Did you mean {}? To see all:\n    liftlock versions",
                        fmt::join(release::near_matches(version), ", "))});
}

std::unexpected<Error> release_newer(const deployment::Target& program) {
  return refusal("release-newer", fmt::format("Looking at the program of {}", program.name),
                 fmt::format("It is Open WebUI {}, which this Liftlock does not know: the newest release that it knows "
                             "is {}. The migrations of others are read from their images, and there are no migration "
                             "scripts in this one where others have them. So it cannot tell what would become of the "
                             "data.",
                             program.version, release::to_string(release::latest().version)),
                 "A newer Liftlock may know it. To see what this one knows:\n    liftlock versions --known");
}

/// By what the program brings, where it is here.
Result<void> put_unknown_release(PlanTarget& target, deployment::Runner& runner, const PlanOptions& options) {
  deployment::Target& program = *target.program;
  const auto version = release::Version::parse(program.version);
  if (!version) return release_newer(program);
  if (program.id.empty() && options.bring) TRY(options.bring(runner, program));
  if (program.id.empty()) return {};
  target.migrations = TRY(read_migrations(runner, program));
  if (!target.migrations) return release_newer(program);
  target.release = release_of(*version, *target.migrations);
  return {};
}

Result<PlanTarget> find_release(const std::string& wanted, const std::string& pin) {
  const release::Release release = TRY(known_release(wanted));
  if (!registry::pin_allows(pin, registry::read_tag(wanted), release.version))
    return registry::pinned(pin, release.version, fmt::format("Looking for the version \"{}\"", wanted));
  return PlanTarget{release, std::nullopt, std::nullopt};
}

}  // namespace

Result<PlanTarget> find_target(deployment::Driver& driver, const std::string& wanted, const PlanOptions& options) {
  deployment::Runner* runner = driver.runner();
  if (runner == nullptr) return find_release(wanted, options.pin);
  PlanTarget target;
  target.program = TRY(runner->resolve({wanted, options.pin}));
  if (target.program->version.empty() && options.bring) TRY(options.bring(*runner, *target.program));
  if (target.program->version.empty()) return target;
  const release::Release* known = release::find(target.program->version);
  if (known == nullptr)
    TRY(put_unknown_release(target, *runner, options));
  else
    target.release = *known;
  return target;
}

}  // namespace liftlock::change

#pragma once

#include <filesystem>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "change/doctor/finding.hpp"
#include "deployment/deployment.hpp"
#include "deployment/platform.hpp"

/// What is wrong with a deployment, or will be: nothing is changed, and no change need be planned.
namespace liftlock::change::doctor {

struct Examination {
  std::string address;
  Findings findings;  ///< the gravest first; what is fine last
  [[nodiscard]] Severity worst() const;
};

/// What keeps a check from looking is a finding, too.
[[nodiscard]] Examination examine(const deployment::Deployment& deployment, Clock& clock, Progress& progress);

/// The instance `name` of a platform, whose changes and snapshots are those under `home`. Error: "instance-unknown"
/// (usage).
[[nodiscard]] Result<Examination> examine(deployment::Platform& platform, const std::string& name,
                                          const std::filesystem::path& home, Clock& clock, Progress& progress);

/// Of what cannot even be reached.
[[nodiscard]] Examination not_examined(const std::string& address, const Error& error);

}  // namespace liftlock::change::doctor

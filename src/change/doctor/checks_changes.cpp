// Changes and snapshots.

#include <chrono>

#include "base/format.hpp"
#include "change/doctor/checks.hpp"
#include "change/doctor/texts.hpp"

namespace liftlock::change::doctor {

Result<Findings> check_changes(const Patient& patient) {
  Findings findings;
  hazard::Blanks blanks = {{"address", patient.address}};
  if (patient.unfinished_change) {
    blanks.emplace_back("change", *patient.unfinished_change);
    return Findings{wrong("change-unfinished", blanks)};
  }
  findings.push_back(fine("change-unfinished"));
  if (patient.unsettled_change) {
    blanks.emplace_back("change", *patient.unsettled_change);
    findings.push_back(wrong("change-unsettled", blanks));
  }
  return findings;
}

Result<Findings> check_snapshots(const Patient& patient) {
  constexpr std::int64_t old_seconds = 7 * 86'400;
  Findings findings;
  const snapshot::Snapshot* newest = nullptr;
  for (const snapshot::Listed& listed : patient.snapshots) {
    if (listed.snapshot)
      newest = &*listed.snapshot;
    else
      findings.push_back(
          wrong("snapshot-damaged", {{"snapshot", listed.folder.string()}, {"what", listed.snapshot.error().what}}));
  }
  hazard::Blanks blanks = {{"address", patient.address}};
  if (newest == nullptr) {
    findings.push_back(wrong("snapshot-missing", blanks));
    return findings;
  }
  const std::int64_t age = std::max<std::int64_t>(0, patient.clock->seconds() - newest->manifest.created);
  blanks.emplace_back("age", format_duration(std::chrono::seconds(age)));
  blanks.emplace_back("snapshot", newest->name());
  findings.push_back(age > old_seconds ? wrong("snapshot-old", blanks) : fine("snapshot-missing", blanks));
  return findings;
}

}  // namespace liftlock::change::doctor

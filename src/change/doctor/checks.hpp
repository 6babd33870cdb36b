#pragma once

#include "base/error.hpp"
#include "change/doctor/finding.hpp"
#include "change/doctor/patient.hpp"

/// The single things that the doctor looks at. Each says nothing where it does not apply; an Error means that it could
/// not be looked at. None changes anything.
namespace liftlock::change::doctor {

using Check = Result<Findings> (*)(const Patient& patient);

// What runs it
[[nodiscard]] Result<Findings> check_running(const Patient& patient);
[[nodiscard]] Result<Findings> check_restart_policy(const Patient& patient);
[[nodiscard]] Result<Findings> check_image(const Patient& patient);
[[nodiscard]] Result<Findings> check_updaters(const Patient& patient);

// Where its things are
[[nodiscard]] Result<Findings> check_mounts(const Patient& patient);
[[nodiscard]] Result<Findings> check_secret_key(const Patient& patient);
[[nodiscard]] Result<Findings> check_fitness(const Patient& patient);
[[nodiscard]] Result<Findings> check_writable(const Patient& patient);
[[nodiscard]] Result<Findings> check_space(const Patient& patient);

// Its database
[[nodiscard]] Result<Findings> check_readable(const Patient& patient);
[[nodiscard]] Result<Findings> check_integrity(const Patient& patient);
[[nodiscard]] Result<Findings> check_schema(const Patient& patient);
/// What the hazards say that do not need a change to be dangers.
[[nodiscard]] Result<Findings> check_hazards(const Patient& patient);
[[nodiscard]] Result<Findings> check_release(const Patient& patient);

// Changes and snapshots
[[nodiscard]] Result<Findings> check_changes(const Patient& patient);
[[nodiscard]] Result<Findings> check_snapshots(const Patient& patient);

}  // namespace liftlock::change::doctor

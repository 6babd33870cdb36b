// Its database.

#include <fmt/core.h>

#include "base/format.hpp"
#include "change/doctor/checks.hpp"
#include "change/doctor/texts.hpp"
#include "change/swap.hpp"
#include "change/verification/checks.hpp"
#include "database/sqlite_schema.hpp"
#include "hazard/harmful_releases.hpp"
#include "hazard/registry.hpp"
#include "migration/drift.hpp"
#include "release/catalogue.hpp"

namespace liftlock::change::doctor {

namespace {

/// A database of Open WebUI at a revision that this program knows.
bool is_known(const Patient& patient) {
  return patient.state && !patient.state->foreign && patient.state->known_revision &&
         patient.state->lineage != migration::Lineage::none;
}

std::string revision_of(const migration::DatabaseState& state) {
  return state.revision.empty() ? fmt::format("Peewee {}", state.peewee_migrations) : state.revision;
}

Severity severity_of(hazard::Severity severity) {
  switch (severity) {
    case hazard::Severity::note:
      return Severity::note;
    case hazard::Severity::warning:
      return Severity::warning;
    case hazard::Severity::blocks:
      break;
  }
  return Severity::serious;
}

/// The release that runs, else the newest that the database may come from, else the newest of all.
const release::Release& present_release(const Patient& patient) {
  const release::Release* release = patient.program ? release::find(*patient.program) : nullptr;
  if (release == nullptr && !patient.releases.empty()) release = release::find(patient.releases.back());
  return release != nullptr ? *release : release::latest();
}

}  // namespace

Result<Findings> check_readable(const Patient& patient) {
  // What is no file, or not there yet, makes it unfit, which has been said.
  if (!patient.unread || (patient.status && patient.unfit)) return Findings{};
  return Findings{wrong("database-unreadable", {{"what", patient.unread->what}, {"next", patient.unread->next}})};
}

Result<Findings> check_integrity(const Patient& patient) {
  if (!patient.database) return Findings{};
  auto connection = TRY(open_to_look(*patient.database));
  const auto intact = verification::check_integrity(connection, *patient.progress);
  if (intact && intact->ok) return Findings{fine("database-damaged")};
  if (!intact && intact.error().id != "database-corrupt") return std::unexpected(intact.error());
  return Findings{wrong("database-damaged", {{"complaint", intact ? intact->detail : intact.error().what},
                                             {"address", patient.address},
                                             {"database", patient.database->string()}})};
}

Result<Findings> check_schema(const Patient& patient) {
  if (!patient.database || !is_known(patient) || !patient.state->leftovers.empty()) return Findings{};
  auto connection = TRY(open_to_look(*patient.database));
  migration::SqliteChain chain;
  const database::Schema schema = TRY(database::read_schema(connection));
  const auto drift = TRY(migration::find_drift(schema, *patient.state, chain));
  const auto count = static_cast<std::int64_t>(drift.differences.size());
  const hazard::Blanks blanks = {{"revision", revision_of(*patient.state)},
                                 {"count", format_count(count, "difference", "differences")},
                                 {"url", "sqlite:///" + patient.database->string()}};
  return Findings{count == 0 ? fine("schema-drift", blanks) : wrong("schema-drift", blanks)};
}

Result<Findings> check_hazards(const Patient& patient) {
  if (!patient.database || !patient.state) return Findings{};
  auto connection = TRY(open_to_look(*patient.database));
  hazard::Situation situation;
  situation.address = patient.address;
  situation.state = *patient.state;
  situation.target = &present_release(patient);
  situation.database = &connection;
  situation.schema = TRY(database::read_schema(connection));
  situation.database_file = *patient.database;
  situation.data_directory = patient.database->parent_path();
  situation.program_version = patient.program;
  Findings findings;
  for (const auto& hazard : TRY(hazard::find_hazards(situation, hazard::all_checks()))) {
    findings.push_back({hazard.id, severity_of(hazard.severity), hazard.title, hazard.meaning, hazard.solution});
  }
  return findings;
}

Result<Findings> check_release(const Patient& patient) {
  const release::Release* program = patient.program ? release::find(*patient.program) : nullptr;
  if (program == nullptr || !is_known(patient)) return Findings{};
  const migration::Head now{patient.state->peewee_migrations, patient.state->revision};
  const auto way = release::direction(now, program->head);
  const hazard::Blanks blanks = {{"version", release::to_string(program->version)},
                                 {"revision", revision_of(*patient.state)},
                                 {"origin", release::describe_origin(*patient.state)},
                                 {"newest", patient.releases.empty() ? "latest" : patient.releases.back()},
                                 {"address", patient.address}};
  Findings findings;
  if (way && *way < 0) findings.push_back(wrong("program-older-than-database", blanks));
  if (way && *way > 0) findings.push_back(wrong("database-behind-program", blanks));
  if (way && *way == 0) findings.push_back(fine("program-older-than-database", blanks));
  if (hazard::is_harmful(program->version)) findings.push_back(wrong("release-harmful", blanks));
  return findings;
}

}  // namespace liftlock::change::doctor

#include "change/report.hpp"

#include <fmt/core.h>

#include <array>

#include "base/file.hpp"
#include "change/notes.hpp"

namespace liftlock::change {

using Json = nlohmann::ordered_json;

namespace {

constexpr int format_version = 1;

constexpr std::array<std::pair<Outcome, std::string_view>, 7> outcomes = {{
    {Outcome::unfinished, "unfinished"},
    {Outcome::already_there, "already-there"},
    {Outcome::rehearsed, "rehearsed"},
    {Outcome::changed, "changed"},
    {Outcome::settled, "settled"},
    {Outcome::undone, "undone"},
    {Outcome::rolled_back, "rolled-back"},
}};

Json paths_json(const std::vector<std::filesystem::path>& paths) {
  Json json = Json::array();
  for (const auto& path : paths) json.push_back(path.string());
  return json;
}

std::vector<std::filesystem::path> paths_from(const Json& json) {
  std::vector<std::filesystem::path> paths;
  for (const Json& path : json) paths.emplace_back(path.get<std::string>());
  return paths;
}

Json to_json(const SnapshotFigures& figures) {
  return {{"path", figures.path.string()},
          {"bytes", figures.bytes},
          {"data_bytes", figures.data_bytes},
          {"seconds", figures.seconds}};
}

Json to_json(const RehearsalFigures& figures) {
  return {{"restore_seconds", figures.restore_seconds},
          {"migrate_seconds", figures.migrate_seconds},
          {"verify_seconds", figures.verify_seconds},
          {"peak_memory_bytes", figures.peak_memory_bytes},
          {"peak_disk_bytes", figures.peak_disk_bytes},
          {"database_bytes_before", figures.database_bytes_before},
          {"database_bytes_after", figures.database_bytes_after}};
}

Json to_json(const TrialFigures& figures) {
  return {{"done", figures.skipped.empty()},
          {"skipped", figures.skipped},
          {"start_seconds", figures.start_seconds},
          {"stop_seconds", figures.stop_seconds},
          {"downtime_seconds", figures.downtime_seconds},
          {"memory_bytes", figures.memory_bytes},
          {"disk_bytes", figures.disk_bytes},
          {"users", figures.users},
          {"chats_listed", figures.chats_listed},
          {"chats_opened", figures.chats_opened},
          {"not_asked", figures.not_asked}};
}

TrialFigures trial_from(const Json& json) {
  return {json.value("skipped", ""),
          json.value("start_seconds", 0.0),
          json.value("stop_seconds", 0.0),
          json.value("downtime_seconds", 0.0),
          json.value("memory_bytes", std::int64_t{0}),
          json.value("disk_bytes", std::int64_t{0}),
          json.value("users", 0),
          json.value("chats_listed", std::int64_t{0}),
          json.value("chats_opened", std::int64_t{0}),
          json.value("not_asked", "")};
}

Json to_json(const std::vector<Loss>& losses) {
  Json json = Json::array();
  for (const Loss& loss : losses) {
    json.push_back({{"table", loss.table}, {"added", loss.added}, {"changed", loss.changed}});
  }
  return json;
}

Json to_json(const ProgramFigures& figures) {
  const deployment::Target& target = figures.target;
  return {{"from", {{"image", target.deployed_name}, {"id", target.deployed_id}}},
          {"to", {{"image", target.name}, {"digest", target.digest}, {"id", target.id}, {"digests", target.digests}}},
          {"wanted", target.wanted},
          {"version", target.version},
          {"registry_error", target.registry_error},
          {"downtime_seconds", figures.downtime_seconds},
          {"probed", figures.probed},
          {"longest_silence_seconds", figures.longest_silence_seconds},
          {"answered_from", figures.answered_from},
          {"answered_version", figures.answered_version}};
}

ProgramFigures program_from(const Json& json) {
  ProgramFigures figures;
  figures.target.version = json.value("version", "");
  figures.target.name = json.at("to").value("image", "");
  figures.target.digest = json.at("to").value("digest", "");
  figures.target.id = json.at("to").value("id", "");
  figures.target.wanted = json.value("wanted", "");
  figures.target.registry_error = json.value("registry_error", "");
  figures.target.digests = json.at("to").value("digests", std::vector<std::string>{});
  figures.target.deployed_name = json.at("from").value("image", "");
  figures.target.deployed_id = json.at("from").value("id", "");
  figures.downtime_seconds = json.value("downtime_seconds", 0.0);
  figures.probed = json.value("probed", false);
  figures.longest_silence_seconds = json.value("longest_silence_seconds", 0.0);
  figures.answered_from = json.value("answered_from", "");
  figures.answered_version = json.value("answered_version", "");
  return figures;
}

Json kept_json(const std::vector<deployment::Kept>& instances) {
  Json json = Json::array();
  for (const auto& kept : instances) json.push_back(deployment::to_json(kept));
  return json;
}

SnapshotFigures snapshot_from(const Json& json) {
  return {json.value("path", ""), json.value("bytes", std::int64_t{0}), json.value("data_bytes", std::int64_t{0}),
          json.value("seconds", 0.0)};
}

RehearsalFigures rehearsal_from(const Json& json) {
  return {json.value("restore_seconds", 0.0),
          json.value("migrate_seconds", 0.0),
          json.value("verify_seconds", 0.0),
          json.value("peak_memory_bytes", std::int64_t{0}),
          json.value("peak_disk_bytes", std::int64_t{0}),
          json.value("database_bytes_before", std::int64_t{0}),
          json.value("database_bytes_after", std::int64_t{0})};
}

bool present(const Json& json, const char* name) { return json.contains(name) && !json.at(name).is_null(); }

Report report_from(const Json& json) {
  Report report;
  report.id = json.value("id", "");
  report.command = json.value("command", "");
  report.outcome = outcome_named(json.value("outcome", "")).value_or(Outcome::unfinished);
  report.address = json.value("deployment", "");
  report.from_releases = json.at("from").value("releases", std::vector<std::string>{});
  report.from_revision = json.at("from").value("revision", "");
  report.to_release = json.at("to").value("release", "");
  report.to_revision = json.at("to").value("revision", "");
  report.started_at = json.value("started_at", "");
  report.finished_at = json.value("finished_at", "");
  report.plan = json.value("plan", Json(nullptr));
  if (present(json, "snapshot")) report.snapshot = snapshot_from(json["snapshot"]);
  if (present(json, "rehearsal")) report.rehearsal = rehearsal_from(json["rehearsal"]);
  if (present(json, "trial")) report.trial = trial_from(json["trial"]);
  if (present(json, "cutover")) {
    report.cutover = {json["cutover"].value("seconds", 0.0), json["cutover"].value("used_rehearsed", false)};
  }
  if (present(json, "program")) report.program = program_from(json["program"]);
  if (present(json, "verification")) report.verification = verification_from_json(json["verification"]);
  report.notes = notes_from_json(json.value("notes", Json::array()));
  report.quarantined = json.at("quarantine").value("count", std::int64_t{0});
  report.quarantine_file = json.at("quarantine").value("file", "");
  for (const Json& loss : json.value("losses", Json::array())) {
    report.losses.push_back(
        {loss.value("table", ""), loss.value("added", std::int64_t{0}), loss.value("changed", std::int64_t{0})});
  }
  report.kept_files = paths_from(json.value("kept_files", Json::array()));
  for (const Json& kept : json.value("kept_instances", Json::array()))
    report.kept_instances.push_back(deployment::kept_from(kept));
  report.log_file = json.value("log_file", "");
  report.restored_files = paths_from(json.value("restored_files", Json::array()));
  report.failure = json.value("failure", "");
  report.next = json.value("next", std::vector<std::string>{});
  return report;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  for (const auto& [known, name] : outcomes) {
    if (known == outcome) return name;
  }
  return "unfinished";
}

std::optional<Outcome> outcome_named(std::string_view name) {
  for (const auto& [outcome, known] : outcomes) {
    if (known == name) return outcome;
  }
  return std::nullopt;
}

Json to_json(const Report& report) {
  Json json;
  json["format"] = format_version;
  json["id"] = report.id;
  json["command"] = report.command;
  json["outcome"] = name_of(report.outcome);
  json["deployment"] = report.address;
  json["from"] = {{"releases", report.from_releases}, {"revision", report.from_revision}};
  json["to"] = {{"release", report.to_release}, {"revision", report.to_revision}};
  json["started_at"] = report.started_at;
  json["finished_at"] = report.finished_at;
  json["failure"] = report.failure;
  json["snapshot"] = report.snapshot ? to_json(*report.snapshot) : Json(nullptr);
  json["rehearsal"] = report.rehearsal ? to_json(*report.rehearsal) : Json(nullptr);
  json["trial"] = report.trial ? to_json(*report.trial) : Json(nullptr);
  json["cutover"] = report.cutover
                        ? Json{{"seconds", report.cutover->seconds}, {"used_rehearsed", report.cutover->used_rehearsed}}
                        : Json(nullptr);
  json["program"] = report.program ? to_json(*report.program) : Json(nullptr);
  json["verification"] = report.verification ? to_json(*report.verification) : Json(nullptr);
  json["notes"] = to_json(report.notes);
  json["quarantine"] = {{"count", report.quarantined}, {"file", report.quarantine_file.string()}};
  json["losses"] = to_json(report.losses);
  json["kept_files"] = paths_json(report.kept_files);
  json["kept_instances"] = kept_json(report.kept_instances);
  json["log_file"] = report.log_file.string();
  json["restored_files"] = paths_json(report.restored_files);
  json["next"] = report.next;
  json["plan"] = report.plan;
  json["file"] = report.file.string();
  return json;
}

Result<Report> report_from_json(const Json& json) {
  const std::string doing = "Reading a report";
  if (!json.is_object()) return failure("report-unreadable", doing, "It is not a JSON object.");
  try {
    return report_from(json);
  } catch (const Json::exception& exception) {
    return failure("report-unreadable", doing, exception.what());
  }
}

Result<Report> read_report(const std::filesystem::path& file) {
  const std::string content = TRY(file::read(file));
  const Json json = Json::parse(content, nullptr, false);
  auto report = report_from_json(json);
  if (report)
    report->file = file;
  else
    report.error().doing = fmt::format("Reading the report {}", file.string());
  return report;
}

Result<void> write_report(const Report& report) {
  return file::write_durably(report.file, to_json(report).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace liftlock::change

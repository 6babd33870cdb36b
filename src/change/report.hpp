#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "change/verification.hpp"
#include "deployment/handover.hpp"
#include "migration/environment.hpp"

namespace liftlock::change {

/// How a change stands or ended. The names are those in report.json.
enum class Outcome {
  unfinished,     ///< "unfinished": interrupted; `liftlock resume` ends it
  already_there,  ///< "already-there": nothing to do
  rehearsed,      ///< "rehearsed": only the rehearsal was asked for, and it went well
  changed,        ///< "changed": verified; the old database is kept until settled
  settled,        ///< "settled": changed, and the old database is no longer kept
  undone,         ///< "undone": it failed or was interrupted; all is as it was
  rolled_back     ///< "rolled-back": changed, then brought back by hand
};
[[nodiscard]] std::string_view name_of(Outcome outcome);
[[nodiscard]] std::optional<Outcome> outcome_named(std::string_view name);

/// Rows of a table that would be, or were, left behind by going back.
struct Loss {
  std::string table;
  std::int64_t added = 0;    ///< rows that are not in what is gone back to
  std::int64_t changed = 0;  ///< rows that are newer than in what is gone back to, as far as their times show
};

struct SnapshotFigures {
  std::filesystem::path path;
  std::int64_t bytes = 0;       ///< on disk
  std::int64_t data_bytes = 0;  ///< of what it holds
  double seconds = 0;
};

struct RehearsalFigures {
  double restore_seconds = 0;
  double migrate_seconds = 0;
  double verify_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
  std::int64_t peak_disk_bytes = 0;
  std::int64_t database_bytes_before = 0;
  std::int64_t database_bytes_after = 0;
};

struct CutoverFigures {
  double seconds = 0;           ///< from the lock on the database to its release
  bool used_rehearsed = false;  ///< the rehearsed, verified file went in, because the data had not changed since
};

/// How the new program did on a copy of the data, before anything was stopped.
struct TrialFigures {
  std::string skipped = {};       ///< why there was none; else empty
  double start_seconds = 0;       ///< from the order to start to the first good answer
  double stop_seconds = 0;        ///< of that same program
  double downtime_seconds = 0;    ///< predicted from these and the data's own part
  std::int64_t memory_bytes = 0;  ///< at most; 0 where nobody tells
  std::int64_t disk_bytes = 0;    ///< by which it made its data grow
  int users = 0;                  ///< who were asked for their chats
  std::int64_t chats_listed = 0;
  std::int64_t chats_opened = 0;
  std::string not_asked = {};  ///< why nobody, or not everybody, could be asked; else empty
};

/// The program that a change brought, where something runs it.
struct ProgramFigures {
  deployment::Target target;
  double downtime_seconds = 0;  ///< nobody could use the old one any more, nor yet the one that runs now
  bool probed = false;  ///< that is what somebody found who asked all the while; false: from the stop's order on
  double longest_silence_seconds = 0;  ///< between two answers before that, while the change was prepared
  std::string answered_from = {};      ///< who was asked; empty where it came to no answer
  std::string answered_version = {};   ///< what it said
};

/// All that is to be said about a change, a rehearsal, a rollback or a resume.
struct Report {
  std::string id;       ///< of the change: "0003-20261121-104526"; the number counts, whatever the clock says
  std::string command;  ///< "change", "rehearse", "rollback", "resume"
  Outcome outcome = Outcome::unfinished;
  std::string address;
  std::vector<std::string> from_releases;
  std::string from_revision;
  std::string to_release;
  std::string to_revision;
  std::string started_at;  ///< ISO times
  std::string finished_at;
  nlohmann::ordered_json plan;  ///< as Plan's to_json; null where there was none
  std::optional<SnapshotFigures> snapshot;
  std::optional<RehearsalFigures> rehearsal;
  std::optional<TrialFigures> trial;
  std::optional<CutoverFigures> cutover;
  std::optional<ProgramFigures> program;
  std::optional<Verification> verification;
  std::vector<migration::Note> notes;
  std::int64_t quarantined = 0;
  std::filesystem::path quarantine_file;              ///< empty where nothing was quarantined
  std::vector<Loss> losses;                           ///< what going back left behind
  std::vector<std::filesystem::path> kept_files;      ///< the old (or rolled-back) database and what was moved aside
  std::vector<deployment::Kept> kept_instances;       ///< the old one, or the one that failed; stopped
  std::filesystem::path log_file;                     ///< what the one that failed wrote; empty where none did
  std::vector<std::filesystem::path> restored_files;  ///< taken from the snapshot
  std::string failure;                                ///< why it was undone; empty otherwise
  std::vector<std::string> next;                      ///< commands that make sense now
  std::filesystem::path file;                         ///< where report.json is
};

/// The contents of report.json; documented in docs/reference.
[[nodiscard]] nlohmann::ordered_json to_json(const Report& report);
/// Errors: "report-unreadable".
[[nodiscard]] Result<Report> report_from_json(const nlohmann::ordered_json& json);
[[nodiscard]] Result<Report> read_report(const std::filesystem::path& file);
[[nodiscard]] Result<void> write_report(const Report& report);

/// The same as text without layout: sections of label and value, and tables. The command line draws it.
struct ReportSection {
  std::string title;
  std::vector<std::pair<std::string, std::string>> lines;  ///< label (may be empty), value
  std::vector<std::string> columns;                        ///< of a table; empty: no table
  std::vector<std::vector<std::string>> rows;
};
/// `headline` is one sentence: what happened.
struct ReportText {
  std::string headline;
  std::vector<ReportSection> sections;
};
[[nodiscard]] ReportText text_of(const Report& report);

}  // namespace liftlock::change

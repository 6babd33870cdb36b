#include "change/run.hpp"

#include <fmt/core.h>

#include <ranges>
#include <system_error>

namespace liftlock::change {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Result<Locks> take_locks(const deployment::Deployment& deployment, Clock& clock) {
  TRY(deployment::prepare_state_folder(deployment));
  auto state = TRY(Lock::acquire(deployment.state_folder / "lock", this_process(clock.seconds())));
  auto data = TRY(Lock::acquire_folder(deployment.data_directory));
  return Locks{std::move(state), std::move(data)};
}

Result<void> Run::note(std::string_view step, Json data) {
  return journal.append(step, context.clock.nanoseconds(), std::move(data));
}

Result<Run> begin_run(const deployment::Deployment& deployment, Context& context, std::string command, Json data) {
  const std::string id = next_id(TRY(change_ids(deployment)), context.clock.seconds());
  Places places = places_of(deployment, id);
  TRY(file::make_folder(places.folder));
  Report report;
  report.id = id;
  report.command = command;
  report.address = deployment.address;
  report.started_at = iso_time(context.clock.seconds());
  report.file = places.report;
  Run run{deployment,        context,
          std::move(places), TRY(Journal::open(places_of(deployment, id).journal)),
          std::move(report), context.clock.monotonic_seconds()};
  data["command"] = command;
  TRY(run.note("begin", std::move(data)));
  return run;
}

Result<Run> take_up_run(const deployment::Deployment& deployment, Context& context, const std::string& id) {
  Places places = places_of(deployment, id);
  auto journal = TRY(Journal::open(places.journal));
  const Record* begin = find_record(journal, "begin");
  Report report;
  report.id = id;
  report.address = deployment.address;
  report.file = places.report;
  if (begin != nullptr) {
    report.command = begin->data.value("command", "change");
    report.to_release = begin->data.value("version", "");
    report.from_revision = begin->data.value("from_revision", "");
    report.to_revision = begin->data.value("to_revision", "");
    report.from_releases = begin->data.value("from_releases", std::vector<std::string>{});
    report.started_at = iso_time(begin->nanoseconds / 1'000'000'000);
  }
  return Run{deployment,         context,           std::move(places),
             std::move(journal), std::move(report), context.clock.monotonic_seconds()};
}

namespace {

/// The work is over: a scratch folder that cannot be removed is no reason to call it anything else.
void remove_scratch_of(Run& run) {
  for (const fs::path& folder : {run.places.scratch, run.places.far_scratch}) {
    const auto removed = file::remove_folder(folder);
    if (removed) continue;
    run.context.say(
        fmt::format("Warning: the folder {} could not be removed ({}). Nothing in it is needed any more; the next "
                    "change removes it, or at once:\n    liftlock resume {}",
                    folder.string(), removed.error().what, run.deployment.address));
  }
}

}  // namespace

Result<void> finish(Run& run, Outcome outcome) {
  remove_scratch_of(run);
  run.report.outcome = outcome;
  run.report.finished_at = iso_time(run.context.clock.seconds());
  TRY(write_report(run.report));
  return run.note("done", {{"outcome", name_of(outcome)}});
}

const Record* find_record(const Journal& journal, std::string_view step) {
  for (const Record& record : journal.records() | std::views::reverse) {
    if (record.step == step) return &record;
  }
  return nullptr;
}

namespace {

bool has_ended(const Places& places) {
  const auto report = read_report(places.report);
  return report && report->outcome != Outcome::unfinished;
}

}  // namespace

Result<std::optional<std::string>> unfinished_run(const deployment::Deployment& deployment) {
  const auto ids = TRY(change_ids(deployment));
  for (const std::string& id : ids | std::views::reverse) {
    const Places places = places_of(deployment, id);
    const auto content = read_journal(places.journal);
    if (!content && has_ended(places)) continue;  // what a change did that is over does not hang on its journal
    if (!content) return std::unexpected(content.error());
    // Without a first record nothing was done, not even begun.
    if (content->records.empty() || content->records.back().step == "done") continue;
    return id;
  }
  return std::nullopt;
}

Result<void> refuse_if_unfinished(const deployment::Deployment& deployment, std::string_view doing) {
  const auto id = TRY(unfinished_run(deployment));
  if (!id) return {};
  return refusal("unfinished-change", std::string(doing), fmt::format("The change {} was interrupted.", *id),
                 fmt::format("End it first:\n    liftlock resume {}", deployment.address));
}

Result<std::optional<Report>> last_unsettled(const deployment::Deployment& deployment) {
  const auto ids = TRY(change_ids(deployment));
  for (const std::string& id : ids | std::views::reverse) {
    const Places places = places_of(deployment, id);
    if (!file::exists(places.report)) continue;
    auto report = TRY(read_report(places.report));
    if (report.outcome == Outcome::settled) return std::nullopt;  // nothing before it can be gone back to
    if (report.outcome == Outcome::changed) return report;
  }
  return std::nullopt;
}

namespace {

Json facts_json(const file::Facts& facts) {
  return {{"device", facts.identity.device},
          {"inode", facts.identity.inode},
          {"size", facts.size},
          {"modified", facts.modified_nanoseconds}};
}

file::Facts facts_from(const Json& json) {
  file::Facts facts;
  facts.identity = {json.at("device").get<std::uint64_t>(), json.at("inode").get<std::uint64_t>()};
  facts.size = json.at("size").get<std::int64_t>();
  facts.modified_nanoseconds = json.at("modified").get<std::int64_t>();
  return facts;
}

Result<fs::path> path_of(const deployment::Deployment& deployment, const std::string& id, const std::string& role) {
  const Places places = places_of(deployment, id);
  if (role == "new") return places.candidate;
  if (role == "before") return places.before;
  if (role == "after") return places.after;
  return failure("journal-unknown", "Reading the journal",
                 fmt::format("It names a file \"{}\" that is not known.", role));
}

}  // namespace

Json swap_json(const SwapNames& names, const Swap& swap) {
  return {{"candidate_of", names.candidate_of},
          {"candidate", names.candidate_role},
          {"kept", names.kept_role},
          {"old", facts_json(swap.old_file)},
          {"new", facts_json(swap.new_file)}};
}

Result<Swap> swap_from(const Json& json, const deployment::Deployment& deployment, const std::string& id) {
  Swap swap;
  swap.database = deployment.database;
  swap.candidate = TRY(path_of(deployment, json.value("candidate_of", ""), json.value("candidate", "")));
  swap.kept = TRY(path_of(deployment, id, json.value("kept", "")));
  swap.old_file = facts_from(json.at("old"));
  swap.new_file = facts_from(json.at("new"));
  return swap;
}

}  // namespace liftlock::change

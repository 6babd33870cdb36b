#include "cli/commands/db_migrate.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/format.hpp"
#include "change/notes.hpp"
#include "change/plan.hpp"
#include "cli/commands/graph.hpp"
#include "deployment/deployment.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/scripts.hpp"
#include "migration/script/lookup.hpp"

namespace liftlock::cli {

namespace {

/// Not so a migration of Peewee's, nor a repair of what a broken-off migration left.
bool is_on_chain(const migration::Revision& step) {
  return std::ranges::any_of(migration::openwebui::alembic_revisions(),
                             [&](const auto* revision) { return revision->id == step.id; });
}

/// The line that Alembic prints for each step.
std::string steps_text(Way way, const change::DatabaseUpgrade& done) {
  std::string text;
  for (const migration::Revision* step : done.steps) {
    if (way == Way::up) {
      text += fmt::format("Running upgrade {} -> {}, {}\n", step->down_revision, step->id, step->message);
    } else if (is_on_chain(*step)) {
      text += fmt::format("Running downgrade {} -> {}, {}\n", step->id, step->down_revision, step->message);
    }
  }
  return text;
}

std::string text_of(Way way, const change::DatabaseUpgrade& done, bool verbose) {
  const std::string from = name_of_revision(done.from_revision);
  if (done.steps.empty()) return fmt::format("The database is at {} already.\n", from);
  std::string text = verbose || way == Way::down ? steps_text(way, done) : "";
  text += fmt::format("{} from {} to {}: {}.\n", way == Way::up ? "Upgraded" : "Downgraded", from,
                      name_of_revision(done.to_revision),
                      format_count(static_cast<std::int64_t>(done.steps.size()), "revision", "revisions"));
  for (const migration::Note& note : done.notes) text += fmt::format("  · {}\n", change::sentence_of(note));
  if (done.quarantined > 0) {
    text += fmt::format("{} could not be kept as they were; the originals are in {}\n",
                        format_count(done.quarantined, "value", "values"), done.quarantine_file.string());
  }
  for (const std::string& line : lines_of(done.losses)) text += fmt::format("  left behind: {}\n", line);
  if (!done.kept.empty()) text += fmt::format("The database as it was: {}\n", done.kept.string());
  return text;
}

Json to_json(const change::DatabaseUpgrade& done) {
  Json steps = Json::array();
  for (const migration::Revision* step : done.steps) steps.push_back(revision_json(*step));
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"from_revision", text_or_null(done.from_revision)},
          {"to_revision", text_or_null(done.to_revision)},
          {"steps", std::move(steps)},
          {"losses", change::to_json(done.losses)},
          {"notes", change::to_json(done.notes)},
          {"quarantined", done.quarantined},
          {"quarantine_file", text_or_null(done.quarantine_file.string())},
          {"kept", text_or_null(done.kept.string())},
          {"verification", change::to_json(done.verification)}};
}

/// How many revisions of the chain, which has no branches, are behind a database at this one. Error:
/// "revision-unknown".
Result<std::size_t> position_of(const std::string& current) {
  if (current.empty()) return 0;
  if (const auto place = migration::openwebui::revision_map().find(current)) return *place + 1;
  return failure("revision-unknown", "Reading the version of the database",
                 fmt::format("Can't locate revision identified by '{}'", current),
                 "The database was written by a release that this Liftlock does not know; see: liftlock versions");
}

/// How many are behind it at the revision that is named.
Result<std::size_t> position_named(Way way, const migration::script::RevisionMap& map, const std::string& name,
                                   const std::string& current) {
  namespace script = migration::script;
  const script::End here =
      script::End::of_database(current.empty() ? std::vector<std::string>() : std::vector{current});
  if (way == Way::down) {
    const auto place = TRY(script::downgrade_target(map, here, name));
    return place ? position_of(map[*place].script.revision) : 0;
  }
  const script::Places places = TRY(script::upgrade_target(map, here, name));
  return places.empty() ? 0 : position_of(map[places.front()].script.revision);
}

}  // namespace

std::string name_of_revision(const std::string& revision) { return revision.empty() ? "base" : revision; }

Result<std::string> target_of(Way way, const migration::script::RevisionMap& chain, const std::string& name,
                              const std::string& current) {
  const std::size_t here = TRY(position_of(current));
  const std::size_t target = TRY(position_named(way, chain, name, current));
  if (way == Way::up && target < here) {
    return refusal("target-older", fmt::format("Upgrading to {}", name),
                   fmt::format("The database is at {}, which comes after it.", name_of_revision(current)));
  }
  if (way == Way::down && target > here) {
    return refusal("target-newer", fmt::format("Downgrading to {}", name),
                   fmt::format("The database is at {}, which comes before it.", name_of_revision(current)));
  }
  return target == 0 ? std::string() : migration::openwebui::revision_map()[target - 1].script.revision;
}

std::vector<std::string> lines_of(const std::vector<migration::DownwardLoss>& losses) {
  std::vector<std::string> lines;
  for (const migration::DownwardLoss& loss : losses) lines.push_back(sentence_of(loss));
  return lines;
}

Result<std::filesystem::path> quarantine_folder() { return TRY(deployment::home_folder()) / "postgresql"; }

Option no_keep_option() { return {"--no-keep", "", "", "Do not keep the file as it was."}; }

Result<void> present(Context& context, const Arguments& arguments, Way way, change::DatabaseUpgrade done) {
  if (arguments.flag("--no-keep") && !done.kept.empty()) {
    TRY(file::remove(done.kept));
    done.kept.clear();
  }
  if (context.json()) {
    context.answer_json(to_json(done));
  } else {
    context.answer(text_of(way, done, context.globals().verbose));
  }
  return {};
}

}  // namespace liftlock::cli

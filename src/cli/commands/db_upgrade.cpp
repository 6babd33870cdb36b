#include <fmt/core.h>

#include "base/file.hpp"
#include "base/format.hpp"
#include "change/database_upgrade.hpp"
#include "change/notes.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/graph.hpp"
#include "cli/commands/session.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/range.hpp"

namespace liftlock::cli {

namespace {

struct Options {
  std::string revision;
  bool keep;
};

Options read(const Arguments& arguments) {
  return {.revision = arguments.required("REVISION"), .keep = !arguments.flag("--no-keep")};
}

std::string name_of(const std::string& revision) { return revision.empty() ? "base" : revision; }

std::string steps_text(const change::DatabaseUpgrade& upgrade) {
  std::string text;
  for (const migration::Revision* step : upgrade.steps) {
    const std::string_view parent = step->down_revision.empty() ? "" : step->down_revision;
    text += fmt::format("Running upgrade {} -> {}, {}\n", parent, step->id, step->message);
  }
  return text;
}

std::string text_of(const change::DatabaseUpgrade& upgrade, bool verbose) {
  if (upgrade.steps.empty()) return fmt::format("The database is at {} already.\n", name_of(upgrade.from_revision));
  std::string text = verbose ? steps_text(upgrade) : "";
  text += fmt::format("Upgraded from {} to {}: {}.\n", name_of(upgrade.from_revision), name_of(upgrade.to_revision),
                      format_count(static_cast<std::int64_t>(upgrade.steps.size()), "revision", "revisions"));
  for (const migration::Note& note : upgrade.notes) text += fmt::format("  · {}\n", change::sentence_of(note));
  if (upgrade.quarantined > 0) {
    text += fmt::format("{} could not be kept as they were; the originals are in {}\n",
                        format_count(upgrade.quarantined, "value", "values"), upgrade.quarantine_file.string());
  }
  if (!upgrade.kept.empty()) text += fmt::format("The database as it was: {}\n", upgrade.kept.string());
  return text;
}

Json to_json(const change::DatabaseUpgrade& upgrade) {
  Json steps = Json::array();
  for (const migration::Revision* step : upgrade.steps) steps.push_back(revision_json(*step));
  const auto path_or_null = [](const std::filesystem::path& path) {
    return path.empty() ? Json() : Json(path.string());
  };
  return {{"from_revision", upgrade.from_revision.empty() ? Json() : Json(upgrade.from_revision)},
          {"to_revision", upgrade.to_revision.empty() ? Json() : Json(upgrade.to_revision)},
          {"steps", std::move(steps)},
          {"notes", change::to_json(upgrade.notes)},
          {"quarantined", upgrade.quarantined},
          {"quarantine_file", path_or_null(upgrade.quarantine_file)},
          {"kept", path_or_null(upgrade.kept)},
          {"verification", change::to_json(upgrade.verification)}};
}

/// Unlike the commands that only look, this one makes a database that is not there, as Alembic does.
Result<std::string> current_of(const database::Url& url) {
  if (!file::exists(url.file)) return std::string();
  return revision_of(url);
}

/// The id of the revision to go to; empty where that is the base. Error: "target-older".
Result<std::string> target_of(const Options& options, const std::string& current) {
  const migration::Chain chain = migration::openwebui::alembic_revisions();
  const std::size_t target = TRY(migration::upgrade_target(chain, options.revision, current));
  const std::size_t here = TRY(migration::position_of(chain, "current", current));
  if (target < here) {
    return refusal("target-older", fmt::format("Upgrading to {}", options.revision),
                   fmt::format("The database is at {}, which comes after it.", current));
  }
  return target == 0 ? std::string() : std::string(chain[target - 1]->id);
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Options options = read(arguments);
  const database::Url url = TRY(named_database(arguments));
  const std::string current = TRY(current_of(url));
  const std::string target = TRY(target_of(options, current));
  Session session(context);
  change::DatabaseUpgrade upgrade =
      TRY(change::upgrade_database(url.file, target, session.clock(), session.ids(), context.progress()));
  if (!options.keep && !upgrade.kept.empty()) {
    TRY(file::remove(upgrade.kept));
    upgrade.kept.clear();
  }
  if (context.json()) {
    context.answer_json(to_json(upgrade));
  } else {
    context.answer(text_of(upgrade, context.globals().verbose));
  }
  return {};
}

}  // namespace

const Command& db_upgrade_command() {
  static const Command command{
      .name = "db upgrade",
      .group = "Database",
      .summary = "Migrate a database file to a later revision",
      .description =
          "Does to the database what `alembic upgrade` does, without Python: natively, beside the file, verified row "
          "by "
          "row, then swapped in. The file as it was stays beside it as FILE.before-TIME. No snapshot is "
          "taken, and uploads are not looked at: for a deployment, use `liftlock change`. A file that does not "
          "exist becomes a new database.",
      .arguments = {{.name = "REVISION", .help = "An id, the start of one, head, or +N: so many revisions on."}},
      .options = {database_option(), {"--no-keep", "", "", "Do not keep the file as it was."}},
      .examples = {{"liftlock db upgrade head --database sqlite:////srv/open-webui/data/webui.db",
                    "To the newest revision."},
                   {"liftlock db upgrade +1 --database sqlite:///copy.db",
                    "One revision on; three slashes: a relative path."}},
      .exit_statuses =
          {{0, "Upgraded, or already there."},
           {1, "Failed; nothing was changed."},
           {2, "The command line makes no sense, or there is no such revision."},
           {3, "The database is in use, is at a later revision, or is not Open WebUI's; nothing was changed."},
           {6, "Another change holds the lock."},
           {130, "Cancelled; nothing was changed."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli

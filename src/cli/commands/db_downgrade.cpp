#include <fmt/core.h>

#include <algorithm>

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

using migration::DownwardLoss;

struct Options {
  std::string revision;
  bool accept_loss;
  bool keep;
};

Options read(const Arguments& arguments) {
  return {.revision = arguments.required("REVISION"),
          .accept_loss = arguments.flag("--accept-loss"),
          .keep = !arguments.flag("--no-keep")};
}

std::string name_of(const std::string& revision) { return revision.empty() ? "base" : revision; }

std::vector<std::string> lines_of(const std::vector<DownwardLoss>& losses) {
  std::vector<std::string> lines;
  for (const DownwardLoss& loss : losses) lines.push_back(sentence_of(loss));
  return lines;
}

/// Not so a repair of what a broken-off migration left.
bool is_on_chain(const migration::Revision& step) {
  return std::ranges::any_of(migration::openwebui::alembic_revisions(),
                             [&](const auto* revision) { return revision->id == step.id; });
}

/// The line that Alembic prints for each step.
std::string steps_text(const change::DatabaseUpgrade& done) {
  std::string text;
  for (const migration::Revision* step : done.steps) {
    if (!is_on_chain(*step)) continue;
    text += fmt::format("Running downgrade {} -> {}, {}\n", step->id, step->down_revision, step->message);
  }
  return text;
}

std::string text_of(const change::DatabaseUpgrade& done) {
  if (done.steps.empty()) return fmt::format("The database is at {} already.\n", name_of(done.from_revision));
  std::string text = steps_text(done);
  text += fmt::format("Downgraded from {} to {}: {}.\n", name_of(done.from_revision), name_of(done.to_revision),
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
  Json losses = Json::array();
  for (const DownwardLoss& loss : done.losses) {
    losses.push_back({{"revision", loss.revision},
                      {"table", loss.table},
                      {"column", loss.column.empty() ? Json() : Json(loss.column)},
                      {"count", loss.count}});
  }
  return {{"from_revision", done.from_revision.empty() ? Json() : Json(done.from_revision)},
          {"to_revision", done.to_revision.empty() ? Json() : Json(done.to_revision)},
          {"steps", std::move(steps)},
          {"losses", std::move(losses)},
          {"notes", change::to_json(done.notes)},
          {"quarantined", done.quarantined},
          {"quarantine_file", done.quarantine_file.empty() ? Json() : Json(done.quarantine_file.string())},
          {"kept", done.kept.empty() ? Json() : Json(done.kept.string())},
          {"verification", change::to_json(done.verification)}};
}

/// The id of the revision to go to; empty where that is the base. Error: "target-newer".
Result<std::string> target_of(const Options& options, const std::string& current) {
  const migration::Chain chain = migration::openwebui::alembic_revisions();
  const std::size_t target = TRY(migration::downgrade_target(chain, options.revision, current));
  const std::size_t here = TRY(migration::position_of(chain, "current", current));
  if (target > here) {
    return refusal("target-newer", fmt::format("Downgrading to {}", options.revision),
                   fmt::format("The database is at {}, which comes before it.", name_of(current)));
  }
  return target == 0 ? std::string() : std::string(chain[target - 1]->id);
}

change::Consent consent_of(Session& session, const Options& options) {
  return [&session, &options](const std::vector<DownwardLoss>& losses) -> Result<void> {
    if (options.accept_loss) return {};
    const std::vector<std::string> lines = lines_of(losses);
    const change::Question question{
        "down-losing", fmt::format("Go down to {} and leave this behind?", options.revision), lines, true, true};
    if (session.story().confirm(question)) return {};
    std::string list;
    for (const std::string& line : lines) list += "\n    " + line;
    return refusal("would-lose-data", fmt::format("Downgrading to {}", options.revision),
                   "The database holds data that it cannot hold at that revision:" + list,
                   "To leave it behind, say --accept-loss. The file as it was stays beside the database.");
  };
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Options options = read(arguments);
  const database::Url url = TRY(database_of(arguments));
  const std::string current = TRY(revision_of(url));
  const std::string target = TRY(target_of(options, current));
  Session session(context);
  change::DatabaseUpgrade done = TRY(change::downgrade_database(url.file, target, consent_of(session, options),
                                                                session.clock(), session.ids(), context.progress()));
  if (!options.keep && !done.kept.empty()) {
    TRY(file::remove(done.kept));
    done.kept.clear();
  }
  if (context.json()) {
    context.answer_json(to_json(done));
  } else {
    context.answer(text_of(done));
  }
  return {};
}

}  // namespace

const Command& db_downgrade_command() {
  static const Command command{
      .name = "db downgrade",
      .group = "Database",
      .summary = "Migrate a database file to an earlier revision",
      .description =
          "Does to the database what `alembic downgrade` does, without Python: natively, beside the file, verified row "
          "by row, then swapped in. What the earlier revision cannot hold is counted first, and left behind only with "
          "--accept-loss or a yes to that question (--yes is not enough). The file as it was stays beside it as "
          "FILE.before-TIME. For a deployment, use `liftlock change`.",
      .arguments = {{.name = "REVISION", .help = "An id, the start of one, base, or -N: so many revisions back."}},
      .options = {database_option(),
                  {"--accept-loss", "", "", "Leave behind what the earlier revision cannot hold."},
                  {"--no-keep", "", "", "Do not keep the file as it was."}},
      .examples = {{"liftlock db downgrade b2c3d4e5f6a7 --database sqlite:////srv/open-webui/data/webui.db",
                    "To what releases 0.8.1 to 0.8.12 have; counts what that loses."},
                   {"liftlock db downgrade -1 --accept-loss --database sqlite:///copy.db",
                    "One revision back; three slashes: a relative path."}},
      .exit_statuses =
          {{0, "Downgraded, or already there."},
           {1, "Failed; nothing was changed."},
           {2, "The command line makes no sense, or there is no such revision."},
           {3,
            "Data would be lost, or the database is in use, at an earlier revision, or not Open WebUI's; nothing "
            "was changed."},
           {6, "Another change holds the lock."},
           {130, "Cancelled; nothing was changed."}},
      .works_long = true,
      .run = run};
  return command;
}

}  // namespace liftlock::cli

#include <fmt/core.h>

#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/range.hpp"

namespace liftlock::cli {

namespace {

struct Options {
  bool check_heads;
};

Options read(const Arguments& arguments) { return {.check_heads = arguments.flag("--check-heads")}; }

/// The revision's definition; null at the base. Error: "revision-unknown".
Result<const migration::Revision*> definition_of(const database::Url& url, const std::string& revision) {
  if (revision.empty()) return nullptr;
  for (const migration::Revision* known : migration::openwebui::alembic_revisions()) {
    if (known->id == revision) return known;
  }
  return failure("revision-unknown", fmt::format("Reading the version of {}", url.file.string()),
                 fmt::format("Can't locate revision identified by '{}'", revision),
                 "The database was written by a release that this Liftlock does not know; see: liftlock versions");
}

std::string text_of(const migration::Revision* revision, const database::Url& url, bool verbose) {
  if (revision == nullptr) return {};
  if (!verbose) return marked(*revision, false) + "\n";
  return fmt::format("Current revision(s) for {}:\n{}", url.safe, long_entry(*revision, false));
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Options options = read(arguments);
  const database::Url url = TRY(database_of(arguments));
  const std::string id = TRY(revision_of(url));
  const migration::Revision* revision = TRY(definition_of(url, id));
  const bool at_head = revision == migration::openwebui::alembic_revisions().back();
  if (options.check_heads && !at_head) {
    return failure("not-at-head", fmt::format("Checking {}", url.file.string()),
                   "Database is not on all head revisions",
                   fmt::format("liftlock db upgrade head --database {}", database::sqlite_url(url.file)));
  }
  if (context.json()) {
    context.answer_json(
        Json{{"database", url.safe}, {"current", revision == nullptr ? Json() : revision_json(*revision)}});
  } else {
    context.answer(text_of(revision, url, context.globals().verbose));
    if (revision == nullptr) context.say("The database is at the base: no Alembic revision has run on it.\n");
  }
  return {};
}

}  // namespace

const Command& db_current_command() {
  static const Command command{
      .name = "db current",
      .group = "Database",
      .summary = "Show the revision that a database is at",
      .description =
          "Prints what `alembic current` prints, without Python: the revision, and (head) where it is the newest one "
          "that Liftlock knows. A database at the base prints nothing. With --verbose, the whole entry.",
      .arguments = {},
      .options = {database_option(), {"--check-heads", "", "", "Fail unless the database is at the head."}},
      .examples = {{"liftlock db current --database sqlite:////srv/open-webui/data/webui.db", "0bd252b206fb (head)"}},
      .exit_statuses =
          {{0, "The revision was printed."},
           {1, "The database cannot be read, its revision is not known, or it is not at the head (--check-heads)."},
           {2, "The command line makes no sense."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli

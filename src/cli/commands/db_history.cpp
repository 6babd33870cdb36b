#include <fmt/core.h>

#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/range.hpp"

namespace liftlock::cli {

namespace {

struct Options {
  std::string range;
  bool indicate_current;
};

Options read(const Arguments& arguments) {
  return {.range = arguments.text("--rev-range").value_or(":"),
          .indicate_current = arguments.flag("--indicate-current")};
}

std::string short_entry(const migration::Revision& revision, bool is_current) {
  const std::string_view parent = revision.down_revision.empty() ? "<base>" : revision.down_revision;
  return fmt::format("{} -> {}, {}\n", parent, marked(revision, is_current), revision.message);
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Options options = read(arguments);
  std::string current;
  const bool asks_database = options.indicate_current || options.range.find("current") != std::string::npos;
  if (asks_database) {
    const database::Url url = TRY(database_of(arguments));
    current = TRY(revision_of(url));
  }
  const migration::Chain range =
      TRY(migration::range_of(migration::openwebui::alembic_revisions(), options.range, current));

  Json entries = Json::array();
  std::string text;
  for (std::size_t i = range.size(); i-- > 0;) {
    const migration::Revision& revision = *range[i];
    const bool is_current = options.indicate_current && revision.id == current;
    if (context.json()) {
      entries.push_back(revision_json(revision));
      if (options.indicate_current) entries.back()["current"] = is_current;
    } else {
      text += context.globals().verbose ? long_entry(revision, is_current) : short_entry(revision, is_current);
    }
  }
  if (context.json()) {
    context.answer_json(Json{{"revisions", std::move(entries)}});
  } else {
    context.answer(text);
  }
  return {};
}

}  // namespace

const Command& db_history_command() {
  static const Command command{
      .name = "db history",
      .group = "Database",
      .summary = "List the revisions of the chain, newest first",
      .description =
          "Prints what `alembic history` prints. A range is [FROM]:[TO], both ends included; either may be an id, the "
          "start of one, head, base, or current (which needs --database). FROM may be -N: so many revisions before "
          "TO; TO may be +N: so many after FROM.",
      .arguments = {},
      .options = {{"--rev-range", "-r", "RANGE", "Only these revisions."},
                  {"--indicate-current", "-i", "", "Mark the revision that the database is at."},
                  database_option()},
      .examples = {{"liftlock db history --rev-range 9f0c9cd09105:head", "From the notes of 0.6.x to today."},
                   {"liftlock db history -i --database sqlite:////srv/open-webui/data/webui.db",
                    "All, with (current) at the one that the database is at."}},
      .exit_statuses = {{0, "The revisions were printed."},
                        {1, "The database cannot be read."},
                        {2, "The command line makes no sense, or a revision is not known."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli

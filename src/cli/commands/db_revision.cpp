#include <fmt/core.h>

#include <filesystem>

#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/generated_body.hpp"
#include "cli/commands/new_script.hpp"
#include "cli/usage.hpp"

namespace liftlock::cli {

namespace {

namespace fs = std::filesystem;

/// A chain has one folder here, so that there is nothing to choose; Alembic's error where another one is named.
Result<void> check_version_path(const Graph& graph, const Arguments& arguments) {
  const std::optional<std::string> path = arguments.text("--version-path");
  std::error_code ignored;
  if (!path || fs::equivalent(*path, graph.folder(), ignored)) return {};
  return usage_error("version-path-unknown",
                     fmt::format("Path {} is not represented in current version locations", *path));
}

Result<void> run(Context& context, const Arguments& arguments) {
  const Graph graph = TRY(writable_graph(context, arguments));
  TRY(check_version_path(graph, arguments));
  migration::script::NewRevision wanted = new_revision_of(arguments);
  if (const auto head = arguments.text("--head")) wanted.heads = {*head};
  wanted.splice = arguments.flag("--splice");
  wanted.depends_on = arguments.words("--depends-on");
  std::vector<std::string> notes;
  if (arguments.flag("--autogenerate")) {
    GeneratedBody generated = TRY(generate_body(arguments, graph));
    wanted.body = std::move(generated.body);
    notes = std::move(generated.notes);
  }
  return write_revision(context, graph, wanted, notes);
}

}  // namespace

const Command& db_revision_command() {
  static const Command command{
      .name = "db revision",
      .group = "Database",
      .summary = "Write the script of a new revision",
      .description =
          "Writes what `alembic revision` writes, without Python: a script in the folder of the chain, named and "
          "filled "
          "in by Alembic's rules, to be completed by hand. The template is the script.py.mako above the folder, else "
          "Alembic's own; one that uses more of Mako than Alembic's own do is refused. An alembic.ini above the folder "
          "is heeded (file_template, truncate_slug_length, timezone = UTC).\n\n"
          "The file is made whole or not at all, and never over another one. An id, a label or a message that would "
          "spoil the chain is refused before anything is written.\n\n"
          "With --autogenerate the database must be at the chain's heads. What two schemas do not tell is said as "
          "notes, "
          "on stderr and in the script: a table or column that got another name looks like one that goes and one that "
          "comes. Read the script before you run it.",
      .arguments = {},
      .options =
          {script_folder_option(),
           message_option(),
           {"--head", "", "NAME", "What the new revision revises: a revision, base, or LABEL@head. By default: head."},
           {"--splice", "", "", "Let NAME be a revision that is no head, so that a new branch begins."},
           branch_label_option(),
           {.name = "--depends-on",
            .short_name = "",
            .value = "NAME",
            .help = "A revision or label that the new one needs; may be given several times.",
            .repeated = true},
           rev_id_option(),
           {"--autogenerate", "", "",
            "Fill in the operations that make the database (--database) like the reference (--against), and back."},
           {"--against", "", "REFERENCE",
            "What the database is to become like: a release, a revision of Open WebUI, or the URL of a database."},
           database_option(),
           {"--version-path", "", "FOLDER",
            "The folder that the script goes to. A chain has one here, so that it can only be that.",
            Completes::directory}},
      .examples = {{"liftlock db revision --scripts ./migrations -m add_teams", "A script on top of the head."},
                   {"liftlock db revision --scripts ./migrations --head 9f0c9cd09105 --splice --branch-label hotfix",
                    "A branch that begins at an older revision."},
                   {"liftlock db revision --scripts ./migrations --autogenerate --against sqlite:////srv/model.db "
                    "--database sqlite:////srv/copy.db",
                    "What the model has and the copy has not."}},
      .exit_statuses = {{0, "The script was written."},
                        {1,
                         "The database is not at the heads; the scripts, the template or the settings cannot be read, "
                         "or the file cannot be written."},
                        {2, "The command line makes no sense, or a revision is not known."},
                        {3, "The scripts are in a wheel, or the user may not make temporary tables on the server."},
                        {6, "Another Liftlock migrates the database (PostgreSQL)."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli

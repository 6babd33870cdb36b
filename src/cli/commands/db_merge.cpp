#include "cli/commands/all.hpp"
#include "cli/commands/new_script.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments& arguments) {
  const Graph graph = TRY(writable_graph(context, arguments));
  migration::script::NewRevision wanted = new_revision_of(arguments);
  wanted.heads = arguments.words("REVISION");
  return write_revision(context, graph, wanted);
}

}  // namespace

const Command& db_merge_command() {
  static const Command command{
      .name = "db merge",
      .group = "Database",
      .summary = "Write the script of a revision that joins branches",
      .description =
          "Writes what `alembic merge` writes, as `liftlock db revision` does: a script that revises all of "
          "the revisions named, and changes nothing itself.",
      .arguments = {{.name = "REVISION",
                     .help = "What is joined: revisions that are heads, or heads for all of them.",
                     .repeated = true}},
      .options = {script_folder_option(), message_option(), branch_label_option(), rev_id_option()},
      .examples = {{"liftlock db merge heads --scripts ./migrations -m join", "One head again."}},
      .exit_statuses = {{0, "The script was written."},
                        {1, "The scripts, the template or the settings cannot be read, or the file cannot be written."},
                        {2, "The command line makes no sense, or a revision is not known or no head."},
                        {3, "The scripts are in a wheel."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli

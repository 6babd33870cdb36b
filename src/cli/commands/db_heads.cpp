#include <fmt/core.h>

#include "cli/commands/all.hpp"
#include "cli/commands/database.hpp"
#include "migration/openwebui/chain.hpp"

namespace liftlock::cli {

namespace {

Result<void> run(Context& context, const Arguments&) {
  const migration::Revision& head = *migration::openwebui::alembic_revisions().back();
  if (context.json()) {
    context.answer_json(Json{{"heads", Json::array({revision_json(head)})}});
  } else {
    context.answer(context.globals().verbose ? long_entry(head, false) : marked(head, false) + "\n");
  }
  return {};
}

}  // namespace

const Command& db_heads_command() {
  static const Command command{
      .name = "db heads",
      .group = "Database",
      .summary = "Show the newest revision of the chain",
      .description =
          "Prints what `alembic heads` prints. No database is needed; --database is taken and not looked at.",
      .arguments = {},
      .options = {database_option()},
      .examples = {{"liftlock db heads", "0bd252b206fb (head)"}},
      .exit_statuses = {{0, "The head was printed."}, {2, "The command line makes no sense."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli

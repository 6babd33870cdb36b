#include <memory>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/current_message.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  add_missing_column(op, "chat", column("current_message_id", types::text));
  if (!op.write_sql(sql_current_messages())) op.rewrite_rows("chat", std::make_unique<CurrentMessageStep>(op));
}

void downgrade(Operations& op) { drop_present_column(op, "chat", "current_message_id"); }

/// A mark that the chat does not hold is gone on the way down.
constexpr std::string_view unknown_to_chat =
    "chat IS NULL OR replace(cast(chat AS text), current_message_id, '') = cast(chat AS text)";

}  // namespace

const Revision& revision_9a1b2c3d4e5f() {
  static const Revision revision{
      .id = "9a1b2c3d4e5f",
      .down_revision = "856c5b02fb54",
      .message = "add current_message_id to chat",
      .create_date = "2026-07-23 00:00:00.000000",
      .summary = "Marks in every chat which message is on view: the one that the chat names, else its latest leaf.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::changes_column,
               "chat",
               "current_message_id",
               {},
               "every chat says which message is on view"},
          },
      .proofs = {},
      .down_effects = {{Effect::Kind::drops_column, "chat", "current_message_id", unknown_to_chat,
                        "the chat itself says it"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

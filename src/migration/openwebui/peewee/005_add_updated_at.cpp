#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  const std::string_view type = op.dialect() == Dialect::postgresql ? types::big_integer : types::date_time;
  op.add_column("chat", column("created_at", type));
  op.add_column("chat", column("updated_at", type));
  op.rewrite_rows("chat", [](Row& row) {
    row.set("created_at", row.get("timestamp"));
    row.set("updated_at", row.get("timestamp"));
  });
  op.drop_column("chat", "timestamp");
  op.alter_column("chat", "created_at", not_null);
  op.alter_column("chat", "updated_at", not_null);
}

}  // namespace

const Revision& peewee_005() {
  static const Revision revision{
      .id = "005_add_updated_at",
      .down_revision = "004_add_archived",
      .message = "add updated at",
      .create_date = "",
      .summary = "A chat's one date becomes the date of its creation and that of its last change.",
      .upgrade = upgrade,
      .effects = {{.kind = Effect::Kind::drops_column,
                   .table = "chat",
                   .column = "timestamp",
                   .condition = "",
                   .why = "the date is in created_at and updated_at"}},
      .proofs = {{.id = "chat-dates",
                  .title = "dates of chats",
                  .before = "SELECT count(timestamp) FROM chat",
                  .after = "SELECT count(updated_at) FROM chat"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  const std::string_view type = op.dialect() == Dialect::postgresql ? types::big_integer : types::integer;
  op.add_column("user", column("created_at", type));
  op.add_column("user", column("updated_at", type));
  op.add_column("user", column("last_active_at", type));
  op.rewrite_rows("user", [](Row& row) {
    row.set("created_at", row.get("timestamp"));
    row.set("updated_at", row.get("timestamp"));
    row.set("last_active_at", row.get("timestamp"));
  });
  op.drop_column("user", "timestamp");
  op.alter_column("user", "created_at", not_null);
  op.alter_column("user", "updated_at", not_null);
  op.alter_column("user", "last_active_at", not_null);
}

}  // namespace

const Revision& peewee_007() {
  static const Revision revision{
      .id = "007_add_user_last_active_at",
      .down_revision = "006_migrate_timestamps_and_charfields",
      .message = "add user last active at",
      .create_date = "",
      .summary = "A user's one date becomes the dates of creation, last change and last activity.",
      .upgrade = upgrade,
      .effects = {{.kind = Effect::Kind::drops_column,
                   .table = "user",
                   .column = "timestamp",
                   .condition = "",
                   .why = "the date is in created_at, updated_at and last_active_at"}},
      .proofs = {{.id = "user-dates",
                  .title = "dates of users",
                  .before = "SELECT count(timestamp) FROM \"user\"",
                  .after = "SELECT count(created_at) FROM \"user\""}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

#include <string>
#include <tuple>

#include "migration/openwebui/chain.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void create_pinned_note(Operations& op) {
  op.create_table("pinned_note",
                  {column("id", types::text).primary_key(), column("user_id", types::text).not_null(),
                   column("note_id", types::text).references("note", "id", "CASCADE").not_null(),
                   column("created_at", types::big_integer).not_null()},
                  {unique({"user_id", "note_id"}, "uq_pinned_note")});
}

void move_pins(Operations& op) {
  Inserter& pins = op.insert_into("pinned_note", {"id", "user_id", "note_id", "created_at"}, "note");
  const Value now = Value::integer(op.environment().now_nanoseconds());
  op.rewrite_rows("note", [&op, &pins, now](Row& row) {
    if (row.get("is_pinned").as_real() != 1) return;
    const Value user = row.get("user_id");
    if (user.is_null()) {
      op.note("note", "pin-of-nobody", "{} pinned notes belong to no user; they are kept, not pinned.");
      return;
    }
    const std::string id = op.environment().uuid4();
    // False only where an interrupted run has written the row before.
    std::ignore = pins.insert_new({Value::text(id), user, row.get("id"), now});
  });
  op.drop_column("note", "is_pinned");
}

void upgrade(Operations& op) {
  if (!op.has_table("pinned_note")) create_pinned_note(op);
  if (op.has_column("note", "is_pinned")) move_pins(op);
}

}  // namespace

const Revision& revision_4de81c2a3af1() {
  static const Revision revision{
      .id = "4de81c2a3af1",
      .down_revision = "56359461a091",
      .message = "add pinned_note table",
      .create_date = "2026-05-09 04:29:27.651341",
      .summary = "Pinned notes become rows of a table of their own.",
      .upgrade = upgrade,
      .effects =
          {
              {Effect::Kind::drops_column, "note", "is_pinned", "", "pins are kept in pinned_note"},
              {Effect::Kind::adds_rows, "pinned_note", "", "", "pinned notes"},
          },
      .proofs =
          {
              {"pinned-notes", "pinned notes", "SELECT count(*) FROM note WHERE is_pinned = 1 AND user_id IS NOT NULL",
               "SELECT count(*) FROM pinned_note"},
          },
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

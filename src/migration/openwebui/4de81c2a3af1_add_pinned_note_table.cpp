#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/sql_steps.hpp"
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
  if (op.write_sql(sql_pins())) return;
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
}

void upgrade(Operations& op) {
  if (!op.has_table("pinned_note")) create_pinned_note(op);
  if (!op.has_column("note", "is_pinned")) return;
  move_pins(op);
  op.drop_column("note", "is_pinned");
}

void mark_pinned(Operations& op) {
  auto pinned = std::make_shared<std::set<std::string, std::less<>>>();
  if (op.has_table("pinned_note")) {
    op.read({"pinned_note"}, "SELECT note_id FROM pinned_note",
            [&](const ResultRow& row) { pinned->insert(row.text(0)); });
  }
  op.rewrite_rows("note", [pinned](Row& row) {
    if (pinned->contains(row.text("id"))) row.set("is_pinned", Value::integer(1));
  });
}

/// A note is pinned or not for all who see it, from here on.
void downgrade(Operations& op) {
  add_missing_column(op, "note", column("is_pinned", types::boolean));
  if (!op.write_sql(sql_pinned_notes())) mark_pinned(op);
  drop_present_table(op, "pinned_note");
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
      .downgrade = downgrade,
      .effects =
          {
              {Effect::Kind::drops_column, "note", "is_pinned", "", "pins are kept in pinned_note"},
              {Effect::Kind::adds_rows, "pinned_note", "", "", "pinned notes"},
          },
      .proofs =
          {
              {"pinned-notes", "pinned notes",
               "SELECT count(*) FROM note WHERE CAST(is_pinned AS INTEGER) = 1 AND user_id IS NOT NULL",
               "SELECT count(*) FROM pinned_note"},
          },
      .down_effects = {{Effect::Kind::drops_table, "pinned_note", "",
                        "NOT EXISTS (SELECT 1 FROM note WHERE note.id = note_id AND note.user_id IS NOT DISTINCT FROM "
                        "pinned_note.user_id)",
                        "a note is pinned or not, for everybody alike"}},
      .down_proofs = {{"pinned-notes-back", "pinned notes",
                       "SELECT count(*) FROM note WHERE id IN (SELECT note_id FROM pinned_note)",
                       "SELECT count(*) FROM note WHERE is_pinned"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

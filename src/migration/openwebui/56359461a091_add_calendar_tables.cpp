#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void create_calendar(Operations& op) {
  op.create_table("calendar", {column("id", types::text).primary_key(), column("user_id", types::text).not_null(),
                               column("name", types::text).not_null(), column("color", types::text),
                               column("is_default", types::boolean).not_null(), column("data", types::json),
                               column("meta", types::json), column("created_at", types::big_integer).not_null(),
                               column("updated_at", types::big_integer).not_null()});
}

void create_calendar_event(Operations& op) {
  op.create_table(
      "calendar_event",
      {column("id", types::text).primary_key(), column("calendar_id", types::text).not_null(),
       column("user_id", types::text).not_null(), column("title", types::text).not_null(),
       column("description", types::text), column("start_at", types::big_integer).not_null(),
       column("end_at", types::big_integer), column("all_day", types::boolean).not_null(), column("rrule", types::text),
       column("color", types::text), column("location", types::text), column("data", types::json),
       column("meta", types::json), column("is_cancelled", types::boolean).not_null(),
       column("created_at", types::big_integer).not_null(), column("updated_at", types::big_integer).not_null()});
}

void create_calendar_event_attendee(Operations& op) {
  op.create_table(
      "calendar_event_attendee",
      {column("id", types::text).primary_key(), column("event_id", types::text).not_null(),
       column("user_id", types::text).not_null(), column("status", types::text).not_null(), column("meta", types::json),
       column("created_at", types::big_integer).not_null(), column("updated_at", types::big_integer).not_null()},
      {unique({"event_id", "user_id"}, "uq_event_attendee")});
}

void create_missing_index(Operations& op, std::string_view name, std::string_view table, Names columns) {
  if (!op.has_index(table, name)) op.create_index(name, table, std::move(columns));
}

void upgrade(Operations& op) {
  if (!op.has_table("calendar")) create_calendar(op);
  create_missing_index(op, "ix_calendar_user", "calendar", {"user_id"});
  if (!op.has_table("calendar_event")) create_calendar_event(op);
  create_missing_index(op, "ix_calendar_event_calendar", "calendar_event", {"calendar_id", "start_at"});
  create_missing_index(op, "ix_calendar_event_user_date", "calendar_event", {"user_id", "start_at"});
  if (!op.has_table("calendar_event_attendee")) create_calendar_event_attendee(op);
  create_missing_index(op, "ix_calendar_event_attendee_user", "calendar_event_attendee", {"user_id", "status"});
}

void downgrade(Operations& op) {
  drop_present_table(op, "calendar_event_attendee");
  drop_present_table(op, "calendar_event");
  drop_present_table(op, "calendar");
}

}  // namespace

const Revision& revision_56359461a091() {
  static const Revision revision{
      .id = "56359461a091",
      .down_revision = "c1d2e3f4a5b6",
      .message = "add calendar tables",
      .create_date = "2026-04-19 16:20:58.162045",
      .summary = "",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

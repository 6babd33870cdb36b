#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "migration/openwebui/json.hpp"
#include "migration/openwebui/leftovers.hpp"
#include "migration/openwebui/sql_steps.hpp"

namespace liftlock::migration::openwebui {

namespace {

class MoveMembers final : public RowStep {
 public:
  explicit MoveMembers(Operations& op)
      : op_(op),
        now_(op.environment().now()),
        users_(op.lookup("user", "id", "SELECT 1 FROM {table} WHERE id = ?1")),
        members_(op.insert_into("group_member", {"id", "group_id", "user_id", "created_at", "updated_at"}, "group")) {}

  void apply(Row& row) override {
    const std::optional<Json> list = members_of(row);
    if (!list) return;
    const std::string group(row.text("id"));
    std::set<std::string, std::less<>> seen;
    for (const Json& user : *list) {
      if (!user.is_string()) {
        ++not_ids_;
      } else if (!seen.insert(user.get<std::string>()).second) {
        ++repeated_;
      } else if (!users_->exists({Value::text(user.get_ref<const std::string&>())})) {
        ++deleted_;
      } else {
        add(group, user.get_ref<const std::string&>());
      }
    }
  }

  void end() override {
    note("duplicate-group-member", "{} repeated membership(s) of a group were counted once.", repeated_);
    note("deleted-group-member", "{} membership(s) of deleted users were dropped.", deleted_);
    note("invalid-group-member", "{} item(s) in the lists of group members are not ids and were dropped.", not_ids_);
    note("unreadable-group-members",
         "{} list(s) of group members could not be read; they are kept in quarantine.jsonl.", unreadable_);
  }

 private:
  /// The list; nothing where there is none to be had.
  std::optional<Json> members_of(const Row& row) {
    const Value value = row.get("user_ids");
    std::optional<Json> list = value.is_null() ? Json() : load_json(value.bytes());
    if (list && list->is_string()) list = load_json(list->get<std::string>());
    if (list && list->is_array()) return list;
    const std::string text = value.is_integer() ? std::to_string(value.as_integer()) : std::string(value.bytes());
    if (!text.empty() && !(list && list->empty())) {
      ++unreadable_;
      op_.quarantine("group", row.text("id"), "user_ids", text, "This is not a JSON list.");
    }
    return std::nullopt;
  }

  void add(const std::string& group, const std::string& user) {
    const std::string id = op_.environment().uuid4();
    // A member who is there already was written by a run that did not come to its end.
    std::ignore = members_.insert_new(
        {Value::text(id), Value::text(group), Value::text(user), Value::integer(now_), Value::integer(now_)});
  }

  void note(std::string id, std::string text, std::int64_t count) {
    if (count != 0) op_.note("group", std::move(id), std::move(text), count);
  }

  Operations& op_;
  const std::int64_t now_;
  const std::unique_ptr<Lookup> users_;
  Inserter& members_;
  std::int64_t not_ids_ = 0;
  std::int64_t repeated_ = 0;
  std::int64_t deleted_ = 0;
  std::int64_t unreadable_ = 0;
};

void create_group_member(Operations& op) {
  op.create_table("group_member",
                  {column("id", types::text).primary_key().unique(),
                   column("group_id", types::text).not_null().references("group", "id", "CASCADE"),
                   column("user_id", types::text).not_null().references("user", "id", "CASCADE"),
                   column("created_at", types::big_integer), column("updated_at", types::big_integer)},
                  {unique({"group_id", "user_id"}, "uq_group_member_group_user")});
}

}  // namespace

void move_group_members(Operations& op) {
  if (!op.has_table("group_member")) create_group_member(op);
  if (!op.has_column("group", "user_ids")) return;
  if (!op.write_sql(sql_members_of_groups())) op.rewrite_rows("group", std::make_unique<MoveMembers>(op));
  op.drop_column("group", "user_ids");
}

}  // namespace liftlock::migration::openwebui

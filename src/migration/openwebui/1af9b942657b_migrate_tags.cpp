#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/guards.hpp"
#include "migration/openwebui/json.hpp"
#include "migration/openwebui/need_table.hpp"
#include "migration/openwebui/python_text.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

std::string id_of_tag(std::string_view name) {
  std::string id(name);
  std::ranges::replace(id, ' ', '_');
  return lower(id);
}

/// Whether two users will have a tag of the same id.
bool is_shared(Operations& op) {
  std::map<std::string, std::string> users;
  bool shared = false;
  if (op.write_sql(sql_shared_tags()))
    return true;  // nobody knows yet, and the next revision takes the keys off anyway
  op.read({"tag"}, "SELECT name, user_id FROM tag WHERE name IS NOT NULL", [&](const ResultRow& row) {
    const auto [known, is_new] = users.emplace(id_of_tag(row.text(0)), row.text(1));
    shared = shared || known->second != row.text(1);
  });
  return shared;
}

/// Takes off what lets an id occur only once among all users; the next revision does so, too.
void let_users_share_ids(Operations& op) {
  const database::Table tag = need_table(op, "tag");
  const Names id{"id"};
  if (tag.primary_key && tag.primary_key->columns == id) op.drop_constraint("", "tag", ConstraintKind::primary_key);
  for (const database::UniqueConstraint& constraint : tag.unique_constraints) {
    if (constraint.columns == id) op.drop_constraint(constraint.name, "tag", ConstraintKind::unique);
  }
  for (const database::Index& index : tag.indexes) {
    if (index.unique && index.columns == id) op.drop_index(index.name, "tag");
  }
}

/// Deviates from the official revision, which keys tags by id alone: there, a tag is deleted when another user has one
/// of the same name, and so is every tag whose id is already what it should be.
class RenameTags final : public RowStep {
 public:
  RenameTags(Operations& op, bool has_data) : op_(op), has_data_(has_data) {}

  void apply(Row& row) override {
    if (has_data_) save_data(row);
    if (row.get("name").is_null()) return;
    const std::string id = id_of_tag(row.text("name"));
    if (id == "pinned") {
      row.drop();
    } else if (!seen_.emplace(id, row.text("user_id")).second) {
      ++repeated_;
      row.drop();
    } else if (row.text("id") != id) {
      row.set("id", Value::text(id));
    }
  }

  void end() override {
    if (repeated_ != 0) {
      op_.note("tag", "duplicate-tag",
               "{} tag(s) differed from another of the same user only by case or spaces and were merged.", repeated_);
    }
    if (data_ != 0) {
      op_.note("tag", "tag-data", "{} tag(s) held data that no release reads; it is kept in quarantine.jsonl.", data_);
    }
  }

 private:
  void save_data(const Row& row) {
    const std::string_view data = row.text("data");
    if (data.empty() || data == "null" || data == "{}") return;
    ++data_;
    op_.quarantine("tag", row.text("id"), "data", data, "Tags have no data from here on.");
  }

  Operations& op_;
  const bool has_data_;
  std::set<std::pair<std::string, std::string>> seen_;  // id, user
  std::int64_t repeated_ = 0;
  std::int64_t data_ = 0;
};

void migrate_tags(Operations& op) {
  if (op.has_table("_alembic_tmp_tag")) op.drop_table("_alembic_tmp_tag");
  if (is_shared(op)) let_users_share_ids(op);
  const database::Table tag = need_table(op, "tag");
  const auto is_ours = [](const database::UniqueConstraint& constraint) { return constraint.name == "uq_id_user_id"; };
  if (std::ranges::none_of(tag.unique_constraints, is_ours)) {
    op.create_unique_constraint("uq_id_user_id", "tag", {"id", "user_id"});
  }
  const bool has_data = tag.column("data") != nullptr;
  if (!op.write_sql(sql_rename_tags())) op.rewrite_rows("tag", std::make_unique<RenameTags>(op, has_data));
  if (has_data) op.drop_column("tag", "data");
  if (tag.column("meta") == nullptr) op.add_column("tag", column("meta", types::json));
}

/// Deviates from the official revision in the order of a chat's tags: there it is that of a Python set, which is
/// another at each run; here it is that of their rows.
class TagsIntoChats final : public RowStep {
 public:
  explicit TagsIntoChats(Operations& op)
      : op_(op),
        tags_(op.lookup("chatidtag", "chat_id", "SELECT tag_name FROM {table} WHERE chat_id = ?1 ORDER BY rowid")) {}

  void apply(Row& row) override {
    Json tags = Json::array();
    bool pinned = false;
    bool tagged = false;
    tags_->find({row.get("id")}, [&](const ResultRow& tag) {
      if (tag[0].is_null()) {
        ++nameless_;
        return;
      }
      tagged = true;
      Json id = id_of_tag(tag.text(0));
      if (id == "pinned") {
        pinned = true;
      } else if (std::ranges::find(tags, id) == tags.end()) {
        tags.push_back(std::move(id));
      }
    });
    if (!tagged) return;
    row.set("pinned", Value::integer(pinned ? 1 : 0));
    row.set("meta", Value::text(dump_json(meta_with(row.text("meta"), std::move(tags)))));
  }

  void end() override {
    if (nameless_ != 0) {
      op_.note("chatidtag", "nameless-chat-tag", "{} tag(s) of chats have no name and were passed over.", nameless_);
    }
  }

 private:
  /// What a run that did not come to its end has written stays.
  static Json meta_with(std::string_view old, Json tags) {
    std::optional<Json> meta = load_json(old);
    if (!meta || !meta->is_object()) meta = Json::object();
    if (!tags.empty()) (*meta)["tags"] = std::move(tags);
    return *std::move(meta);
  }

  Operations& op_;
  const std::unique_ptr<Lookup> tags_;
  std::int64_t nameless_ = 0;
};

void migrate_chats(Operations& op) {
  if (!op.has_column("chat", "pinned")) op.add_column("chat", column("pinned", types::boolean));
  if (!op.has_column("chat", "meta"))
    op.add_column("chat", column("meta", types::json).not_null().server_default("'{}'"));
  if (!op.has_table("chatidtag") || op.write_sql(sql_tags_into_chats())) return;
  op.rewrite_rows("chat", std::make_unique<TagsIntoChats>(op));
}

/// SQLite's lower() knows ASCII only, so of names beyond ASCII any two of one length may be the same.
constexpr std::string_view removed_tags = R"sql(
lower(name) = 'pinned'
OR (user_id, lower(replace(name, ' ', '_'))) IN
   (SELECT user_id, lower(replace(name, ' ', '_')) FROM tag GROUP BY 1, 2 HAVING count(*) > 1)
OR (user_id, length(name)) IN
   (SELECT user_id, length(name) FROM tag WHERE name GLOB '*[^ -~]*' GROUP BY 1, 2 HAVING count(*) > 1)
)sql";

// Copies of shared chats ("shared-…") go at a later revision, and have no tags.
constexpr std::string_view pinned_before = R"sql(
SELECT count(*) FROM chat WHERE user_id NOT LIKE 'shared-%'
AND id IN (SELECT chat_id FROM chatidtag WHERE lower(tag_name) = 'pinned')
)sql";
constexpr std::string_view pinned_after = R"sql(
SELECT count(*) FROM chat WHERE user_id NOT LIKE 'shared-%' AND pinned
AND id IN (SELECT chat_id FROM chatidtag WHERE lower(tag_name) = 'pinned')
)sql";
constexpr std::string_view tagged_before = R"sql(
SELECT count(*) FROM chat WHERE user_id NOT LIKE 'shared-%'
AND id IN (SELECT chat_id FROM chatidtag WHERE lower(tag_name) <> 'pinned')
)sql";
constexpr std::string_view tagged_after = R"sql(
SELECT count(*) FROM chat WHERE user_id NOT LIKE 'shared-%'
AND CASE WHEN json_valid(meta) THEN json_array_length(meta, '$.tags') > 0 END
AND id IN (SELECT chat_id FROM chatidtag WHERE lower(tag_name) <> 'pinned')
)sql";

void upgrade(Operations& op) {
  if (op.has_table("tag")) migrate_tags(op);
  migrate_chats(op);
}

/// Names of tags by user and id.
using TagNames = std::map<std::pair<std::string, std::string>, std::string>;

/// Writes a chat's tags, and whether it is pinned, as rows of chatidtag. The official way back does nothing, and
/// programs of that time neither find tag.data nor a tag that was given since.
class TagsOutOfChats final : public RowStep {
 public:
  TagsOutOfChats(Operations& op, TagNames names)
      : op_(op),
        names_(std::move(names)),
        rows_(op.insert_into("chatidtag", {"id", "tag_name", "chat_id", "user_id", "timestamp"}, "chat")),
        tags_(op.insert_into("tag", {"id", "name", "user_id"}, "chat")) {}

  void apply(Row& row) override {
    const std::string user(row.text("user_id"));
    if (const auto meta = load_json(row.text("meta")); meta && meta->is_object() && meta->contains("tags")) {
      for (const Json& tag : meta->at("tags")) {
        if (tag.is_string()) write(row, user, name_of(user, tag.get<std::string>()));
      }
    }
    if (row.get("pinned").as_real() == 0) return;
    write(row, user, "pinned");
    if (!pinners_.insert(user).second) return;
    const std::string id = op_.environment().uuid4();
    tags_.insert({Value::text(id), Value::text("pinned"), Value::text(user)});
  }

 private:
  [[nodiscard]] std::string name_of(const std::string& user, const std::string& id) const {
    const auto found = names_.find({user, id});
    return found != names_.end() ? found->second : id;
  }

  void write(Row& row, const std::string& user, const std::string& name) {
    const std::string id = op_.environment().uuid4();
    const Value time = row.get("updated_at");
    rows_.insert({Value::text(id), Value::text(name), row.get("id"), Value::text(user),
                  time.is_null() ? Value::integer(op_.environment().now()) : time});
  }

  Operations& op_;
  const TagNames names_;
  Inserter& rows_;
  Inserter& tags_;
  std::set<std::string> pinners_;
};

TagNames names_of_tags(Operations& op) {
  TagNames names;
  op.read({"tag"}, "SELECT user_id, id, name FROM tag WHERE name IS NOT NULL", [&](const ResultRow& row) {
    names[{row.text(0), row.text(1)}] = row.text(2);
  });
  return names;
}

/// Each tag has an id of its own again.
void restore_tags(Operations& op, bool ids_are_new) {
  const database::Table tag = need_table(op, "tag");
  for (const database::UniqueConstraint& constraint : tag.unique_constraints) {
    if (constraint.name == "uq_id_user_id") op.drop_constraint("uq_id_user_id", "tag", ConstraintKind::unique);
  }
  if (!ids_are_new) {
    op.rewrite_rows("tag", [&op](Row& row) {
      const std::string id = op.environment().uuid4();
      row.set("id", Value::text(id));
    });
  }
  drop_present_column(op, "tag", "meta");
  add_missing_column(op, "tag", column("data", types::text));
  if (!tag.primary_key) op.create_primary_key("pk_id", "tag", {"id"});
}

void downgrade(Operations& op) {
  if (op.write_sql(sql_tags_out_of_chats())) {
    restore_tags(op, true);
  } else {
    TagNames names = names_of_tags(op);
    restore_tags(op, false);
    op.rewrite_rows("chatidtag", [](Row& row) { row.drop(); });
    op.rewrite_rows("chat", std::make_unique<TagsOutOfChats>(op, std::move(names)));
  }
  drop_present_columns(op, "chat", {"pinned", "meta"});
}

}  // namespace

const Revision& revision_1af9b942657b() {
  static const Revision revision{
      .id = "1af9b942657b",
      .down_revision = "242a2047eae0",
      .message = "Migrate tags",
      .create_date = "2024-10-09 21:02:35.241684",
      .summary =
          "Tags of chats move into the chats themselves; tags are known by their name in lower case from here on.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {{.kind = Effect::Kind::changes_key,
                   .table = "tag",
                   .column = "name,user_id",
                   .condition = "",
                   .why = "a tag's id is its name in lower case from here on"},
                  {.kind = Effect::Kind::removes_rows,
                   .table = "tag",
                   .column = "",
                   .condition = removed_tags,
                   .why = "the tag 'pinned' becomes chat.pinned; tags of one user that differ only by case are one"},
                  {.kind = Effect::Kind::drops_column,
                   .table = "tag",
                   .column = "data",
                   .condition = "",
                   .why = "it was never used; should it hold something, that goes to the quarantine"},
                  {.kind = Effect::Kind::drops_table,
                   .table = "_alembic_tmp_tag",
                   .column = "",
                   .condition = "",
                   .why = "a copy of tag that an interrupted migration left behind"},
                  {.kind = Effect::Kind::changes_column,
                   .table = "chat",
                   .column = "pinned",
                   .condition = "id IN (SELECT chat_id FROM chatidtag)",
                   .why = "the tag 'pinned' becomes chat.pinned"},
                  {.kind = Effect::Kind::changes_column,
                   .table = "chat",
                   .column = "meta",
                   .condition = "id IN (SELECT chat_id FROM chatidtag)",
                   .why = "the tags of a chat stand in chat.meta"}},
      .proofs = {{.id = "pinned-chats", .title = "pinned chats", .before = pinned_before, .after = pinned_after},
                 {.id = "tagged-chats", .title = "chats with tags", .before = tagged_before, .after = tagged_after}},
      .down_effects =
          {{Effect::Kind::changes_key, "tag", "name,user_id", "", "each tag has an id of its own"},
           {Effect::Kind::adds_rows, "tag", "", "", "the tag 'pinned'"},
           {Effect::Kind::changes_key, "chatidtag", "chat_id,tag_name", "", "written anew from the chats"},
           {Effect::Kind::removes_rows, "chatidtag", "0", "", "written anew from the chats"},
           {Effect::Kind::adds_rows, "chatidtag", "", "", "tags of chats"},
           {Effect::Kind::drops_column, "chat", "pinned", "0", "it is a tag"},
           {Effect::Kind::drops_column, "chat", "meta",
            R"sql(CASE WHEN json_valid(meta) THEN EXISTS (SELECT 1 FROM json_each(meta) WHERE "key" <> 'tags') END)sql",
            "the tags stand in chatidtag"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

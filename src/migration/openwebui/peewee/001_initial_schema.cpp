#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/peewee/fields.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

void upgrade(Operations& op) {
  create_model(op, "auth",
               {varchar("id").not_null(), varchar("email").not_null(), varchar("password").not_null(),
                boolean("active").not_null()},
               {"id"});
  create_model(op, "chat",
               {varchar("id").not_null(), varchar("user_id").not_null(), varchar("title").not_null(),
                text("chat").not_null(), integer("timestamp").not_null()},
               {"id"});
  create_model(op, "chatidtag",
               {varchar("id").not_null(), varchar("tag_name").not_null(), varchar("chat_id").not_null(),
                varchar("user_id").not_null(), integer("timestamp").not_null()},
               {"id"});
  create_model(
      op, "document",
      {automatic_id(), varchar("collection_name").not_null(), varchar("name").not_null(), varchar("title").not_null(),
       varchar("filename").not_null(), text("content"), varchar("user_id").not_null(), integer("timestamp").not_null()},
      {"collection_name", "name"});
  create_model(op, "modelfile",
               {automatic_id(), varchar("tag_name").not_null(), varchar("user_id").not_null(),
                text("modelfile").not_null(), integer("timestamp").not_null()},
               {"tag_name"});
  create_model(op, "prompt",
               {automatic_id(), varchar("command").not_null(), varchar("user_id").not_null(),
                varchar("title").not_null(), text("content").not_null(), integer("timestamp").not_null()},
               {"command"});
  create_model(op, "tag",
               {varchar("id").not_null(), varchar("name").not_null(), varchar("user_id").not_null(), text("data")},
               {"id"});
  create_model(op, "user",
               {varchar("id").not_null(), varchar("name").not_null(), varchar("email").not_null(),
                varchar("role").not_null(), varchar("profile_image_url").not_null(), integer("timestamp").not_null()},
               {"id"});
}

}  // namespace

const Revision& peewee_001() {
  static const Revision revision{
      .id = "001_initial_schema",
      .down_revision = "",
      .message = "initial schema",
      .create_date = "",
      .summary = "",
      .upgrade = upgrade,
      .effects = {},
      .proofs = {},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

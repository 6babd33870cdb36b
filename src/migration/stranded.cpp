#include "migration/stranded.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "migration/openwebui/chain.hpp"

namespace liftlock::migration {

namespace {

using Leftover = DatabaseState::Leftover;

bool has_run(const DatabaseState& state, std::string_view revision) {
  if (state.revision.empty() || !state.known_revision) return false;
  const auto chain = openwebui::alembic_revisions();
  const auto at = [&](std::string_view id) {
    return std::ranges::find(chain, id, [](const auto* step) { return step->id; });
  };
  return at(revision) <= at(state.revision);
}

class Search {
 public:
  Search(database::Connection& connection, const database::Schema& schema, const DatabaseState& state)
      : connection_(connection), schema_(schema), state_(state) {}

  Result<std::vector<Leftover>> run() {
    TRY(chats());
    TRY(group_members());
    TRY(knowledge_files());
    TRY(users());
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool has(std::string_view table, std::string_view column) const {
    const database::Table* found = schema_.table(table);
    return found != nullptr && found->column(column) != nullptr;
  }

  [[nodiscard]] bool has_run(std::string_view revision) const { return migration::has_run(state_, revision); }

  Result<std::int64_t> count(const std::string& sql) { return TRY(connection_.query_integer(sql)).value_or(0); }

  Result<void> chats() {
    if (!has("chat", "old_chat") || !has("chat", "chat")) return {};
    const auto stranded =
        TRY(count("SELECT count(*) FROM chat WHERE old_chat IS NOT NULL AND (chat IS NULL OR chat = 'null')"));
    if (stranded == 0) return {};
    found_.push_back(stranded_chats(state_, stranded));
    return {};
  }

  Result<void> group_members() {
    if (!has_run("37f288994c47") || !has("group", "user_ids") || !has("group_member", "user_id")) return {};
    const auto missing = TRY(count(R"sql(
SELECT count(*) FROM (
  SELECT DISTINCT "group".id, member.value FROM "group",
    json_each(CASE WHEN json_valid(user_ids) THEN CASE WHEN json_type(user_ids) = 'array' THEN user_ids END END) AS member
  WHERE member.type = 'text' AND member.value IN (SELECT id FROM user) AND NOT EXISTS
    (SELECT 1 FROM group_member WHERE group_id = "group".id AND user_id = member.value))
)sql"));
    found_.push_back(
        {"stranded-group-members",
         fmt::format("Revision 37f288994c47 failed once and was then passed over: {} memberships of groups stand "
                     "only in the column group.user_ids, where no release finds them.",
                     missing),
         true, "They become members again, beside those that the groups have."});
    return {};
  }

  Result<void> knowledge_files() {
    if (!has_run("3e0e00844bb0") || !has("knowledge", "data") || !has("knowledge_file", "file_id")) return {};
    const auto missing = TRY(count(R"sql(
SELECT count(*) FROM (
  SELECT DISTINCT knowledge.id, item.value FROM knowledge,
    json_each(CASE WHEN json_valid(data) THEN CASE WHEN json_type(data) = 'object' THEN data END END, '$.file_ids') AS item
  WHERE item.type = 'text' AND typeof(item.key) = 'integer' AND item.value IN (SELECT id FROM file) AND NOT EXISTS
    (SELECT 1 FROM knowledge_file WHERE knowledge_id = knowledge.id AND file_id = item.value))
)sql"));
    if (missing == 0 && has_run("81cc2ce44d79")) return {};  // which brings the column back
    found_.push_back(
        {"stranded-knowledge-files",
         fmt::format("Revision 3e0e00844bb0 failed once and was then passed over: {} files of knowledge bases "
                     "stand only in the column knowledge.data, where no release finds them.",
                     missing),
         true, "They belong to their knowledge bases again, beside the files that those have."});
    return {};
  }

  /// Before 6d09d1bf1f23 there is nothing to say: that revision repairs them.
  Result<void> users() {
    if (!has_run("6d09d1bf1f23")) return {};
    for (const char* column : {"settings", "info"}) {
      if (!has("user", column)) continue;
      const auto encoded = TRY(count(fmt::format(
          "SELECT count(*) FROM (SELECT CASE WHEN json_valid({0}) THEN CASE WHEN json_type({0}) = 'text' THEN "
          "json_extract({0}, '$') END END AS inside FROM user) "
          "WHERE CASE WHEN json_valid(inside) THEN json_type(inside) IN ('object', 'text') END",
          column)));
      if (encoded == 0) continue;
      found_.push_back(
          {"doubly-encoded-users",
           fmt::format("A release from 0.9.6 to 0.11.0 encoded user.{} of {} users twice, so that the program "
                       "cannot read it.",
                       column, encoded),
           true, "It is decoded once more."});
    }
    return {};
  }

  database::Connection& connection_;
  const database::Schema& schema_;
  const DatabaseState& state_;
  std::vector<Leftover> found_;
};

}  // namespace

Leftover stranded_chats(const DatabaseState& state, std::int64_t count) {
  if (!has_run(state, "242a2047eae0")) {
    return {
        "half-242a2047eae0",
        fmt::format("Revision 242a2047eae0 was started and not finished: {} chats are in the column old_chat.", count),
        true, "The chats are brought back into the column chat."};
  }
  return {"stranded-chats",
          fmt::format("Release 0.9.6 left {} chats in the column old_chat, where no release finds them.", count), true,
          "The chats are brought back into the column chat, and their messages into chat_message."};
}

Result<std::vector<Leftover>> find_stranded_data(database::Connection& connection, const database::Schema& schema,
                                                 const DatabaseState& state) {
  return Search(connection, schema, state).run();
}

}  // namespace liftlock::migration

#include "migration/openwebui/repairs.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>

#include "migration/openwebui/leftovers.hpp"
#include "migration/operations.hpp"
#include "migration/state.hpp"

namespace liftlock::migration::openwebui {

namespace {

using Kind = Effect::Kind;

/// The tables that the official chain rebuilds.
constexpr std::array rebuilt_tables{
    "auth",  "channel", "channel_file", "channel_member", "chat",      "chatidtag",      "config", "document",
    "file",  "folder",  "function",     "group",          "knowledge", "knowledge_file", "memory", "message",
    "model", "note",    "prompt",       "skill",          "tag",       "tool",           "user"};

/// The schema that the database should have by its version tables; empty where that cannot be told.
database::Schema expected_by_version(Operations& op) {
  Head head;
  if (op.has_table("alembic_version")) {
    op.read({"alembic_version"}, "SELECT version_num FROM alembic_version",
            [&](const ResultRow& row) { head.revision = row.text(0); });
  }
  auto expected = expected_schema(op.has_table("migratehistory") ? Lineage::peewee : Lineage::alembic, head);
  return expected ? *std::move(expected) : database::Schema{};
}

void restore_indexes(Operations& op, const database::Table& expected) {
  for (const database::Index& index : expected.indexes) {
    const bool possible = std::ranges::all_of(expected.columns, [&](const database::Column& column) {
      return std::ranges::find(index.columns, column.name) == index.columns.end() ||
             op.has_column(expected.name, column.name);
    });
    if (!possible || op.has_index(expected.name, index.name)) continue;
    op.create_index(index.name, expected.name, index.columns, {.unique = index.unique, .where = index.where});
    op.note(expected.name, "missing-index", "{} indexes that were missing were made again.");
  }
}

/// A copy whose table is gone is complete but for its indexes, which are made last.
void put_temporary_tables_in_order(Operations& op) {
  for (const std::string table : rebuilt_tables) {
    const std::string copy = fmt::format("_alembic_tmp_{}", table);
    if (!op.has_table(copy)) continue;
    if (op.has_table(table)) {
      op.drop_table(copy);
    } else {
      op.rename_table(copy, table);
      const database::Schema expected = expected_by_version(op);
      if (const database::Table* should = expected.table(table)) restore_indexes(op, *should);
    }
    op.note(table, "temporary-table", "{} interrupted table rebuilds were cleaned up.");
  }
}

std::vector<Effect> effects_on_copies() {
  static const std::vector<std::string> copies = [] {
    std::vector<std::string> names;
    for (const char* table : rebuilt_tables) names.push_back(fmt::format("_alembic_tmp_{}", table));
    return names;
  }();
  std::vector<Effect> effects;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    effects.push_back({Kind::drops_table, copies[i], "", "", "an unfinished copy of a table that is there"});
  }
  return effects;
}

Revision repair(std::string_view id, std::string_view message, std::string_view summary, void (*upgrade)(Operations&),
                std::vector<Effect> effects) {
  return {.id = id,
          .down_revision = "",
          .message = message,
          .create_date = "",
          .summary = summary,
          .upgrade = upgrade,
          .effects = std::move(effects),
          .proofs = {}};
}

const std::array<Revision, 4>& repairs() {
  static const std::array<Revision, 4> all{
      repair("temporary-table", "clean up interrupted table rebuilds",
             "Copies of tables that an interrupted migration left are removed, or take their table's place.",
             put_temporary_tables_in_order, effects_on_copies()),
      repair("stranded-chats", "bring chats back from old_chat",
             "Chats that release 0.9.6 left in the column old_chat are brought back into chat.", bring_old_chats_home,
             {{Kind::changes_column, "chat", "chat",
               "old_chat IS NOT NULL OR CASE WHEN typeof(chat) <> 'text' THEN 1 ELSE NOT json_valid(chat) END",
               "the chat was in old_chat"},
              {Kind::drops_column, "chat", "old_chat", "", "its content is in chat.chat"}}),
      repair("stranded-group-members", "bring members of groups back from their lists",
             "Members of groups that a failed migration left in group.user_ids become members again.",
             move_group_members,
             {{Kind::drops_column, "group", "user_ids", "", "the members are in group_member"},
              {Kind::adds_rows, "group_member", "", "", "the members that groups list"}}),
      repair("stranded-knowledge-files", "bring files of knowledge bases back from their lists",
             "Files of knowledge bases that a failed migration left in knowledge.data belong to them again.",
             move_knowledge_files,
             {{Kind::changes_column, "knowledge", "data", "", "its lists of files are in knowledge_file"},
              {Kind::drops_column, "knowledge", "data", "", "its lists of files are in knowledge_file"},
              {Kind::adds_rows, "knowledge_file", "", "", "the files that knowledge bases list"}}),
  };
  return all;
}

}  // namespace

const Revision* repair_of(std::string_view leftover_id) {
  const auto found = std::ranges::find(repairs(), leftover_id, &Revision::id);
  return found == repairs().end() ? nullptr : &*found;
}

}  // namespace liftlock::migration::openwebui

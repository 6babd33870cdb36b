#include "change/verification/checks.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "database/compare_schema.hpp"
#include "migration/openwebui/chat_document.hpp"

namespace liftlock::change::verification {

using database::Connection;
using migration::DatabaseState;
using migration::Head;
using migration::Lineage;

namespace {

constexpr std::size_t examples_shown = 5;

std::string first_few(const std::vector<std::string>& texts) {
  const std::size_t shown = std::min(texts.size(), examples_shown);
  std::string list =
      fmt::format("{}", fmt::join(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(shown), "; "));
  if (shown < texts.size()) list += fmt::format("; and {} more", texts.size() - shown);
  return list;
}

Check answer(std::string id, std::string title, const std::vector<std::string>& wrong) {
  return {std::move(id), std::move(title), wrong.empty(), first_few(wrong), {}};
}

Result<bool> has_table(Connection& database, std::string_view table) {
  const auto found =
      TRY(database.query_integer("SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ?",
                                 {database::Value::text(table)}));
  return found.value_or(0) > 0;
}

}  // namespace

Lineage lineage_after(const DatabaseState& state, const Head& head) {
  if (state.lineage != Lineage::none) return state.lineage;
  return head.peewee_migrations > state.peewee_migrations ? Lineage::peewee : Lineage::alembic;
}

Result<Check> check_revision(Connection& database, const Head& head, Lineage lineage) {
  std::vector<std::string> wrong;
  if (!head.revision.empty()) {
    std::string found;
    if (TRY(has_table(database, "alembic_version"))) {
      found = TRY(database.query_text("SELECT group_concat(version_num) FROM alembic_version")).value_or("");
    }
    if (found != head.revision) {
      wrong.push_back(
          fmt::format("the database is at revision {}, not {}", found.empty() ? "(none)" : found, head.revision));
    }
  }
  if (lineage == Lineage::peewee) {
    const int wanted = head.revision.empty() ? head.peewee_migrations : 18;
    std::int64_t found = 0;
    if (TRY(has_table(database, "migratehistory"))) {
      found = TRY(database.query_integer("SELECT count(*) FROM migratehistory")).value_or(0);
    }
    if (found < wanted) wrong.push_back(fmt::format("migratehistory has {} of {} Peewee migrations", found, wanted));
  }
  return answer("revision", "The database is at the wanted revision", wrong);
}

Result<Check> check_schema(const database::Schema& schema_before, const DatabaseState& state_before,
                           const database::Schema& schema, Lineage lineage, const Head& head,
                           const migration::Path& path) {
  const auto expected = path.downward.empty() ? TRY(migration::expected_schema(lineage, head))
                                              : TRY(migration::expected_schema_below(state_before, path));
  std::set<std::string> different_before;
  std::map<std::string, std::string> described_before;
  if (state_before.lineage != Lineage::none) {
    const Head head_before{state_before.peewee_migrations, state_before.revision};
    const auto expected_before = TRY(migration::expected_schema(state_before.lineage, head_before));
    for (const auto& difference : database::compare_schemas(expected_before, schema_before)) {
      different_before.insert(difference.object);
    }
    described_before = database::describe_schema(schema_before);
  }
  std::vector<std::string> wrong;
  std::int64_t kept = 0;
  for (const auto& difference : database::compare_schemas(expected, schema)) {
    const auto before = described_before.find(difference.object);
    const bool kept_as_it_was = difference.kind == database::SchemaDifference::Kind::extra &&
                                before != described_before.end() && before->second == difference.actual;
    if (kept_as_it_was || different_before.contains(difference.object))
      ++kept;
    else
      wrong.push_back(difference.text());
  }
  Check check = answer("schema", "The schema is the one that this revision has", wrong);
  check.numbers = {{"tables", static_cast<std::int64_t>(schema.tables.size())},
                   {"differences that were there before", kept}};
  return check;
}

Result<Check> check_integrity(Connection& database, Progress& progress) {
  progress.begin("Checking the integrity of the database", 0, Progress::Unit::steps);
  auto statement = TRY(database.prepare("PRAGMA integrity_check(20)"));
  std::vector<std::string> wrong;
  while (TRY(statement.step())) {
    if (statement.text(0) != "ok") wrong.push_back(statement.text(0));
  }
  progress.end();
  return answer("integrity", "The database file is intact (integrity_check)", wrong);
}

namespace {

using Broken = std::map<std::pair<std::string, std::string>, std::int64_t>;

Result<Broken> broken_references(Connection& database) {
  Broken broken;
  auto statement =
      TRY(database.prepare("SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2"));
  while (TRY(statement.step())) broken[{statement.text(0), statement.text(1)}] = statement.integer(2);
  return broken;
}

}  // namespace

Result<Check> check_foreign_keys(Connection* before, Connection& after) {
  const Broken old_ones = before != nullptr ? TRY(broken_references(*before)) : Broken{};
  std::vector<std::string> wrong;
  std::int64_t kept = 0;
  for (const auto& [tables, count] : TRY(broken_references(after))) {
    const auto old = old_ones.find(tables);
    const std::int64_t were = old == old_ones.end() ? 0 : old->second;
    if (count > were)
      wrong.push_back(
          fmt::format("{} rows of {} point to nothing in {}, {} did before", count, tables.first, tables.second, were));
    else
      kept += count;
  }
  Check check = answer("foreign-keys", "Every reference leads somewhere (foreign_key_check)", wrong);
  if (kept > 0) check.numbers = {{"broken before, too", kept}};
  return check;
}

Result<std::vector<Check>> check_proofs(Connection& before, Connection& after, const migration::Path& path) {
  std::vector<Check> checks;
  for (const migration::Revision* revision : path.all()) {
    for (const migration::Proof& proof : revision->proofs) {
      // A database that starts before the table or column was made has nothing to prove here.
      if (!before.prepare(proof.before)) continue;
      // On the way down, a later step may have dropped what this one had moved the data to.
      if (!path.downward.empty() && !after.prepare(proof.after)) continue;
      const auto expected = TRY(before.query_integer(proof.before)).value_or(0);
      const auto found = TRY(after.query_integer(proof.after)).value_or(0);
      std::vector<std::string> wrong;
      if (expected != found) wrong.push_back(fmt::format("{} before, {} after", expected, found));
      Check check = answer(fmt::format("proof-{}", proof.id), fmt::format("All {} are there", proof.title), wrong);
      check.numbers = {{"before", expected}, {"after", found}};
      checks.push_back(std::move(check));
    }
  }
  return checks;
}

namespace {

/// The messages in the chats that are not shares, counted as 8452d01d26d7 reads them.
Result<std::int64_t> count_messages_in_chats(Connection& database, Progress& progress) {
  using migration::openwebui::ChatReader;
  const auto total = TRY(database.query_integer("SELECT count(*) FROM chat"));
  progress.begin("Counting the messages in the chats", total.value_or(0), Progress::Unit::rows);
  auto statement = TRY(database.prepare("SELECT chat FROM chat WHERE user_id IS NULL OR user_id NOT LIKE 'shared-%'"));
  ChatReader reader;
  std::int64_t messages = 0;
  std::int64_t done = 0;
  while (TRY(statement.step())) {
    const auto& document = reader.read(statement.column(0).bytes(), ChatReader::Parts::outline);
    messages += std::ranges::count_if(document.messages, [](const auto& message) { return message.role.is_true; });
    progress.advance(++done);
  }
  progress.end();
  return messages;
}

}  // namespace

Result<std::vector<Check>> check_messages(Connection& before, Connection& after, const migration::Path& path,
                                          Progress& progress) {
  const bool makes_messages =
      std::ranges::any_of(path.alembic, [](const auto* revision) { return revision->id == "8452d01d26d7"; });
  if (!makes_messages || !TRY(has_table(before, "chat")) || !TRY(has_table(after, "chat_message")))
    return std::vector<Check>{};
  const std::int64_t expected = TRY(count_messages_in_chats(before, progress));
  const auto found = TRY(after.query_integer("SELECT count(*) FROM chat_message")).value_or(0);
  std::vector<std::string> wrong;
  if (found < expected)
    wrong.push_back(fmt::format("the chats hold {} messages, chat_message has {}", expected, found));
  Check check = answer("messages", "Every message of every chat is in chat_message", wrong);
  check.numbers = {{"in the chats", expected}, {"in chat_message", found}};
  return std::vector<Check>{std::move(check)};
}

namespace {

struct Kind {
  const char* kind;
  const char* table;
  const char* sql;
};

constexpr Kind kinds[] = {
    {"users", "user", "SELECT count(*) FROM \"user\""},
    {"auths", "auth", "SELECT count(*) FROM auth"},
    {"chats", "chat", "SELECT count(*) FROM chat WHERE user_id IS NULL OR user_id NOT LIKE 'shared-%'"},
    {"messages", "chat_message", "SELECT count(*) FROM chat_message"},
    {"files", "file", "SELECT count(*) FROM file"},
    {"folders", "folder", "SELECT count(*) FROM folder"},
    {"tags", "tag", "SELECT count(*) FROM tag"},
    {"prompts", "prompt", "SELECT count(*) FROM prompt"},
    {"knowledge", "knowledge", "SELECT count(*) FROM knowledge"},
    {"models", "model", "SELECT count(*) FROM model"},
    {"tools", "tool", "SELECT count(*) FROM tool"},
    {"functions", "function", "SELECT count(*) FROM function"},
    {"memories", "memory", "SELECT count(*) FROM memory"},
    {"notes", "note", "SELECT count(*) FROM note"},
    {"channels", "channel", "SELECT count(*) FROM channel"},
    {"groups", "group", "SELECT count(*) FROM \"group\""},
    {"feedback", "feedback", "SELECT count(*) FROM feedback"},
    {"configs", "config", "SELECT count(*) FROM config"},
};

Result<std::optional<std::int64_t>> count(Connection* database, const Kind& kind) {
  if (database == nullptr || !TRY(has_table(*database, kind.table))) return std::nullopt;
  return database->query_integer(kind.sql);
}

}  // namespace

Result<std::vector<Count>> count_things(Connection* before, Connection& after) {
  std::vector<Count> counts;
  for (const Kind& kind : kinds) {
    counts.push_back({kind.kind, TRY(count(before, kind)), TRY(count(&after, kind))});
  }
  return counts;
}

}  // namespace liftlock::change::verification

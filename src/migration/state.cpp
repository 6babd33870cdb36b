#include "migration/state.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "database/sqlite_schema.hpp"
#include "migration/inspection.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/stranded.hpp"

namespace liftlock::migration {

namespace {

using database::Connection;
using database::Schema;
using Leftover = DatabaseState::Leftover;

bool has_column(const Schema& schema, std::string_view table, std::string_view column) {
  const database::Table* found = schema.table(table);
  return found != nullptr && found->column(column) != nullptr;
}

/// How many of the Peewee migrations are recorded, and whether one is missing before the last of them.
void judge_peewee(const std::vector<std::string>& rows, DatabaseState& state, std::vector<Leftover>& leftovers) {
  const std::set<std::string, std::less<>> recorded(rows.begin(), rows.end());
  int last = 0;
  int number = 0;
  for (const Revision* migration : openwebui::peewee_migrations()) {
    ++number;
    if (!recorded.contains(migration->id)) continue;
    ++state.peewee_migrations;
    last = number;
  }
  if (last != state.peewee_migrations) {
    leftovers.push_back(
        {"peewee-gap",
         fmt::format("The table migratehistory names migration {}, but only {} in all.", last, state.peewee_migrations),
         false, "Restore a backup whose migratehistory is whole."});
  }
}

void judge_alembic(const std::vector<std::string>& revisions, DatabaseState& state, std::vector<Leftover>& leftovers) {
  if (revisions.size() > 1) {
    leftovers.push_back({"several-revisions",
                         fmt::format("alembic_version has {} rows; Open WebUI's chain has one head.", revisions.size()),
                         false, "Find out which revision the schema has, and leave only that row."});
  }
  if (!revisions.empty()) state.revision = revisions.back();
  const auto chain = openwebui::alembic_revisions();
  state.known_revision = state.revision.empty() || std::ranges::find(chain, state.revision, [](const auto* step) {
                                                     return step->id;
                                                   }) != chain.end();
}

Lineage lineage_of(const Schema& schema, const DatabaseState& state) {
  if (schema.table("user") == nullptr && schema.table("chat") == nullptr && schema.table("auth") == nullptr &&
      state.revision.empty() && state.peewee_migrations == 0) {
    return Lineage::none;
  }
  // The records alone prove nothing: a way down to an old release writes them for it.
  const database::Table* user = schema.table("user");
  const database::Column* id = user != nullptr ? user->column("id") : nullptr;
  if (id == nullptr && schema.table("migratehistory") != nullptr) return Lineage::peewee;
  return id != nullptr && id->type == "VARCHAR(255)" ? Lineage::peewee : Lineage::alembic;
}

/// Other programs use Peewee and Alembic, too: these tables and columns make an Open WebUI database.
bool looks_like_open_webui(const Schema& schema) {
  return has_column(schema, "user", "profile_image_url") && has_column(schema, "chat", "user_id") &&
         has_column(schema, "auth", "password");
}

Result<std::vector<std::string>> texts(Connection& connection, const char* sql) {
  std::vector<std::string> found;
  auto statement = TRY(connection.prepare(sql));
  while (TRY(statement.step())) found.push_back(statement.text(0));
  return found;
}

}  // namespace

std::string_view name_of(Lineage lineage) {
  switch (lineage) {
    case Lineage::none:
      return "none";
    case Lineage::peewee:
      return "peewee";
    case Lineage::alembic:
      return "alembic";
  }
  return "none";
}

bool has_peewee_rows(const Schema& schema) { return has_column(schema, "migratehistory", "name"); }
bool has_alembic_rows(const Schema& schema) { return has_column(schema, "alembic_version", "version_num"); }

Result<DatabaseState> judge_state(const Schema& schema, const VersionRows& rows, const StrandedSearch& stranded) {
  DatabaseState state;
  if (schema.tables.empty() && schema.others.empty()) return state;
  std::vector<Leftover> leftovers;
  if (has_peewee_rows(schema)) judge_peewee(rows.peewee, state, leftovers);
  if (has_alembic_rows(schema)) judge_alembic(rows.alembic, state, leftovers);
  const bool only_version_tables = std::ranges::all_of(schema.tables, [](const auto& table) {
    return table.first == "migratehistory" || table.first == "alembic_version";
  });
  // A way down to the base leaves Peewee's records.
  const bool nothing_to_go_on_from = state.peewee_migrations == 0 || state.peewee_migrations == 18;
  if (only_version_tables && state.revision.empty() && nothing_to_go_on_from) return state;
  if (!looks_like_open_webui(schema)) {
    state.foreign = true;
    return state;
  }
  state.lineage = lineage_of(schema, state);
  for (Leftover& leftover : TRY(find_leftovers(schema, state, stranded))) leftovers.push_back(std::move(leftover));
  state.leftovers = std::move(leftovers);
  return state;
}

Result<DatabaseState> inspect_state(Connection& connection) {
  const Schema schema = TRY(database::read_schema(connection));
  VersionRows rows;
  if (has_peewee_rows(schema)) rows.peewee = TRY(texts(connection, peewee_rows_sql));
  if (has_alembic_rows(schema)) rows.alembic = TRY(texts(connection, alembic_rows_sql));
  return judge_state(schema, rows,
                     [&](const DatabaseState& state) { return find_stranded_data(connection, schema, state); });
}

}  // namespace liftlock::migration

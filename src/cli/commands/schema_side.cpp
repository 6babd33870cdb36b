#include "cli/commands/schema_side.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>

#include "change/swap.hpp"
#include "database/postgres.hpp"
#include "database/postgres_schema.hpp"
#include "database/sqlite_schema.hpp"
#include "database/translate_schema.hpp"
#include "migration/openwebui/scripts.hpp"
#include "migration/script/lookup.hpp"
#include "release/catalogue.hpp"

namespace liftlock::cli {

namespace {

using database::Dialect;
using database::Schema;
using migration::Lineage;

std::unexpected<Error> unknown(std::string_view text) {
  return std::unexpected(Error{
      .kind = ErrorKind::usage,
      .id = "schema-unknown",
      .doing = fmt::format("Looking for the schema of {}", text),
      .what = "it is neither a database that is there, nor a release, nor a revision of Open WebUI",
      .state = {},
      .next =
          "Name a database (sqlite:////srv/data/webui.db, or a path), a release (0.12.4) or a revision (9f0c9cd09105, "
          "head)."});
}

Result<SchemaSide> release_side(const release::Release& release) {
  SchemaSide side;
  side.name = "release " + to_string(release.version);
  side.head = release.head;
  return side;
}

Result<SchemaSide> revision_side(std::string_view text) {
  const migration::script::RevisionMap& map = migration::openwebui::revision_map();
  const auto places = migration::script::revisions_named(map, migration::script::End::name(std::string(text)));
  if (!places || places->size() > 1) return unknown(text);
  SchemaSide side;
  side.head.revision = places->empty() ? std::string() : map[places->front()].script.revision;
  side.name = places->empty() ? "the base" : "revision " + side.head.revision;
  return side;
}

Result<SchemaSide> sqlite_side(const database::Url& url) {
  std::error_code ignored;
  if (!std::filesystem::exists(url.file, ignored)) {
    return failure("database-absent", fmt::format("Opening the database {}", url.file.string()),
                   "there is no such file");
  }
  SchemaSide side;
  side.name = url.safe;
  side.database = url;
  database::Connection connection = TRY(change::open_to_look(url.file));
  side.state = TRY(migration::inspect_state(connection));
  side.read = TRY(database::read_schema(connection));
  return side;
}

/// What alembic_version says; empty where it says nothing, or more than one thing.
Result<std::string> recorded_revision(database::postgres::Connection& connection, const Schema& schema) {
  if (schema.table("alembic_version") == nullptr) return std::string();
  const auto answer = TRY(connection.query("SELECT version_num FROM alembic_version"));
  return answer.rows() == 1 ? answer.text(0, 0) : std::string();
}

Result<SchemaSide> postgres_side(const database::Url& url) {
  const char* schema = std::getenv("DATABASE_SCHEMA");
  database::postgres::Connection connection =
      TRY(database::postgres::Connection::open(url, schema != nullptr ? schema : ""));
  SchemaSide side;
  side.name = url.safe;
  side.database = url;
  side.read = TRY(database::postgres::read_schema(connection));
  side.state.revision = TRY(recorded_revision(connection, *side.read));
  const database::Table* user = side.read->table("user");
  const database::Column* id = user != nullptr ? user->column("id") : nullptr;
  if (id != nullptr) side.state.lineage = id->type == "VARCHAR(255)" ? Lineage::peewee : Lineage::alembic;
  return side;
}

Result<Schema> schema_of(const SchemaSide& side, Lineage lineage, Dialect dialect, const Schema& model) {
  if (side.database) return database::translate_schema(*side.read, side.dialect(), dialect, model);
  const Schema expected = TRY(migration::expected_schema(lineage, side.head));
  return database::translate_schema(expected, Dialect::sqlite, dialect, model);
}

}  // namespace

Dialect SchemaSide::dialect() const {
  return database && database->dialect == "postgresql" ? Dialect::postgresql : Dialect::sqlite;
}

Result<SchemaSide> schema_side(const database::Url& url) {
  return url.dialect == "sqlite" ? sqlite_side(url) : postgres_side(url);
}

Result<SchemaSide> schema_side(std::string_view text) {
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(text, ignored);
  if (is_file || text.find("://") != std::string_view::npos) {
    const database::Url url = TRY(database::parse_url(text));
    return schema_side(url);
  }
  if (const release::Release* release = release::find(text)) return release_side(*release);
  return revision_side(text);
}

Lineage common_lineage(const SchemaSide& a, const SchemaSide& b) {
  for (const SchemaSide* side : {&a, &b}) {
    if (side->database && side->state.lineage != Lineage::none) return side->state.lineage;
  }
  const auto is_old = [](const SchemaSide& side) {
    return side.name.starts_with("release ") && side.head.peewee_migrations > 0;
  };
  return is_old(a) || is_old(b) ? Lineage::peewee : Lineage::alembic;
}

Result<SchemaPair> comparable(const SchemaSide& a, const SchemaSide& b, Lineage lineage) {
  SchemaPair pair;
  pair.dialect = a.database ? a.dialect() : b.dialect();
  const bool a_is_model = !b.database || a.dialect() == pair.dialect;
  if (a_is_model) {
    pair.a = TRY(schema_of(a, lineage, pair.dialect, {}));
    pair.b = TRY(schema_of(b, lineage, pair.dialect, pair.a));
  } else {
    pair.b = TRY(schema_of(b, lineage, pair.dialect, {}));
    pair.a = TRY(schema_of(a, lineage, pair.dialect, pair.b));
  }
  pair.a.tables.erase("alembic_version");
  pair.b.tables.erase("alembic_version");
  return pair;
}

}  // namespace liftlock::cli

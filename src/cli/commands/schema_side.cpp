#include "cli/commands/schema_side.hpp"

#include <fmt/core.h>

#include <filesystem>

#include "change/swap.hpp"
#include "database/postgres_schema.hpp"
#include "database/sqlite_schema.hpp"
#include "database/translate_schema.hpp"
#include "deployment/database_settings.hpp"
#include "migration/openwebui/scripts.hpp"
#include "migration/postgres/chain_schemas.hpp"
#include "migration/postgres/migrate.hpp"
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

Result<SchemaSide> postgres_side(const database::Url& url) {
  SchemaSide side;
  side.name = url.safe;
  side.database = url;
  side.server = std::make_shared<database::postgres::Connection>(
      TRY(database::postgres::Connection::open(url, deployment::own_database_settings().schema)));
  TRY(migration::postgres::refuse_while_migrated(*side.server));
  side.state = TRY(migration::postgres::inspect_state(*side.server));
  side.read = TRY(database::postgres::read_schema(*side.server));
  return side;
}

Result<Schema> made_by_server(database::postgres::Connection& server, Lineage lineage, const migration::Head& head) {
  TRY(server.begin());
  Schema schema = TRY(migration::postgres::PostgresChain(server).at(lineage, head));
  TRY(server.execute("ROLLBACK"));
  return schema;
}

/// `server`: where the schema of a release is made; null: it is translated from SQLite's.
Result<Schema> schema_of(const SchemaSide& side, Lineage lineage, Dialect dialect, const Schema& model,
                         database::postgres::Connection* server) {
  if (side.database) return database::translate_schema(*side.read, side.dialect(), dialect, model);
  if (server != nullptr) return made_by_server(*server, lineage, side.head);
  return migration::expected_schema(lineage, side.head);
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
  const auto schema = [&](const SchemaSide& side, const Schema& model) {
    return schema_of(side, lineage, pair.dialect, model, (a.database ? a : b).server.get());
  };
  const bool a_is_model = !b.database || a.dialect() == pair.dialect;
  if (a_is_model) {
    pair.a = TRY(schema(a, {}));
    pair.b = TRY(schema(b, pair.a));
  } else {
    pair.b = TRY(schema(b, {}));
    pair.a = TRY(schema(a, pair.b));
  }
  pair.a.tables.erase("alembic_version");
  pair.b.tables.erase("alembic_version");
  return pair;
}

}  // namespace liftlock::cli

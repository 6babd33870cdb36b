#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "database/dialect.hpp"
#include "database/postgres.hpp"
#include "database/schema.hpp"
#include "database/url.hpp"
#include "migration/state.hpp"

namespace liftlock::cli {

/// Something that has a schema: a database, a release, or a revision of Open WebUI's chain.
struct SchemaSide {
  std::string name;  ///< for people: "release 0.6.18", "revision 9f0c9cd09105", the database's URL without its password
  std::optional<database::Url> database;                   ///< where it is one
  migration::Head head;                                    ///< of a release or revision
  migration::DatabaseState state;                          ///< of a database
  std::optional<database::Schema> read;                    ///< of a database, in its own dialect
  std::shared_ptr<database::postgres::Connection> server;  ///< to a PostgreSQL database, outside of a transaction

  [[nodiscard]] database::Dialect dialect() const;
  /// The revision that it is, or is at; empty: the base.
  [[nodiscard]] const std::string& revision() const { return database ? state.revision : head.revision; }
};

/// What `text` means: a database's URL, the path of a file that is there, a release ("0.12.4", "latest"), or a revision
/// as `db show` takes it. A database is read at once. Errors: "schema-unknown" (usage), "database-absent",
/// "database-locked" (another Liftlock migrates it), and those of reading.
[[nodiscard]] Result<SchemaSide> schema_side(std::string_view text);

/// The database alone, as one side.
[[nodiscard]] Result<SchemaSide> schema_side(const database::Url& url);

/// The lineage in which releases and revisions are looked at beside each other: that of a database, else Peewee's where
/// a release is older than 0.9.6, else Alembic's.
[[nodiscard]] migration::Lineage common_lineage(const SchemaSide& a, const SchemaSide& b);

/// Both schemas in one dialect's spelling, without the version table: that of the first database among them, else
/// SQLite's. The schema of a release or revision beside a PostgreSQL database is made by that one's server (see
/// migration::postgres::PostgresChain). Errors: those of migration::ChainSchemas.
struct SchemaPair {
  database::Schema a, b;
  database::Dialect dialect = database::Dialect::sqlite;
};
[[nodiscard]] Result<SchemaPair> comparable(const SchemaSide& a, const SchemaSide& b, migration::Lineage lineage);

}  // namespace liftlock::cli

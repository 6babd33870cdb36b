#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "database/postgres.hpp"
#include "snapshot/manifest.hpp"
#include "snapshot/snapshot.hpp"

/// A PostgreSQL database as a script of SQL. For this room only.
///
/// The script is what pg_dump writes: the tables (the section "pre-data"), their rows ("data"), indexes and constraints
/// ("post-data"), all of one moment. psql alone runs it. Of a schema it holds the tables, views and sequences that
/// belong to the role that reads them, with all that is theirs; what belongs to others is left out, and noted.
namespace liftlock::snapshot {

constexpr const char* postgres_artifact = "database.sql.zst";

/// A pg_dump that can read this server.
struct DumpProgram {
  std::filesystem::path path;
  std::string version;  ///< as it says: "pg_dump (PostgreSQL) 15.14"
};
/// The oldest of those on this machine that are not older than the server. Errors (refused): "pg-dump-missing",
/// "pg-dump-too-old", with the package to install.
[[nodiscard]] Result<DumpProgram> find_dump_program(const database::postgres::Connection& connection);

/// Compresses the database into `folder`; fills in what the manifest says of it. Errors: those of find_dump_program;
/// "database-dump" with what pg_dump said; those of Connection.
[[nodiscard]] Result<void> save_postgres(const PostgresPlace& place, const std::filesystem::path& folder,
                                         Manifest& manifest, Progress& progress);

/// Bytes that the tables of the place take on the server, with their indexes.
[[nodiscard]] Result<std::uint64_t> size_of_tables(const PostgresPlace& place);

/// How many of each kind of thing belong to the tables of `schema`: for a comparison.
[[nodiscard]] Result<std::vector<std::string>> count_objects(database::postgres::Connection& connection,
                                                             const std::string& schema);

/// A connection in which rows read as in the script, whatever the server's settings are.
[[nodiscard]] Result<database::postgres::Connection> open_for_rows(const PostgresPlace& place);

/// The names, quoted and with their schema, of what the script holds of the schema.
struct OwnRelation {
  std::string name;
  char kind = 'r';  ///< pg_class.relkind
};
[[nodiscard]] Result<std::vector<OwnRelation>> own_relations(database::postgres::Connection& connection,
                                                             const std::string& schema);

}  // namespace liftlock::snapshot

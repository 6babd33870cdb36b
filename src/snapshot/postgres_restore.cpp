#include "snapshot/postgres_restore.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "base/file.hpp"
#include "database/sqlite.hpp"
#include "migration/postgres/migrate.hpp"
#include "snapshot/archive.hpp"
#include "snapshot/postgres_dump.hpp"
#include "snapshot/postgres_script.hpp"

namespace liftlock::snapshot {

namespace pg = database::postgres;
using database::quote_identifier;
using database::Value;

namespace {

// ---- scratch databases

constexpr std::string_view scratch_prefix = "liftlock_scratch_";

/// Those of one deployment bear the same mark: another one's may be in use.
std::string scratch_mark(const Manifest& manifest) {
  return fmt::format("{}{}_", scratch_prefix, file::sha256_of(manifest.address).substr(0, 8));
}

std::string random_suffix() {
  std::random_device device;
  return fmt::format("{:08x}", device());
}

/// Whose session holds it, uses the scratch database of that name.
Result<bool> try_to_own(pg::Connection& connection, const std::string& name) {
  const auto got =
      TRY(connection.query_integer("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", {Value::text(name)}));
  return got.value_or(0) == 1;
}

/// A session that has just ended is there for a moment; only versions from 13 on can be told to end it.
Result<void> drop_database(pg::Connection& connection, const std::string& name) {
  constexpr int attempts = 50;
  const std::string sql = fmt::format("DROP DATABASE IF EXISTS {}{}", quote_identifier(name),
                                      connection.server_version() >= 130000 ? " WITH (FORCE)" : "");
  Result<void> dropped = connection.execute(sql);
  for (int i = 1; !dropped && dropped.error().id == "database-error" && i < attempts; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    dropped = connection.execute(sql);
  }
  return dropped;
}

Result<void> drop_leftovers(pg::Connection& connection, const Manifest& manifest) {
  const pg::Answer found = TRY(connection.query(
      "SELECT datname FROM pg_database WHERE starts_with(datname, $1) AND pg_has_role(datdba, 'USAGE') ORDER BY 1",
      {Value::text(scratch_mark(manifest))}));
  for (int row = 0; row < found.rows(); ++row) {
    const std::string name = found.text(row, 0);
    if (TRY(try_to_own(connection, name))) TRY(drop_database(connection, name));
  }
  return {};
}

/// A database for a proof, gone with the object.
class ScratchDatabase {
 public:
  static Result<ScratchDatabase> create(pg::Connection& connection, const Manifest& manifest) {
    ScratchDatabase scratch(connection, scratch_mark(manifest) + random_suffix());
    const PostgresPart& part = *manifest.postgres;
    if (!TRY(try_to_own(connection, scratch.name_)))
      return failure("database-error", "Making a scratch database", "its name is taken");
    TRY(connection.execute(fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
                                       quote_identifier(scratch.name_), database::quote_literal(part.encoding),
                                       database::quote_literal(part.collation),
                                       database::quote_literal(part.character_type))));
    return scratch;
  }
  ScratchDatabase(ScratchDatabase&& other) noexcept
      : connection_(other.connection_), name_(std::exchange(other.name_, {})) {}
  ScratchDatabase& operator=(ScratchDatabase&&) = delete;
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;
  ~ScratchDatabase() {
    if (!name_.empty()) std::ignore = drop_database(*connection_, name_);  // the next proof removes what stays
  }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  ScratchDatabase(pg::Connection& connection, std::string name) : connection_(&connection), name_(std::move(name)) {}
  pg::Connection* connection_;
  std::string name_;
};

Result<void> make_extensions(pg::Connection& connection, const PostgresPart& part) {
  for (const PostgresExtension& extension : part.extensions) {
    const auto there = TRY(connection.query_integer("SELECT count(*) FROM pg_extension WHERE extname = $1",
                                                    {Value::text(extension.name)}));
    if (there.value_or(0) > 0) continue;
    TRY(connection.execute(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", quote_identifier(extension.schema))));
    TRY(connection.execute(fmt::format("CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA {}",
                                       quote_identifier(extension.name), quote_identifier(extension.schema))));
  }
  return {};
}

/// What makes big values quick to write, and a crash of the server forget them.
Result<void> hurry(pg::Connection& connection) {
  TRY(connection.execute("SET synchronous_commit = off; SET jit = off"));
  if (connection.server_version() < 140000) return {};
  std::ignore = connection.execute("SET default_toast_compression = 'lz4'");  // some are built without
  return {};
}

Result<void> compare_objects(const Snapshot& snapshot, pg::Connection& connection) {
  const PostgresPart& part = *snapshot.manifest.postgres;
  const auto now = TRY(count_objects(connection, part.schema));
  if (now == part.objects) return {};
  return damaged(snapshot.folder, fmt::format("its script makes other things ({}) than there were ({})",
                                              fmt::join(now, ", "), fmt::join(part.objects, ", ")));
}

/// The script runs, and what it makes is compared, in a transaction that has begun.
Result<void> restore_and_compare(const Snapshot& snapshot, pg::Connection& connection, Progress& progress) {
  TRY(run_script(snapshot, connection, progress));
  TRY(compare_objects(snapshot, connection));
  return check_rows(snapshot, connection, progress);
}

Result<void> prove_in_database(const Snapshot& snapshot, const PostgresPlace& place, pg::Connection& connection,
                               Progress& progress) {
  const PostgresPart& part = *snapshot.manifest.postgres;
  const auto scratch = TRY(ScratchDatabase::create(connection, snapshot.manifest));
  PostgresPlace there{.url = place.url, .schema = {}};
  std::erase_if(there.url.parameters, [](const auto& parameter) { return parameter.first == "dbname"; });
  there.url.parameters.emplace_back("dbname", scratch.name());
  pg::Connection inside = TRY(open_for_rows(there));
  TRY(hurry(inside));
  TRY(inside.execute(fmt::format("BEGIN; CREATE SCHEMA IF NOT EXISTS {}", quote_identifier(part.schema))));
  TRY(make_extensions(inside, part));
  return restore_and_compare(snapshot, inside, progress);  // nothing is committed
}

/// In the same database, under the schema's own name: the real schema bears another one meanwhile, in this transaction
/// alone, and its tables are not touched.
Result<void> prove_in_transaction(const Snapshot& snapshot, const PostgresPlace& place, Progress& progress) {
  const std::string schema = quote_identifier(snapshot.manifest.postgres->schema);
  pg::Connection inside = TRY(open_for_rows(place));
  TRY(hurry(inside));
  TRY(inside.execute(fmt::format("BEGIN; ALTER SCHEMA {} RENAME TO {}; CREATE SCHEMA {}", schema,
                                 quote_identifier(scratch_mark(snapshot.manifest) + random_suffix()), schema)));
  auto proven = restore_and_compare(snapshot, inside, progress);
  TRY(inside.execute("ROLLBACK"));
  return proven;
}

bool says_damaged(const Result<void>& result) {
  return !result && (result.error().id == "snapshot-damaged" || result.error().id == "zstd-damaged" ||
                     result.error().kind == ErrorKind::cancelled);
}

}  // namespace

Result<void> prove_postgres(const Snapshot& snapshot, const std::optional<PostgresPlace>& place, Progress& progress,
                            Proof& proof) {
  if (!place) {
    proof.way = Proof::Way::read_back;
    proof.why_not_restored = "Nothing names its server: the environment has no DATABASE_URL.";
    return read_back(snapshot, progress);
  }
  pg::Connection connection = TRY(open_for_rows(*place));
  TRY(drop_leftovers(connection, snapshot.manifest));
  const auto may_create = TRY(connection.query_integer(
      "SELECT count(*) FROM pg_roles WHERE rolname = current_user AND (rolcreatedb OR rolsuper)"));
  if (may_create.value_or(0) > 0) {
    proof.way = Proof::Way::scratch_database;
    return prove_in_database(snapshot, *place, connection, progress);
  }
  proof.way = Proof::Way::transaction;
  auto proven = prove_in_transaction(snapshot, *place, progress);
  if (proven || says_damaged(proven)) return proven;
  if (proven.error().id != "database-error") return proven;
  proof.way = Proof::Way::read_back;
  proof.why_not_restored =
      fmt::format("The role may neither create a database (ALTER ROLE … CREATEDB) nor restore beside the tables: {}",
                  proven.error().what);
  return read_back(snapshot, progress);
}

Result<bool> is_as_in_snapshot(const Snapshot& snapshot, const PostgresPlace& place, Progress& progress) {
  const PostgresPart& part = *snapshot.manifest.postgres;
  pg::Connection connection = TRY(open_for_rows(place));
  TRY(connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  if (TRY(count_objects(connection, part.schema)) != part.objects) return false;
  auto checked = check_rows(snapshot, connection, progress);
  if (checked) return true;
  const std::string& id = checked.error().id;
  if (id == "snapshot-damaged" || id == "database-error") return false;  // other rows, or no such table
  return std::unexpected(std::move(checked).error());
}

// ---- restoring

namespace {

constexpr const char* restoring = "Restoring the PostgreSQL database";

const char* kind_in_sql(char kind) {
  switch (kind) {
    case 'v':
      return "VIEW";
    case 'm':
      return "MATERIALIZED VIEW";
    case 'f':
      return "FOREIGN TABLE";
    case 'S':
      return "SEQUENCE";
    default:
      return "TABLE";
  }
}

/// Views and references of others would go on to look at the tables that are moved aside.
Result<void> refuse_dependents(pg::Connection& connection, const std::string& schema) {
  const pg::Answer found = TRY(connection.query(
      "WITH own AS (SELECT oid FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) "
      "AND "
      "relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_has_role(relowner, 'USAGE')) SELECT DISTINCT "
      "by::regclass::text "
      "FROM (SELECT conrelid AS by FROM pg_constraint WHERE contype = 'f' AND confrelid IN (SELECT oid FROM own) UNION "
      "SELECT ev_class FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid "
      "WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid IN (SELECT oid FROM own)) b WHERE by NOT IN (SELECT "
      "oid "
      "FROM own) ORDER BY 1",
      {Value::text(schema)}));
  if (found.rows() == 0) return {};
  std::vector<std::string> names;
  for (int row = 0; row < found.rows(); ++row) names.push_back(found.text(row, 0));
  return refusal("tables-referred-to", restoring,
                 fmt::format("These do not belong to Open WebUI, and refer to its tables: {}. They would go on to look "
                             "at the tables that are moved aside.",
                             fmt::join(names, ", ")),
                 "Drop these views and references, and make them again after the restore.");
}

}  // namespace

Result<void> PostgresRestore::move_aside(const std::string& schema, const std::string& stamp) {
  const auto relations = TRY(own_relations(connection_, schema));
  if (relations.empty()) return {};
  TRY(refuse_dependents(connection_, schema));
  aside_ = "liftlock_aside_" + stamp;
  std::ranges::replace(aside_, '-', '_');  // so that it needs no quotes
  std::string sql = fmt::format("CREATE SCHEMA {};\n", quote_identifier(aside_));
  for (const OwnRelation& relation : relations) {
    sql += fmt::format("ALTER {} {} SET SCHEMA {};\n", kind_in_sql(relation.kind), relation.name,
                       quote_identifier(aside_));
  }
  return connection_.execute(sql);
}

Result<PostgresRestore> PostgresRestore::begin(const Snapshot& snapshot, const PostgresPlace& place,
                                               const std::string& stamp, Progress& progress) {
  const PostgresPart& part = *snapshot.manifest.postgres;
  PostgresRestore restore(TRY(open_for_rows(place)));
  pg::Connection& connection = restore.connection_;
  TRY(migration::postgres::begin_alone(connection));
  const auto schema = TRY(connection.query_text("SELECT current_schema()"));
  const std::string wanted = schema.value_or(place.schema.empty() ? part.schema : place.schema);
  if (wanted != part.schema) {
    return refusal(
        "schema-differs", restoring,
        fmt::format("The snapshot is of the schema {}, and the tables belong into {} now.", part.schema, wanted),
        "Set DATABASE_SCHEMA (or the role's search_path) to what it was.");
  }
  if (!schema) TRY(connection.execute("CREATE SCHEMA " + quote_identifier(wanted)));
  TRY(restore.move_aside(wanted, stamp));
  TRY(make_extensions(connection, part));
  TRY(restore_and_compare(snapshot, connection, progress));
  return restore;
}

Result<void> PostgresRestore::commit() {
  auto done = connection_.execute("COMMIT");
  if (done || done.error().id != "database-lost") return done;
  return std::unexpected(
      Error{ErrorKind::needs_hand, "commit-unknown", restoring,
            fmt::format("The connection broke before the server had answered: {}", done.error().what),
            "The database is either as it was or restored; nothing in between is possible.",
            "Run the same command again once the server answers: it looks, and does what is missing."});
}

}  // namespace liftlock::snapshot

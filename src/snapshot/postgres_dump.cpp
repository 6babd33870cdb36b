#include "snapshot/postgres_dump.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "base/child.hpp"
#include "base/file.hpp"
#include "base/stage.hpp"
#include "database/sqlite.hpp"
#include "snapshot/draft.hpp"
#include "snapshot/postgres_rows.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;
namespace pg = database::postgres;

namespace {

constexpr const char* doing = "Saving the PostgreSQL database";

Result<std::vector<std::string>> texts(pg::Connection& connection, const std::string& sql,
                                       const std::vector<database::Value>& parameters = {}) {
  std::vector<std::string> found;
  const pg::Answer answer = TRY(connection.query(sql, parameters));
  for (int row = 0; row < answer.rows(); ++row) found.push_back(answer.text(row, 0));
  return found;
}

// ---- pg_dump

/// "pg_dump (PostgreSQL) 15.14 (Debian …)" → 15
int major_version(const std::string& said) {
  const std::size_t at = said.find_first_of("0123456789");
  return at == std::string::npos ? 0 : std::atoi(said.c_str() + at);
}

/// Where distributions put the programs of each version, and what the PATH has: that may be a script that chooses one
/// by rules of its own.
std::vector<fs::path> candidates() {
  std::vector<fs::path> found;
  const auto add = [&](const fs::path& program) {
    if (file::exists(program) && std::ranges::find(found, program) == found.end()) found.push_back(program);
  };
  for (int version = 12; version < 40; ++version) {
    add(fmt::format("/usr/lib/postgresql/{}/bin/pg_dump", version));
    add(fmt::format("/usr/libexec/postgresql{}/pg_dump", version));
    add(fmt::format("/usr/pgsql-{}/bin/pg_dump", version));
  }
  const char* variable = std::getenv("PATH");
  std::string path = variable != nullptr ? variable : "";
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    if (end > begin) add(fs::path(path.substr(begin, end - begin)) / "pg_dump");
    begin = end + 1;
  }
  return found;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// ---- what there is

/// Extensions bring tables of their own; of those no role's data is saved.
constexpr const char* not_of_an_extension =
    "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = "
    "'e')";

Result<void> note_others(pg::Connection& connection, const std::string& schema, Manifest& manifest) {
  const auto others = TRY(texts(connection,
                                fmt::format("SELECT format('%I', c.relname) || ' of the role ' || "
                                            "pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.relnamespace = "
                                            "(SELECT oid FROM pg_namespace WHERE nspname = $1) AND c.relkind IN "
                                            "('r', 'p', 'v', 'm', 'f') AND NOT pg_has_role(c.relowner, 'USAGE') AND {} "
                                            "ORDER BY 1",
                                            not_of_an_extension),
                                {database::Value::text(schema)}));
  for (const std::string& other : others)
    manifest.notes.push_back(fmt::format("The table {} is not stored: it belongs to somebody else.", other));
  return {};
}

Result<PostgresPart> describe(pg::Connection& connection, const PostgresPlace& place, const std::string& schema) {
  PostgresPart part;
  part.url = place.url.safe;
  part.schema = schema;
  const pg::Answer facts = TRY(connection.query(
      "SELECT current_setting('server_version'), datname, current_user, pg_encoding_to_char(encoding), datcollate, "
      "datctype FROM pg_database WHERE datname = current_database()"));
  part.server = first_line(facts.text(0, 0));
  part.server = part.server.substr(0, part.server.find(' '));
  part.name = facts.text(0, 1);
  part.role = facts.text(0, 2);
  part.encoding = facts.text(0, 3);
  part.collation = facts.text(0, 4);
  part.character_type = facts.text(0, 5);
  const pg::Answer extensions =
      TRY(connection.query("SELECT extname, extversion, nspname FROM pg_extension JOIN pg_namespace n ON n.oid = "
                           "extnamespace WHERE extname <> 'plpgsql' ORDER BY 1"));
  for (int row = 0; row < extensions.rows(); ++row)
    part.extensions.push_back({extensions.text(row, 0), extensions.text(row, 1), extensions.text(row, 2)});
  part.roles =
      TRY(texts(connection,
                "SELECT DISTINCT pg_get_userbyid(role) FROM (SELECT c.relowner AS role FROM pg_class c WHERE "
                "c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) UNION SELECT (aclexplode("
                "c.relacl)).grantee FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE "
                "nspname = $1)) r WHERE role <> 0 ORDER BY 1",
                {database::Value::text(schema)}));
  part.objects = TRY(count_objects(connection, schema));
  return part;
}

// ---- the script

/// libpq's keywords as one text. The password goes another way: everybody sees a command line.
process::Child dump_command(const DumpProgram& program, const PostgresPlace& place) {
  process::Child child;
  std::string target;
  for (const auto& [name, value] : place.url.parameters) {
    if (name == "password" || name == "sslpassword") continue;
    std::string quoted;
    for (const char c : value) {
      if (c == '\'' || c == '\\') quoted += '\\';
      quoted += c;
    }
    target += fmt::format("{}='{}' ", name, quoted);
  }
  child.command = {program.path.string(), "--dbname=" + target, "--no-password",
                   "--format=plain",      "--encoding=UTF8",    "--lock-wait-timeout=30s"};
  child.environment.emplace_back("PGTZ", "UTC");
  for (const auto& [name, value] : place.url.parameters) {
    if (name == "password") child.environment.emplace_back("PGPASSWORD", value);
  }
  return child;
}

Result<void> check_dump(const process::Captured& ended) {
  if (ended.status == 0) return {};
  return failure("database-dump", doing, fmt::format("pg_dump failed: {}", ended.errors.substr(0, 2000)),
                 "Nothing was saved. What it says is the server's or pg_dump's own message.");
}

/// What the sections of a script begin with sets what newer servers alone know; and what psql alone understands frames
/// them.
class Cleaner {
 public:
  explicit Cleaner(std::set<std::string> known) : known_(std::move(known)) {}

  /// "SET transaction_timeout = 0;" before version 17.
  [[nodiscard]] bool is_foreign(std::string_view statement) const {
    constexpr std::string_view start = "SET ";
    if (!statement.starts_with(start)) return false;
    const std::string_view name = statement.substr(start.size(), statement.find(' ', start.size()) - start.size());
    return !known_.contains(std::string(name));
  }
  [[nodiscard]] std::string clean(std::string_view section) const {
    std::string cleaned;
    bool in_head = true;
    while (!section.empty()) {
      const std::string_view line = section.substr(0, std::min(section.find('\n'), section.size() - 1) + 1);
      section.remove_prefix(line.size());
      in_head = in_head && !line.starts_with("-- Name: ");
      const bool frames = line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ");
      if (!frames && !(in_head && is_foreign(line))) cleaned += line;
    }
    return cleaned;
  }

 private:
  std::set<std::string> known_;
};

/// The script on its way to the disk.
class ScriptWriter {
 public:
  ScriptWriter(const process::Child& dump, const Cleaner& cleaner, std::unique_ptr<ArtifactWriter> writer,
               Progress& progress)
      : dump_(dump), cleaner_(cleaner), writer_(std::move(writer)), progress_(progress) {}

  /// A section without rows.
  [[nodiscard]] Result<void> schema(const std::string& section) {
    std::string text;
    const auto ended = TRY(process::run_streaming(with_section(section), [&](std::string_view bytes) -> Result<void> {
      text += bytes;
      return {};
    }));
    TRY(check_dump(ended));
    return write(cleaner_.clean(text));
  }

  [[nodiscard]] Result<void> rows(PostgresPart& part, std::vector<std::pair<std::string, std::int64_t>>& counts) {
    part.data_begin = bytes_;
    RowDigest digest;
    // Hashing has a thread of its own: it would hold up the rest.
    std::optional<Stage> hashing;
    PostgresTable table;
    DataReader reader({.statement = [&](const std::string& sql) -> Result<void> {
                         return cleaner_.is_foreign(sql) ? Result<void>{} : write(sql + "\n");
                       },
                       .begin = [&](const std::string& copy) -> Result<void> {
                         digest = {};
                         table.copy = copy;
                         hashing.emplace([&digest](std::string_view lines) -> Result<void> {
                           digest.add(lines);
                           return {};
                         });
                         return write("\n" + copy + " FROM stdin;\n");
                       },
                       .rows = [&](std::string_view lines) -> Result<void> {
                         TRY(hashing->write(std::make_shared<const std::string>(lines)));
                         return write(lines);
                       },
                       .end = [&]() -> Result<void> {
                         TRY(hashing->finish());
                         table.rows = digest.rows();
                         table.digest = digest.text();
                         counts.emplace_back(table.copy.substr(5, table.copy.find(" (", 5) - 5), table.rows);
                         part.tables.push_back(table);
                         return write("\\.\n");
                       }});
    const auto take = [&](std::string_view bytes) -> Result<void> {
      if (progress_.cancelled()) return cancelled();
      TRY(reader.write(bytes));
      progress_.advance(static_cast<std::int64_t>(bytes_));
      return {};
    };
    const auto ended = TRY(process::run_streaming(with_section("data"), take));
    TRY(check_dump(ended));
    TRY(reader.finish());
    part.data_end = bytes_;
    return {};
  }

  [[nodiscard]] Result<void> write(std::string_view text) {
    bytes_ += text.size();
    return writer_->write(text);
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] Result<Artifact> finish() { return writer_->finish(); }

 private:
  [[nodiscard]] process::Child with_section(const std::string& name) const {
    process::Child child = dump_;
    child.command.push_back("--section=" + name);
    return child;
  }

  const process::Child& dump_;
  const Cleaner& cleaner_;
  std::unique_ptr<ArtifactWriter> writer_;
  Progress& progress_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<DumpProgram> find_dump_program(const pg::Connection& connection) {
  const int server = connection.server_version() / 10000;
  const std::string next = fmt::format(
      "Install the client programs of version {0} or later. On Debian and Ubuntu: apt install postgresql-client-{0}\n"
      "(older systems find it at https://www.postgresql.org/download/). It is found in the PATH, or where packages put "
      "it.",
      server);
  std::optional<DumpProgram> best;
  int newest = 0;
  for (const fs::path& path : candidates()) {
    const auto said =
        process::run_captured({.command = {path.string(), "--version"}, .environment = {}, .folder = {}}, {});
    if (!said || said->status != 0) continue;
    const int version = major_version(said->output);
    newest = std::max(newest, version);
    if (version < server || (best && major_version(best->version) <= version)) continue;
    best = DumpProgram{.path = path, .version = first_line(said->output)};
  }
  if (best) return *best;
  if (newest == 0) return refusal("pg-dump-missing", doing, "There is no pg_dump on this machine.", next);
  return refusal("pg-dump-too-old", doing,
                 fmt::format("The server has version {}, and the newest pg_dump here version {}: an older one does not "
                             "read a newer server.",
                             server, newest),
                 next);
}

Result<pg::Connection> open_for_rows(const PostgresPlace& place) {
  pg::Connection connection = TRY(pg::Connection::open(place.url, place.schema));
  TRY(
      connection.execute("SET TimeZone = 'UTC'; SET IntervalStyle = 'postgres'; SET row_security = off; SET "
                         "synchronize_seqscans = off; SET statement_timeout = 0; SET "
                         "idle_in_transaction_session_timeout = 0; SET extra_float_digits = 3"));
  return connection;
}

Result<std::vector<OwnRelation>> own_relations(pg::Connection& connection, const std::string& schema) {
  // A sequence that belongs to a column comes and goes with it.
  const pg::Answer answer = TRY(connection.query(
      fmt::format(
          "SELECT format('%I.%I', n.nspname, c.relname), c.relkind::text FROM pg_class c JOIN pg_namespace n ON "
          "n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND "
          "pg_has_role(c.relowner, 'USAGE') AND {} AND NOT EXISTS (SELECT FROM pg_depend d WHERE c.relkind = "
          "'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')) "
          "ORDER BY 1",
          not_of_an_extension),
      {database::Value::text(schema)}));
  std::vector<OwnRelation> relations;
  for (int row = 0; row < answer.rows(); ++row)
    relations.push_back({.name = answer.text(row, 0), .kind = answer.text(row, 1).front()});
  return relations;
}

Result<std::vector<std::string>> count_objects(pg::Connection& connection, const std::string& schema) {
  return texts(
      connection,
      fmt::format("WITH own AS (SELECT c.oid, c.relkind::text AS kind FROM pg_class c WHERE c.relnamespace = "
                  "(SELECT oid FROM pg_namespace WHERE nspname = $1) AND pg_has_role(c.relowner, 'USAGE') AND "
                  "{}) SELECT kind || ' ' || count(*) FROM (SELECT kind FROM own WHERE kind IN ('r', 'p', 'v', "
                  "'m', 'f', 'S', 'i', 'I') UNION ALL SELECT 'constraint ' || contype::text FROM "
                  "pg_constraint WHERE conrelid IN (SELECT oid FROM own) AND contype <> 'n' UNION ALL SELECT "
                  "'trigger' FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM own) AND NOT tgisinternal UNION "
                  "ALL SELECT 'column' FROM pg_attribute WHERE attrelid IN (SELECT oid FROM own WHERE kind IN "
                  "('r', 'p')) AND attnum > 0 AND NOT attisdropped UNION ALL SELECT 'default' FROM pg_attrdef "
                  "WHERE adrelid IN (SELECT oid FROM own)) k GROUP BY kind ORDER BY kind COLLATE \"C\"",
                  not_of_an_extension),
      {database::Value::text(schema)});
}

Result<std::uint64_t> size_of_tables(const PostgresPlace& place) {
  pg::Connection connection = TRY(pg::Connection::open(place.url, place.schema));
  const auto bytes =
      TRY(connection.query_integer("SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE "
                                   "relnamespace = (SELECT oid FROM "
                                   "pg_namespace WHERE nspname = current_schema()) AND relkind IN ('r', 'm')"));
  return static_cast<std::uint64_t>(bytes.value_or(0));
}

Result<void> save_postgres(const PostgresPlace& place, const fs::path& folder, Manifest& manifest, Progress& progress) {
  pg::Connection keeper = TRY(open_for_rows(place));
  const DumpProgram program = TRY(find_dump_program(keeper));
  // Everything is read as of the moment at which this transaction begins.
  TRY(keeper.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  const auto schema = TRY(keeper.query_text("SELECT current_schema()"));
  if (!schema) return failure("database-schema", doing, "No schema of the search path exists.");
  const auto moment = TRY(keeper.query_text("SELECT pg_export_snapshot()"));
  PostgresPart part = TRY(describe(keeper, place, *schema));
  part.dump_program = program.version;
  TRY(note_others(keeper, *schema, manifest));

  process::Child dump = dump_command(program, place);
  dump.command.push_back("--snapshot=" + moment.value_or(""));
  const auto relations = TRY(own_relations(keeper, *schema));
  if (relations.empty())
    return refusal("database-empty", doing, fmt::format("The schema {} holds no table of this role.", *schema));
  for (const OwnRelation& relation : relations) dump.command.push_back("--table=" + relation.name);
  const auto settings = TRY(texts(keeper, "SELECT name FROM pg_settings"));
  const Cleaner cleaner({settings.begin(), settings.end()});

  const auto size = TRY(keeper.query_integer("SELECT pg_database_size(current_database())"));
  progress.begin("Saving the database", size.value_or(0), Progress::Unit::bytes);
  ScriptWriter script(dump, cleaner, TRY(ArtifactWriter::create(folder, postgres_artifact)), progress);
  TRY(script.schema("pre-data"));
  TRY(script.rows(part, manifest.database.rows));
  TRY(script.schema("post-data"));
  manifest.database.artifact = TRY(script.finish());
  manifest.database.bytes = script.bytes();
  manifest.postgres = std::move(part);
  progress.end();
  return keeper.execute("COMMIT");
}

}  // namespace liftlock::snapshot

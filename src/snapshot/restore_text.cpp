#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/clock.hpp"
#include "base/format.hpp"
#include "database/sqlite.hpp"
#include "snapshot/draft.hpp"

namespace liftlock::snapshot {

namespace {

/// A word that bash takes literally.
std::string shell_word(std::string_view text) {
  std::string word = "$'";
  bool plain = !text.empty();
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                      c == '.' || c == '_' || c == '-';
    plain = plain && safe;
    if (c == '\'' || c == '\\')
      word += fmt::format("\\{}", c);
    else if (byte < 0x20 || byte >= 0x7f)
      word += fmt::format("\\x{:02x}", byte);
    else
      word += c;
  }
  return plain ? std::string(text) : word + "'";
}

std::string checksum_lines(const Manifest& manifest) {
  std::string lines = fmt::format("    {}  {}\n", manifest.database.artifact.sha256, manifest.database.artifact.name);
  for (const Artifact& artifact : manifest.archives)
    lines += fmt::format("    {}  {}\n", artifact.sha256, artifact.name);
  return lines;
}

std::string unpack_lines(const Manifest& manifest) {
  std::string lines;
  for (const Artifact& artifact : manifest.archives) {
    lines += fmt::format("    zstd -dc {} | tar -x -p --numeric-owner --xattrs -C \"$NEW\"\n", artifact.name);
  }
  for (const std::string& path : manifest.removed)
    lines += fmt::format("    rm -rf -- \"$NEW\"/{}\n", shell_word(path));
  return lines;
}

std::string row_lines(const Manifest& manifest) {
  std::string lines;
  for (const auto& [table, count] : manifest.database.rows) {
    lines += fmt::format("    {:<24} {:>12}\n", escape_path(table), format_count(count));
  }
  return lines;
}

std::string secret_lines(const Manifest& manifest, int number) {
  if (manifest.secret_file.is_relative() && !manifest.secret_file.empty()) {
    return fmt::format("\n{}. Put the secret key back into the container:\n\n    docker cp secret-key {}\n", number,
                       shell_word(manifest.secret_file.string()));
  }
  if (manifest.secret_file.empty()) return {};
  const auto in_data = manifest.secret_file.lexically_relative(manifest.data_directory);
  const bool inside = !in_data.empty() && *in_data.begin() != "..";
  return fmt::format("\n{}. Put the secret key back:\n\n    install -m 600 secret-key {}\n", number,
                     inside ? "\"$NEW\"/" + shell_word(in_data.string()) : shell_word(manifest.secret_file.string()));
}

std::string last_lines(const Manifest& manifest) {
  return fmt::format(
      "\nAt last give the new folder the old one's owner and mode (it has mode 700; where there is no old one, do what "
      "the\n"
      "user needs that Open WebUI runs as), change places, and start Open WebUI:\n\n"
      "    chown --reference {0} \"$NEW\" && chmod --reference {0} \"$NEW\"\n"
      "    mv {0} {0}.old && mv \"$NEW\" {0}\n",
      shell_word(manifest.data_directory.string()));
}

/// For a heredoc that bash leaves alone.
std::string extension_lines(const PostgresPart& postgres) {
  std::string lines;
  for (const PostgresExtension& extension : postgres.extensions) {
    lines += fmt::format("    CREATE SCHEMA IF NOT EXISTS {1};\n    CREATE EXTENSION IF NOT EXISTS {0} SCHEMA {1};\n",
                         database::quote_identifier(extension.name), database::quote_identifier(extension.schema));
  }
  return lines;
}

std::string postgres_restore_text(const Manifest& manifest) {
  const PostgresPart& postgres = *manifest.postgres;
  return fmt::format(
      R"(HOW TO RESTORE THIS SNAPSHOT BY HAND

It holds the data of {0} as of {1}:
the tables of the schema {2} in the database {3} of a PostgreSQL server {4}, read as the role {5},
and the files of the data directory. With Liftlock, which asks before it changes anything:

    liftlock restore DEPLOYMENT SNAPSHOT

Without it, in bash, with zstd, tar and psql:

1. Stop Open WebUI. Go to the folder that this text is in.

2. Check that the files are what was written:

    sha256sum -c <<'END'
{6}    END

   (without the spaces at the start of the lines)

3. Make a new database, so that nothing is overwritten; its name is for you to choose. URL is that of the server and
   the new database, as psql takes it: postgresql://USER@HOST:PORT/NAME

    createdb --template=template0 --encoding={7} --lc-collate={8} --lc-ctype={9} NAME
    psql URL <<'END'
    CREATE SCHEMA IF NOT EXISTS {10};
{11}    END

4. Bring the tables back: all of them, or none. The roles that own something must be there: {12}

    zstd -dc {13} | psql --single-transaction --set ON_ERROR_STOP=1 --quiet URL

   The tables had these rows:

{14}
5. Unpack the files beside what is there; nothing is overwritten. Later archives hold what changed since the earlier ones.

    NEW={15}
    mkdir -m 700 "$NEW"
{16}{17}{18}
Let DATABASE_URL (or DATABASE_NAME) name the new database before Open WebUI starts.
)",
      manifest.address.empty() ? escape_path(manifest.data_directory.string()) : escape_path(manifest.address),
      iso_time(manifest.created), escape_path(postgres.schema), escape_path(postgres.name), postgres.server,
      escape_path(postgres.role), checksum_lines(manifest), shell_word(postgres.encoding),
      shell_word(postgres.collation), shell_word(postgres.character_type), database::quote_identifier(postgres.schema),
      extension_lines(postgres), escape_path(fmt::format("{}", fmt::join(postgres.roles, ", "))),
      manifest.database.artifact.name, row_lines(manifest), shell_word(manifest.data_directory.string() + ".new"),
      unpack_lines(manifest), secret_lines(manifest, 6), last_lines(manifest));
}

}  // namespace

std::string restore_text(const Manifest& manifest) {
  if (manifest.postgres) return postgres_restore_text(manifest);
  const DatabasePart& database = manifest.database;
  const std::string place = database.in_data.empty() ? shell_word(database.path.string() + ".new")
                                                     : "\"$NEW\"/" + shell_word(database.in_data);
  std::string text = fmt::format(
      R"(HOW TO RESTORE THIS SNAPSHOT BY HAND

It holds the data of {} as of {}.
With Liftlock:

    liftlock restore DEPLOYMENT SNAPSHOT

Without it, in bash, with zstd, tar and sqlite3, as root if the files belong to several users:

1. Stop Open WebUI. Go to the folder that this text is in.

2. Check that the files are what was written:

    sha256sum -c <<'END'
{}    END

   (without the spaces at the start of the lines)

3. Unpack beside what is there; nothing is overwritten. Later archives hold what changed since the earlier ones.

    NEW={}
    mkdir -m 700 "$NEW"
{}
4. Unpack the database. There must be no -wal and no -shm beside it.

    zstd -d database.sqlite.zst -o {}
    chmod {:o} {}

5. Check it. The first command must say {}, the second one "ok".

    sha256sum {}
    sqlite3 {} 'PRAGMA integrity_check'

   Its tables had these rows:

{})",
      manifest.address.empty() ? escape_path(manifest.data_directory.string()) : escape_path(manifest.address),
      iso_time(manifest.created), checksum_lines(manifest), shell_word(manifest.data_directory.string() + ".new"),
      unpack_lines(manifest), place, database.mode, place, database.sha256, place, place, row_lines(manifest));
  text += secret_lines(manifest, 6) + last_lines(manifest);
  if (database.in_data.empty()) {
    text += fmt::format("    mv {0} {0}.old; rm -f {0}-wal {0}-shm; mv {1} {0}\n", shell_word(database.path.string()),
                        place);
  }
  return text;
}

}  // namespace liftlock::snapshot

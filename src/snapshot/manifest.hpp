#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/file_tree.hpp"

/// What manifest.json of a snapshot says.
namespace liftlock::snapshot {

/// A file of the snapshot itself, as it lies on the disk.
struct Artifact {
  std::string name;  ///< "database.sqlite.zst"
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// How a live SQLite file looked when it was copied: if all of it is the same later, nobody has written to it since.
struct LiveDatabase {
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::string header_sha256;  ///< of the first 100 bytes, with SQLite's own change counter
  std::uint64_t wal_bytes = 0;
  std::string wal_sha256;  ///< "" without a -wal
  friend bool operator==(const LiveDatabase&, const LiveDatabase&) = default;
};

/// The main database.
struct DatabasePart {
  Artifact artifact;
  std::filesystem::path path;  ///< absolute, symbolic links resolved, when it was taken
  std::string in_data;         ///< the same below the data directory; "" where it lies outside
  std::string sha256;          ///< of the restored file
  std::uint64_t bytes = 0;     ///< of the restored file
  std::uint32_t page_size = 0;
  std::uint64_t page_count = 0;
  unsigned mode = 0;
  std::uint32_t owner = 0;
  std::uint32_t group = 0;
  std::vector<std::pair<std::string, std::int64_t>> rows;  ///< by table, without SQLite's own tables
  LiveDatabase live;
};

/// A table whose rows stand in the script of a PostgreSQL database.
struct PostgresTable {
  /// "COPY public.chat (id, …)": with " TO STDOUT" behind it, a server gives the same rows in the same words.
  std::string copy;
  std::int64_t rows = 0;
  std::string digest;  ///< of the rows in whatever order: RowDigest
};

/// An extension that the tables may need; it is not part of the script.
struct PostgresExtension {
  std::string name;
  std::string version;
  std::string schema;
};

/// What there is to say of a PostgreSQL database besides its tables' rows.
struct PostgresPart {
  std::string server;        ///< its version: "15.14"
  std::string dump_program;  ///< "pg_dump (PostgreSQL) 15.14"
  std::string url;           ///< without the password
  std::string name;
  std::string schema;
  std::string role;  ///< that it was read as
  std::string encoding;
  std::string collation;
  std::string character_type;
  std::uint64_t data_begin = 0;  ///< where in the script the rows begin; before that stand the tables
  std::uint64_t data_end = 0;    ///< and where they end; after that stand indexes and constraints
  std::vector<PostgresTable> tables;
  std::vector<std::string> objects;  ///< "i 34": how many of each kind of thing belong to the tables
  std::vector<PostgresExtension> extensions;
  std::vector<std::string> roles;  ///< that own something of it, or may use something of it
};

/// One thing in the data directory.
struct FilePart {
  std::string path;  ///< below the data directory, raw bytes
  file::EntryType type = file::EntryType::regular;
  std::uint64_t bytes = 0;  ///< as stored; 0 unless regular
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  ///< the inode's ctime
  std::uint64_t inode = 0;
  unsigned mode = 0;
  std::uint32_t owner = 0;
  std::uint32_t group = 0;
  std::string sha256;       ///< of what is stored; "" unless regular
  std::string link_target;  ///< raw bytes; of a symlink
  int archive = 0;          ///< index into Manifest::archives of the one that holds its newest content
  bool sqlite = false;      ///< copied through SQLite, with what its -wal held; `live` says how it looked
  LiveDatabase live;
};

struct Manifest {
  static constexpr int newest_format = 2;  ///< of one with a PostgreSQL database; others have 1

  int format = 1;
  std::int64_t created = 0;  ///< seconds since the epoch
  std::int64_t started_ns =
      0;  ///< by the kernel's clock: what was written later than shortly before is never taken for unchanged
  std::string program_version;  ///< Liftlock's
  std::string address;          ///< of the deployment: "dir:/srv/open-webui/data"
  std::filesystem::path data_directory;
  std::vector<std::string> releases;  ///< that the database may come from, oldest first; as told by the caller
  std::string revision;               ///< Alembic's; "" where there is none
  std::string lineage;                ///< as told by the caller
  int peewee_migrations = 0;          ///< rows of migratehistory
  DatabasePart database;              ///< of PostgreSQL: artifact, bytes and rows of the script, nothing else
  std::optional<PostgresPart> postgres = {};
  std::vector<Artifact> archives;     ///< data.tar.zst, then data-2.tar.zst, … in the order to unpack them
  std::vector<std::string> removed;   ///< paths in an earlier archive that are not part of the snapshot any more
  std::vector<FilePart> files;        ///< everything in the data directory, folders before what is in them
  std::vector<Artifact> others;       ///< deployment.json, secret-key, RESTORE.txt
  std::filesystem::path secret_file;  ///< where the secret key lay; empty without one
  std::vector<std::string> notes;     ///< what is not stored, or was seen to change: sentences

  [[nodiscard]] std::uint64_t bytes_on_disk() const;
  [[nodiscard]] std::uint64_t bytes_of_data() const;                    ///< the database and all files, unpacked
  [[nodiscard]] std::uint64_t bytes_in(std::string_view folder) const;  ///< of files below a folder such as "cache"
};

/// The text of manifest.json. Its last member is a checksum of all bytes before it.
[[nodiscard]] std::string to_text(const Manifest& manifest);
/// Errors: "snapshot-manifest-damaged" (not JSON, truncated, a byte changed, something missing), "snapshot-format"
/// (written by a newer Liftlock).
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);

/// A path as it stands in the manifest: bytes that are no UTF-8 become \xHH, and a backslash is doubled.
[[nodiscard]] std::string escape_path(std::string_view raw);
[[nodiscard]] std::string unescape_path(std::string_view escaped);

}  // namespace liftlock::snapshot

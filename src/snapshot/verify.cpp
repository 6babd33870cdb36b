#include <fmt/core.h>

#include <future>
#include <map>

#include "base/file.hpp"
#include "base/file_stream.hpp"
#include "base/hash.hpp"
#include "base/stage.hpp"
#include "snapshot/draft.hpp"
#include "snapshot/postgres_restore.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;
using database::Connection;

namespace {

/// Decompressing here, hashing and writing on a thread each.
Result<void> unpack_database(const Snapshot& snapshot, const fs::path& to, Progress& progress) {
  const DatabasePart& database = snapshot.manifest.database;
  auto writer = TRY(file::Writer::create(to));
  Sha256 hash;
  std::uint64_t done = 0;
  Stage hashing([&](std::string_view bytes) -> Result<void> {
    hash.update(bytes);
    return {};
  });
  Stage writing([&](std::string_view bytes) { return writer.write(bytes); });
  progress.begin("Unpacking the database", static_cast<std::int64_t>(database.bytes), Progress::Unit::bytes);
  const auto pass_on = [&](std::string_view bytes) -> Result<void> {
    if (progress.cancelled()) return cancelled();
    const auto block = std::make_shared<const std::string>(bytes);
    TRY(hashing.write(block));
    TRY(writing.write(block));
    progress.advance(static_cast<std::int64_t>(done += bytes.size()));
    return {};
  };
  TRY(read_artifact(snapshot.folder, database.artifact, pass_on));
  TRY(hashing.finish());
  TRY(writing.finish());
  progress.end();
  if (done != database.bytes || hash.hex_digest() != database.sha256) {
    return damaged(snapshot.folder, database.artifact.name + " does not hold the database that the manifest describes");
  }
  return {};
}

/// Without the half-written file if it fails.
Result<void> unpack_database_whole(const Snapshot& snapshot, const fs::path& to, Progress& progress) {
  auto unpacked = unpack_database(snapshot, to, progress);
  if (!unpacked) std::ignore = file::remove(to);  // the first error counts
  return unpacked;
}

std::string describe_difference(const FilePart& stored, const FilePart& wanted) {
  if (stored.type != wanted.type) return "another type";
  if (stored.bytes != wanted.bytes) return "another size";
  if (stored.sha256 != wanted.sha256) return "another content";
  if (stored.link_target != wanted.link_target) return "another target";
  if (stored.mode != wanted.mode) return "another mode";
  if (stored.modified_ns != wanted.modified_ns) return "another time";
  return {};
}

bool is_stored(const FilePart& part) {
  return part.type == file::EntryType::regular || part.type == file::EntryType::directory ||
         part.type == file::EntryType::symlink;
}

/// What unpacking all archives in order would leave, by path.
Result<std::map<std::string, FilePart>> read_archives(const Snapshot& snapshot) {
  std::map<std::string, FilePart> left;
  Sha256 hash;
  const ByteSink hashing = [&](std::string_view bytes) -> Result<void> {
    hash.update(bytes);
    return {};
  };
  const auto visit = [&](TarEntry& entry) -> Result<void> {
    if (entry.part.type == file::EntryType::regular) {
      TRY(entry.content(hashing));
      entry.part.sha256 = hash.hex_digest();
    }
    std::string path = entry.part.path;
    left.insert_or_assign(std::move(path), std::move(entry.part));
    return {};
  };
  for (const Artifact& archive : snapshot.manifest.archives) TRY(read_tar(snapshot.folder, archive, visit));
  for (const std::string& path : snapshot.manifest.removed) left.erase(path);
  return left;
}

struct ArchiveProof {
  std::int64_t files = 0;
  std::uint64_t bytes = 0;
};

Result<ArchiveProof> prove_archives(const Snapshot& snapshot) {
  auto left = TRY(read_archives(snapshot));
  ArchiveProof proof;
  for (const FilePart& part : snapshot.manifest.files) {
    if (!is_stored(part)) continue;
    const auto found = left.find(part.path);
    if (found == left.end())
      return damaged(snapshot.folder, fmt::format("the file {} is missing", escape_path(part.path)));
    if (const std::string difference = describe_difference(found->second, part); !difference.empty()) {
      return damaged(snapshot.folder, fmt::format("the file {} has {}", escape_path(part.path), difference));
    }
    proof.files += part.type == file::EntryType::regular ? 1 : 0;
    proof.bytes += part.bytes;
    left.erase(found);
  }
  if (!left.empty()) {
    return damaged(snapshot.folder,
                   fmt::format("the file {} is not in the manifest", escape_path(left.begin()->first)));
  }
  for (const Artifact& other : snapshot.manifest.others) TRY(check_plain_artifact(snapshot.folder, other));
  return proof;
}

/// The first column of each row, at most `limit`.
Result<std::vector<std::string>> lines_of(Connection& connection, std::string_view sql, std::size_t limit) {
  auto statement = TRY(connection.prepare(sql));
  std::vector<std::string> lines;
  while (lines.size() < limit && TRY(statement.step())) lines.push_back(statement.text(0));
  return lines;
}

/// What SQLite says of the restored database.
///
/// PRAGMA integrity_check and not quick_check: measured on a 640 MB database it costs 0.2 s more and alone compares
/// indexes with their tables. One run is enough, on the restored file: its SHA-256 is that of what was read from the
/// live database, so what holds for the one holds for the other.
Result<void> ask_sqlite(const Snapshot& snapshot, Proof& proof) {
  const DatabasePart& database = snapshot.manifest.database;
  auto connection = TRY(Connection::open(proof.database, database::OpenMode::immutable));
  auto complaints = lines_of(connection, "PRAGMA integrity_check", 100);
  // A file too damaged for the check itself: the same verdict.
  if (!complaints) complaints = std::vector<std::string>{complaints.error().what};
  if (*complaints != std::vector<std::string>{"ok"}) proof.integrity = *std::move(complaints);
  auto orphans = lines_of(connection,
                          "SELECT \"table\" || ' → ' || \"parent\" || ': ' || count(*) || ' rows without a parent' "
                          "FROM pragma_foreign_key_check GROUP BY \"table\", \"parent\" ORDER BY 1",
                          1000);
  if (orphans)
    proof.foreign_keys = *std::move(orphans);
  else
    proof.foreign_keys = {orphans.error().what};
  if (TRY(count_rows(connection)) != database.rows) {
    return damaged(snapshot.folder, "a table of the restored database has another number of rows");
  }
  return {};
}

}  // namespace

Result<void> restore_database(const Snapshot& snapshot, const fs::path& to, Progress& progress) {
  TRY(require_space(to.parent_path(), snapshot.manifest.database.bytes));
  TRY(unpack_database_whole(snapshot, to, progress));
  const DatabasePart& database = snapshot.manifest.database;
  file::Facts model;
  model.mode = database.mode;
  model.owner = database.owner;
  model.group = database.group;
  TRY(file::take_permissions(to, model));
  TRY(file::sync(to));
  return file::sync(to.parent_path());
}

Result<Proof> prove(const Snapshot& snapshot, const fs::path& scratch, Clock& clock, Progress& progress) {
  const double start = clock.monotonic_seconds();
  TRY(require_space(scratch, snapshot.manifest.database.bytes));
  Proof proof;
  proof.database = scratch / "webui.db";
  TRY(unpack_database_whole(snapshot, proof.database, progress));

  progress.begin("Proving the snapshot", 0, Progress::Unit::steps);
  auto archives = std::async(std::launch::async, [&] { return prove_archives(snapshot); });
  auto asked = ask_sqlite(snapshot, proof);
  const ArchiveProof of_archives = TRY(archives.get());
  TRY(asked);
  progress.end();
  if (progress.cancelled()) return cancelled();
  proof.files = of_archives.files;
  proof.bytes = of_archives.bytes + snapshot.manifest.database.bytes;
  proof.seconds = clock.monotonic_seconds() - start;
  return proof;
}

namespace {

Result<Proof> verify_postgres(const Snapshot& snapshot, Clock& clock, Progress& progress,
                              const std::optional<PostgresPlace>& server) {
  const double start = clock.monotonic_seconds();
  Proof proof;
  auto archives = std::async(std::launch::async, [&] { return prove_archives(snapshot); });
  auto proven = prove_postgres(snapshot, server, progress, proof);
  const ArchiveProof of_archives = TRY(archives.get());
  TRY(proven);
  proof.files = of_archives.files;
  proof.bytes = of_archives.bytes + snapshot.manifest.database.bytes;
  proof.seconds = clock.monotonic_seconds() - start;
  return proof;
}

}  // namespace

Result<Proof> verify(const Snapshot& snapshot, Clock& clock, Progress& progress,
                     const std::optional<PostgresPlace>& server) {
  if (snapshot.manifest.postgres) return verify_postgres(snapshot, clock, progress, server);
  const auto scratch = TRY(file::ScratchFolder::create(snapshot.folder.parent_path(), ".prove-"));
  auto proof = TRY(prove(snapshot, scratch.path(), clock, progress));
  proof.database.clear();
  return proof;
}

}  // namespace liftlock::snapshot

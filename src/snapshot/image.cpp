#include "snapshot/image.hpp"

#include <fmt/core.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <array>
#include <cstring>

#include "base/fault.hpp"
#include "base/file.hpp"
#include "base/file_stream.hpp"
#include "base/hash.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;
using database::Connection;
using database::OpenMode;

namespace {

constexpr std::string_view magic("SQLite format 3\0", 16);

fs::path beside(const fs::path& database, const char* suffix) { return database.string() + suffix; }

/// The first bytes of a file; fewer where it is shorter.
Result<std::string> head_of(const fs::path& path) {
  auto reader = TRY(file::Reader::open(path));
  std::string head(100, '\0');
  head.resize(TRY(reader.read(head)));
  return head;
}

bool is_wal_mode(std::string_view header) {
  return header.size() >= 20 && header.starts_with(magic) && (header[18] == 2 || header[19] == 2);
}

/// A WAL database that nobody can have open: those who do keep a -wal beside it.
Result<bool> is_idle_wal(const fs::path& path) {
  if (file::exists(beside(path, "-wal")) || file::exists(beside(path, "-shm"))) return false;
  return is_wal_mode(TRY(head_of(path)));
}

Result<LiveDatabase> look_at_database(const fs::path& database, std::string_view head) {
  struct stat status {};
  if (::stat(database.c_str(), &status) != 0) return file::trouble("Looking at", database, errno);
  LiveDatabase live;
  live.inode = status.st_ino;
  live.bytes = static_cast<std::uint64_t>(status.st_size);
  live.modified_ns = static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
  live.header_sha256 = file::sha256_of(head);
  struct stat wal {};
  if (::stat(beside(database, "-wal").c_str(), &wal) == 0 && wal.st_size > 0) {
    live.wal_bytes = static_cast<std::uint64_t>(wal.st_size);
    live.wal_sha256 = TRY(file::sha256(beside(database, "-wal")));
  }
  return live;
}

/// Opens for reading. A database whose writer crashed must be rolled back by whoever reads it next, which a
/// read-only connection may not do.
Result<Connection> open_for_reading(const fs::path& path) {
  auto connection = Connection::open(path, OpenMode::read_only);
  if (connection) return connection;
  if (connection.error().id != "database-error" && connection.error().id != "database-open") return connection;
  auto writing = Connection::open(path, OpenMode::read_write);
  return writing ? std::move(writing) : std::move(connection);
}

}  // namespace

bool is_sqlite(const fs::path& path) {
  const auto head = head_of(path);
  return head && head->starts_with(magic);
}

Result<LiveDatabase> look_at_database(const fs::path& database) {
  return look_at_database(database, TRY(head_of(database)));
}

Result<DatabaseImage> DatabaseImage::open(const fs::path& database, const fs::path& scratch, Locking locking) {
  DatabaseImage image;
  image.path_ = database;
  const bool idle = locking == Locking::excluded || (locking == Locking::as_needed && TRY(is_idle_wal(database)));
  if (idle) {
    image.live_ = TRY(look_at_database(database));
    if (image.live_.wal_bytes > 0) {
      TRY(image.copy_with_wal(scratch));
    } else {
      image.connection_ = TRY(Connection::open(database, OpenMode::immutable));
    }
    TRY(image.measure());
    return image;
  }
  image.locked_ = true;
  image.connection_ = TRY(open_for_reading(database));
  TRY(image.hold());
  // Looked at only now: while the lock is held neither the file nor an empty -wal can change under this reader. And
  // not through a descriptor of its own, whose closing would drop the lock.
  std::string head(100, '\0');
  if (!image.read_at(head, 0)) head.clear();  // an empty file
  image.live_ = TRY(look_at_database(database, head));
  if (image.live_.wal_bytes > 0) TRY(image.copy_with_backup(scratch));
  TRY(image.measure());
  return image;
}

Result<void> DatabaseImage::hold() {
  TRY(connection_->execute("BEGIN"));
  std::ignore = TRY(connection_->query_integer("SELECT count(*) FROM sqlite_schema"));  // BEGIN alone takes no lock
  return {};
}

Result<void> DatabaseImage::measure() {
  page_size_ = static_cast<std::uint32_t>(TRY(connection_->query_integer("PRAGMA page_size")).value_or(0));
  size_ = static_cast<std::uint64_t>(TRY(connection_->query_integer("PRAGMA page_count")).value_or(0)) * page_size_;
  return {};
}

Result<void> DatabaseImage::copy_with_backup(const fs::path& scratch) {
  scratch_ = TRY(file::ScratchFolder::create(scratch, ".copy-"));
  const fs::path target = scratch_->path() / "copy.sqlite";
  if (const int code = file::trapped("backup"); code != 0)
    return file::trouble("Copying the database to", target, code);
  auto copied = TRY(Connection::open(target, OpenMode::create));
  // A crash leaves scratch, which nobody reads: no need to be durable.
  TRY(copied.execute("PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF"));
  sqlite3_backup* backup = sqlite3_backup_init(copied.handle(), "main", connection_->handle(), "main");
  if (backup == nullptr)
    return std::unexpected(copied.last_error(fmt::format("Copying the database {}", path_.string())));
  sqlite3_backup_step(backup, -1);
  if (sqlite3_backup_finish(backup) != SQLITE_OK) {
    return std::unexpected(copied.last_error(fmt::format("Copying the database {}", path_.string())));
  }
  connection_.emplace(std::move(copied));
  return hold();
}

Result<void> DatabaseImage::copy_with_wal(const fs::path& scratch) {
  scratch_ = TRY(file::ScratchFolder::create(scratch, ".copy-"));
  const fs::path target = scratch_->path() / "copy.sqlite";
  TRY(file::copy(path_, target));
  TRY(file::copy(beside(path_, "-wal"), beside(target, "-wal")));
  connection_ = TRY(Connection::open(target, OpenMode::read_write));
  TRY(connection_->execute("PRAGMA synchronous=OFF; PRAGMA wal_checkpoint(TRUNCATE)"));
  return hold();
}

Result<void> DatabaseImage::read_at(std::span<char> buffer, std::uint64_t offset) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection_->handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  const int code =
      file->pMethods->xRead(file, buffer.data(), static_cast<int>(buffer.size()), static_cast<sqlite3_int64>(offset));
  if (code == SQLITE_OK) return {};
  return failure(
      "database-error", fmt::format("Reading the database {}", path_.string()),
      code == SQLITE_IOERR_SHORT_READ ? "the file is shorter than its own header says" : sqlite3_errstr(code));
}

Result<std::vector<std::pair<std::string, std::int64_t>>> DatabaseImage::rows() { return count_rows(*connection_); }

Result<bool> DatabaseImage::unchanged() const {
  if (locked_) return true;
  return TRY(look_at_database(path_)) == live_;
}

Result<std::vector<std::pair<std::string, std::int64_t>>> count_rows(Connection& connection) {
  auto tables = TRY(connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
      "AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"));
  std::vector<std::pair<std::string, std::int64_t>> rows;
  while (TRY(tables.step())) {
    std::string name = tables.text(0);
    const auto count = connection.query_integer("SELECT count(*) FROM " + database::quote_identifier(name));
    rows.emplace_back(std::move(name), count ? count->value_or(0) : -1);
  }
  return rows;
}

}  // namespace liftlock::snapshot

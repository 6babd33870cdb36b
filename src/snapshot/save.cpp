#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/file_stream.hpp"
#include "base/hash.hpp"
#include "base/stage.hpp"
#include "snapshot/draft.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 18;  // stays in a core's cache between the stages
constexpr const char* database_artifact = "database.sqlite.zst";

std::int64_t nanoseconds(const struct timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// The facts that may have changed since the folder was read.
void take_facts(FilePart& part, const struct stat& status) {
  part.bytes = static_cast<std::uint64_t>(status.st_size);
  part.modified_ns = nanoseconds(status.st_mtim);
  part.changed_ns = nanoseconds(status.st_ctim);
  part.inode = status.st_ino;
}

Result<struct stat> status_of(const file::Reader& reader, const fs::path& path) {
  struct stat status {};
  if (::fstat(reader.descriptor(), &status) != 0) return file::trouble("Looking at", path, errno);
  return status;
}

/// Reads an image block by block, in order.
Result<void> stream(DatabaseImage& image, const std::function<Result<void>(Block)>& sink) {
  for (std::uint64_t at = 0; at < image.size();) {
    auto block = std::make_shared<std::string>(std::min<std::uint64_t>(block_bytes, image.size() - at), '\0');
    TRY(image.read_at(*block, at));
    at += block->size();
    TRY(sink(std::move(block)));
  }
  return {};
}

Result<std::string> hash_image(DatabaseImage& image) {
  Sha256 hash;
  const auto add = [&](const Block& block) -> Result<void> {
    hash.update(*block);
    return {};
  };
  TRY(stream(image, add));
  return hash.hex_digest();
}

/// Reading here, hashing on a thread of its own, compressing on zstd's: the slowest of them sets the pace.
Result<void> compress(DatabaseImage& image, const fs::path& folder, Progress& progress, DatabasePart& part) {
  auto writer = TRY(ArtifactWriter::create(folder, database_artifact));
  Sha256 hash;
  Stage hashing([&](std::string_view bytes) -> Result<void> {
    hash.update(bytes);
    return {};
  });
  std::int64_t done = 0;
  const auto pass_on = [&](const Block& block) -> Result<void> {
    if (progress.cancelled()) return cancelled();
    TRY(hashing.write(block));
    TRY(writer->write(*block));
    progress.advance(done += static_cast<std::int64_t>(block->size()));
    return {};
  };
  TRY(stream(image, pass_on));
  TRY(hashing.finish());
  part.artifact = TRY(writer->finish());
  part.sha256 = hash.hex_digest();
  return {};
}

Result<bool> save_image(const Source& source, const fs::path& folder, Progress& progress, Locking locking,
                        const DatabasePart* earlier, DatabasePart& part) {
  auto image = TRY(DatabaseImage::open(source.database, folder, locking));
  part.live = image.live();
  part.bytes = image.size();
  part.page_size = image.page_size();
  part.page_count = image.page_size() == 0 ? 0 : image.size() / image.page_size();
  part.rows = TRY(image.rows());
  // Hashing alone is several times faster than compressing, and a closed WAL changes the file without changing a page.
  if (earlier != nullptr && earlier->bytes == part.bytes && TRY(hash_image(image)) == earlier->sha256) {
    part.artifact = earlier->artifact;
    part.sha256 = earlier->sha256;
    return image.unchanged();
  }
  progress.begin("Saving the database", static_cast<std::int64_t>(image.size()), Progress::Unit::bytes);
  TRY(compress(image, folder, progress, part));
  progress.end();
  return image.unchanged();
}

}  // namespace

FilePart part_of(const file::Entry& entry, int archive) {
  FilePart part;
  part.path = entry.path;
  part.type = entry.type;
  part.modified_ns = nanoseconds(entry.status.st_mtim);
  part.changed_ns = nanoseconds(entry.status.st_ctim);
  part.inode = entry.status.st_ino;
  part.mode = entry.status.st_mode & 07777U;
  part.owner = entry.status.st_uid;
  part.group = entry.status.st_gid;
  part.link_target = entry.link_target;
  part.archive = archive;
  return part;
}

Result<DatabasePart> save_database(const Source& source, const fs::path& folder, Progress& progress,
                                   const DatabasePart* earlier) {
  DatabasePart part;
  const auto facts = TRY(file::facts(source.database));
  part.mode = facts.mode;
  part.owner = facts.owner;
  part.group = facts.group;
  part.path = fs::canonical(source.database);
  const std::string root = fs::canonical(source.data_directory).string() + '/';
  if (part.path.string().starts_with(root)) part.in_data = part.path.string().substr(root.size());

  const Locking first = source.excluded ? Locking::excluded : Locking::as_needed;
  if (TRY(save_image(source, folder, progress, first, earlier, part))) return part;
  // Somebody opened the database in between: once more, and this time with SQLite's locks.
  TRY(file::remove(folder / database_artifact));
  std::ignore = TRY(save_image(source, folder, progress, Locking::always, earlier, part));
  return part;
}

// ---- everything else

Result<void> FileSaver::begin() {
  block_.resize(block_bytes);
  const std::string name = archive_ == 0 ? "data.tar.zst" : fmt::format("data-{}.tar.zst", archive_ + 1);
  tar_ = TRY(TarWriter::create(folder_, name));
  return {};
}

Result<void> FileSaver::advance(std::size_t bytes) {
  if (progress_.cancelled()) return cancelled();
  progress_.advance(done_ += static_cast<std::int64_t>(bytes));
  return {};
}

Result<std::optional<FilePart>> FileSaver::save(const file::Entry& entry) {
  FilePart part = part_of(entry, archive_);
  const fs::path path = source_.data_directory / entry.path;
  switch (entry.type) {
    case file::EntryType::regular: {
      auto saved = save_regular(part, path);
      if (!saved && saved.error().id == "file-missing") {
        manifest_.notes.push_back(fmt::format("{} vanished while the snapshot was taken.", part.path));
        return std::nullopt;
      }
      if (!saved) return std::unexpected(std::move(saved).error());
      return part;
    }
    case file::EntryType::directory:
    case file::EntryType::symlink:
      TRY(tar_->begin(part, file::extended_attributes(path)));
      return part;
    default:
      manifest_.notes.push_back(fmt::format("{} is a pipe, socket or device: noted, not stored.", part.path));
      return part;
  }
}

Result<bool> FileSaver::save_regular(FilePart& part, const fs::path& path) {
  auto reader = TRY(file::Reader::open(path));
  const struct stat before = TRY(status_of(reader, path));
  take_facts(part, before);
  std::size_t count = TRY(reader.read(block_));
  if (std::string_view(block_).substr(0, count).starts_with(std::string_view("SQLite format 3\0", 16))) {
    const auto saved = save_sqlite(part, path);
    if (saved) return saved;
    if (!saved.error().id.starts_with("database-")) return saved;
    manifest_.notes.push_back(fmt::format("{} looks like an SQLite database, which it is not ({}): stored as it is.",
                                          part.path, saved.error().what));
    part.sqlite = false;
    take_facts(part, before);
  }
  TRY(tar_->begin(part, file::extended_attributes(path)));
  Sha256 hash;
  std::uint64_t left = part.bytes;
  while (left > 0) {
    if (count == 0) {  // shorter than it was: the archive has promised so many bytes
      std::fill(block_.begin(), block_.end(), '\0');
      count = block_.size();
    }
    const std::string_view bytes = std::string_view(block_).substr(0, std::min<std::uint64_t>(count, left));
    hash.update(bytes);
    TRY(tar_->write(bytes));
    TRY(advance(bytes.size()));
    left -= bytes.size();
    if (left > 0) count = TRY(reader.read(block_));
  }
  part.sha256 = hash.hex_digest();
  const struct stat after = TRY(status_of(reader, path));
  if (after.st_size != before.st_size || nanoseconds(after.st_mtim) != part.modified_ns) {
    manifest_.notes.push_back(fmt::format("{} was written to while it was saved.", part.path));
  }
  return true;
}

Result<bool> FileSaver::save_sqlite(FilePart& part, const fs::path& path) {
  part.sqlite = true;
  auto image = TRY(DatabaseImage::open(path, folder_, Locking::as_needed));
  TRY(save_image(part, path, image));
  if (TRY(image.unchanged())) return true;
  // Opened by somebody in between. A later entry of the same name is what unpacking leaves.
  auto locked = TRY(DatabaseImage::open(path, folder_, Locking::always));
  TRY(save_image(part, path, locked));
  return true;
}

Result<void> FileSaver::save_image(FilePart& part, const fs::path& path, DatabaseImage& image) {
  part.live = image.live();
  part.bytes = image.size();
  TRY(tar_->begin(part, file::extended_attributes(path)));
  Sha256 hash;
  const auto pass_on = [&](const Block& block) -> Result<void> {
    hash.update(*block);
    TRY(tar_->write(*block));
    return advance(block->size());
  };
  TRY(stream(image, pass_on));
  part.sha256 = hash.hex_digest();
  return {};
}

}  // namespace liftlock::snapshot

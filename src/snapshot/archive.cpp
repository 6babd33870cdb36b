#include "snapshot/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <clocale>
#include <optional>

#include "base/file.hpp"
#include "base/file_stream.hpp"
#include "base/hash.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;

namespace {

// Level 1 on two workers keeps up with a disk; higher levels cost seconds of a change for a tenth of the size.
constexpr int compression_level = 1;
constexpr int compression_workers = 2;
constexpr std::size_t block_bytes = std::size_t{1} << 20;

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// libarchive calls back through C: an Error has to wait outside.
struct Waiting {
  std::optional<Error> error;
  int take(Result<void> result) {
    if (result) return ARCHIVE_OK;
    error = std::move(result).error();
    return ARCHIVE_FATAL;
  }
};

std::int64_t floor_seconds(std::int64_t ns) {
  return ns >= 0 ? ns / nanoseconds_per_second : -((-ns + nanoseconds_per_second - 1) / nanoseconds_per_second);
}

mode_t tar_type(file::EntryType type) {
  switch (type) {
    case file::EntryType::directory:
      return AE_IFDIR;
    case file::EntryType::symlink:
      return AE_IFLNK;
    default:
      return AE_IFREG;
  }
}

}  // namespace

std::unexpected<Error> damaged(const fs::path& folder, std::string what) {
  return failure("snapshot-damaged", fmt::format("Reading the snapshot {}", folder.string()), std::move(what),
                 "It cannot be trusted. Choose another one: liftlock backups DEPLOYMENT");
}

// ---- compressed artifacts

struct ArtifactWriter::State {
  std::optional<file::Writer> file;
  std::optional<ZstdCompressor> compressor;
  Sha256 hash;
  Artifact artifact;
  fs::path folder;
};

ArtifactWriter::ArtifactWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArtifactWriter::~ArtifactWriter() = default;

Result<std::unique_ptr<ArtifactWriter>> ArtifactWriter::create(const fs::path& folder, std::string name) {
  auto state = std::make_unique<State>();
  State* const raw = state.get();
  state->file = TRY(file::Writer::create(folder / name));
  state->artifact.name = std::move(name);
  state->compressor.emplace(compression_level, compression_workers, [raw](std::string_view bytes) {
    raw->hash.update(bytes);
    raw->artifact.bytes += bytes.size();
    return raw->file->write(bytes);
  });
  return std::unique_ptr<ArtifactWriter>(new ArtifactWriter(std::move(state)));
}

Result<void> ArtifactWriter::write(std::string_view bytes) { return state_->compressor->write(bytes); }

Result<Artifact> ArtifactWriter::finish() {
  TRY(state_->compressor->finish());
  TRY(state_->file->sync());
  state_->artifact.sha256 = state_->hash.hex_digest();
  return state_->artifact;
}

namespace {

/// Reads an artifact's file block by block, and at the end compares it with the manifest.
class ArtifactReader {
 public:
  static Result<ArtifactReader> open(const fs::path& folder, const Artifact& artifact) {
    auto reader = file::Reader::open(folder / artifact.name);
    if (!reader && reader.error().id == "file-missing") return damaged(folder, artifact.name + " is missing");
    if (!reader) return std::unexpected(std::move(reader).error());
    if (const auto size = TRY(reader->size()); size != artifact.bytes) {
      return damaged(folder, fmt::format("{} has {} bytes instead of {}", artifact.name, size, artifact.bytes));
    }
    return ArtifactReader(*std::move(reader), folder, artifact);
  }
  Result<std::string_view> next() {
    const std::size_t count = TRY(reader_.read(block_));
    hash_.update(std::string_view(block_).substr(0, count));
    return std::string_view(block_).substr(0, count);
  }
  /// Reads what has not been read and compares.
  Result<void> finish() {
    while (!TRY(next()).empty()) {
    }
    if (hash_.hex_digest() != artifact_->sha256) return damaged(folder_, artifact_->name + " has a wrong checksum");
    return {};
  }

 private:
  ArtifactReader(file::Reader reader, fs::path folder, const Artifact& artifact)
      : reader_(std::move(reader)), folder_(std::move(folder)), artifact_(&artifact), block_(block_bytes, '\0') {}
  file::Reader reader_;
  fs::path folder_;
  const Artifact* artifact_;
  Sha256 hash_;
  std::string block_;
};

/// An error that is about the stream itself becomes one about the snapshot.
Error as_damage(const fs::path& folder, const Artifact& artifact, Error error) {
  if (!error.id.starts_with("zstd-")) return error;
  return damaged(folder, fmt::format("{}: {}", artifact.name, error.what)).error();
}

}  // namespace

Result<void> read_artifact(const fs::path& folder, const Artifact& artifact, const ByteSink& sink) {
  auto reader = TRY(ArtifactReader::open(folder, artifact));
  ZstdDecompressor decompressor(sink);
  while (true) {
    const std::string_view bytes = TRY(reader.next());
    auto done = bytes.empty() ? decompressor.finish() : decompressor.write(bytes);
    if (!done) return std::unexpected(as_damage(folder, artifact, std::move(done).error()));
    if (bytes.empty()) return reader.finish();
  }
}

Result<void> check_plain_artifact(const fs::path& folder, const Artifact& artifact) {
  return TRY(ArtifactReader::open(folder, artifact)).finish();
}

// ---- tar

struct TarWriter::State {
  std::unique_ptr<ArtifactWriter> artifact;
  struct archive* tar = archive_write_new();
  struct archive_entry* entry = archive_entry_new();
  Waiting waiting;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    archive_entry_free(entry);
    archive_write_free(tar);
  }
  [[nodiscard]] Result<void> check(la_ssize_t code) {
    if (code >= ARCHIVE_WARN) return {};
    if (waiting.error) return std::unexpected(*waiting.error);
    const char* text = archive_error_string(tar);
    return failure("snapshot-archive", "Writing the archive of the data directory", text != nullptr ? text : "unknown");
  }
};

TarWriter::TarWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarWriter::~TarWriter() = default;

Result<std::unique_ptr<TarWriter>> TarWriter::create(const fs::path& folder, std::string name) {
  auto state = std::make_unique<State>();
  state->artifact = TRY(ArtifactWriter::create(folder, std::move(name)));
  archive_write_set_format_pax(state->tar);  // always with nanoseconds
  // Names are bytes, not text: nothing is converted, whatever the locale.
  archive_write_set_options(state->tar, "hdrcharset=BINARY");
  archive_write_set_bytes_per_block(state->tar, static_cast<int>(block_bytes));
  archive_write_set_bytes_in_last_block(state->tar, 1);
  const auto write = [](struct archive*, void* raw, const void* bytes, std::size_t count) -> la_ssize_t {
    auto* const self = static_cast<State*>(raw);
    auto written = self->artifact->write({static_cast<const char*>(bytes), count});
    return self->waiting.take(std::move(written)) == ARCHIVE_OK ? static_cast<la_ssize_t>(count) : -1;
  };
  archive_write_open(state->tar, state.get(), nullptr, write, nullptr);
  return std::unique_ptr<TarWriter>(new TarWriter(std::move(state)));
}

Result<void> TarWriter::begin(const FilePart& part, const Attributes& attributes) {
  struct archive_entry* entry = archive_entry_clear(state_->entry);
  archive_entry_copy_pathname(entry, part.path.c_str());
  archive_entry_set_filetype(entry, tar_type(part.type));
  archive_entry_set_perm(entry, part.mode);
  archive_entry_set_uid(entry, part.owner);
  archive_entry_set_gid(entry, part.group);
  const std::int64_t seconds = floor_seconds(part.modified_ns);
  archive_entry_set_mtime(entry, seconds, static_cast<long>(part.modified_ns - seconds * nanoseconds_per_second));
  archive_entry_set_size(entry, part.type == file::EntryType::regular ? static_cast<la_int64_t>(part.bytes) : 0);
  if (part.type == file::EntryType::symlink) archive_entry_copy_symlink(entry, part.link_target.c_str());
  for (const auto& [name, value] : attributes) {
    archive_entry_xattr_add_entry(entry, name.c_str(), value.data(), value.size());
  }
  return state_->check(archive_write_header(state_->tar, entry));
}

Result<void> TarWriter::write(std::string_view bytes) {
  return state_->check(archive_write_data(state_->tar, bytes.data(), bytes.size()));
}

Result<Artifact> TarWriter::finish() {
  TRY(state_->check(archive_write_close(state_->tar)));
  return state_->artifact->finish();
}

namespace {

struct Reading {
  ArtifactReader artifact;
  Waiting waiting;
};

using ReadHandle = std::unique_ptr<struct archive, int (*)(struct archive*)>;

FilePart part_of(struct archive_entry* entry) {
  FilePart part;
  part.path = archive_entry_pathname(entry) != nullptr ? archive_entry_pathname(entry) : "";
  while (part.path.ends_with('/')) part.path.pop_back();
  switch (archive_entry_filetype(entry)) {
    case AE_IFDIR:
      part.type = file::EntryType::directory;
      break;
    case AE_IFLNK:
      part.type = file::EntryType::symlink;
      part.link_target = archive_entry_symlink(entry) != nullptr ? archive_entry_symlink(entry) : "";
      break;
    default:
      part.bytes = static_cast<std::uint64_t>(archive_entry_size(entry));
  }
  part.mode = archive_entry_perm(entry);
  part.owner = static_cast<std::uint32_t>(archive_entry_uid(entry));
  part.group = static_cast<std::uint32_t>(archive_entry_gid(entry));
  part.modified_ns = archive_entry_mtime(entry) * nanoseconds_per_second + archive_entry_mtime_nsec(entry);
  return part;
}

std::vector<std::pair<std::string, std::string>> attributes_of(struct archive_entry* entry) {
  std::vector<std::pair<std::string, std::string>> attributes;
  archive_entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    attributes.emplace_back(name, std::string(static_cast<const char*>(value), size));
  }
  return attributes;
}

Result<void> stream_content(struct archive* tar, Reading& reading, const ByteSink& sink,
                            const std::function<std::unexpected<Error>()>& trouble) {
  std::string block(std::size_t{1} << 18, '\0');
  while (true) {
    const la_ssize_t count = archive_read_data(tar, block.data(), block.size());
    if (count < 0) return reading.waiting.error ? std::unexpected(*reading.waiting.error) : trouble();
    if (count == 0) return {};
    TRY(sink(std::string_view(block).substr(0, static_cast<std::size_t>(count))));
  }
}

}  // namespace

Result<void> read_tar(const fs::path& folder, const Artifact& artifact,
                      const std::function<Result<void>(TarEntry&)>& visit) {
  Reading reading{TRY(ArtifactReader::open(folder, artifact)), {}};
  const ReadHandle tar(archive_read_new(), archive_read_free);
  archive_read_support_filter_zstd(tar.get());
  archive_read_support_format_tar(tar.get());
  archive_read_set_options(tar.get(), "hdrcharset=BINARY");
  const auto trouble = [&] {
    if (reading.waiting.error) return std::unexpected(*reading.waiting.error);
    const char* text = archive_error_string(tar.get());
    return damaged(folder, fmt::format("{}: {}", artifact.name, text != nullptr ? text : "not an archive"));
  };
  const auto read = [](struct archive*, void* raw, const void** bytes) -> la_ssize_t {
    auto* const self = static_cast<Reading*>(raw);
    auto block = self->artifact.next();
    if (!block) return self->waiting.take(std::unexpected(std::move(block).error()));
    *bytes = block->data();
    return static_cast<la_ssize_t>(block->size());
  };
  if (archive_read_open(tar.get(), &reading, nullptr, read, nullptr) != ARCHIVE_OK) return trouble();
  while (true) {
    struct archive_entry* entry = nullptr;
    const int code = archive_read_next_header(tar.get(), &entry);
    if (code == ARCHIVE_EOF) return reading.artifact.finish();
    if (code < ARCHIVE_WARN) return trouble();
    TarEntry item;
    item.part = part_of(entry);
    item.attributes = attributes_of(entry);
    item.content = [&](const ByteSink& sink) { return stream_content(tar.get(), reading, sink, trouble); };
    TRY(visit(item));
  }
}

}  // namespace liftlock::snapshot

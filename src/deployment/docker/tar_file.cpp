#include "deployment/docker/tar_file.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

#include "base/file_stream.hpp"
#include "base/zstd.hpp"

namespace liftlock::deployment::docker {

namespace {

using Handle = std::unique_ptr<struct archive, decltype(&archive_read_free)>;

constexpr std::size_t block_size = std::size_t{1} << 16;

Handle new_reader() {
  Handle tar(archive_read_new(), archive_read_free);
  archive_read_support_format_tar(tar.get());
  archive_read_set_options(tar.get(), "hdrcharset=BINARY");
  return tar;
}

std::unexpected<Error> unreadable(struct archive* tar) {
  const char* text = tar == nullptr ? nullptr : archive_error_string(tar);
  return failure("engine-answer", "Reading a file from a container",
                 text == nullptr ? "The engine's archive holds no file." : text);
}

/// The next plain file; nullptr behind the last.
Result<struct archive_entry*> next_file(struct archive* tar) {
  struct archive_entry* entry = nullptr;
  int code = ARCHIVE_OK;
  while ((code = archive_read_next_header(tar, &entry)) != ARCHIVE_EOF) {
    if (code < ARCHIVE_WARN) return unreadable(tar);
    if (archive_entry_filetype(entry) == AE_IFREG) return entry;
  }
  return nullptr;
}

Result<void> stream_content(struct archive* tar, const ByteSink& sink) {
  std::string block(block_size, '\0');
  while (true) {
    const la_ssize_t count = archive_read_data(tar, block.data(), block.size());
    if (count < 0) return unreadable(tar);
    if (count == 0) return {};
    TRY(sink(std::string_view(block).substr(0, static_cast<std::size_t>(count))));
  }
}

/// Streams the content of the first plain file to `sink`.
Result<void> first_file(struct archive* tar, const ByteSink& sink) {
  if (TRY(next_file(tar)) == nullptr) return unreadable(nullptr);
  return stream_content(tar, sink);
}

ByteSink into(std::string& content) {
  return [&content](std::string_view piece) -> Result<void> {
    content += piece;
    return {};
  };
}

using Writer = std::unique_ptr<struct archive, decltype(&archive_write_free)>;
using Entry = std::unique_ptr<struct archive_entry, decltype(&archive_entry_free)>;

la_ssize_t append(struct archive*, void* user, const void* bytes, std::size_t count) {
  static_cast<std::string*>(user)->append(static_cast<const char*>(bytes), count);
  return static_cast<la_ssize_t>(count);
}

std::unexpected<Error> unmade(struct archive* tar) {
  const char* text = archive_error_string(tar);
  return failure("archive-error", "Making an archive for a container", text == nullptr ? "It cannot be made." : text);
}

}  // namespace

Result<std::string> make_tar(const std::vector<NewEntry>& entries) {
  std::string bytes;
  const Writer tar(archive_write_new(), archive_write_free);
  archive_write_set_format_ustar(tar.get());
  if (archive_write_open(tar.get(), &bytes, nullptr, append, nullptr) != ARCHIVE_OK) return unmade(tar.get());
  for (const NewEntry& made : entries) {
    const Entry entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), made.name.c_str());
    archive_entry_set_filetype(entry.get(), made.name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    if (!made.link.empty()) archive_entry_set_filetype(entry.get(), AE_IFLNK);
    if (!made.link.empty()) archive_entry_set_symlink(entry.get(), made.link.c_str());
    archive_entry_set_perm(entry.get(), static_cast<mode_t>(made.mode));
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(made.content.size()));
    if (archive_write_header(tar.get(), entry.get()) != ARCHIVE_OK) return unmade(tar.get());
    if (archive_write_data(tar.get(), made.content.data(), made.content.size()) < 0) return unmade(tar.get());
  }
  if (archive_write_close(tar.get()) != ARCHIVE_OK) return unmade(tar.get());
  return bytes;
}

Result<std::string> content_of_tar(std::string_view bytes) {
  const Handle tar = new_reader();
  if (archive_read_open_memory(tar.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return unreadable(tar.get());
  std::string content;
  TRY(first_file(tar.get(), into(content)));
  return content;
}

Result<std::vector<TarFile>> files_of_tar(std::string_view bytes) {
  const Handle tar = new_reader();
  if (archive_read_open_memory(tar.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return unreadable(tar.get());
  std::vector<TarFile> files;
  while (struct archive_entry* entry = TRY(next_file(tar.get()))) {
    const char* name = archive_entry_pathname(entry);
    TarFile& file = files.emplace_back(TarFile{name != nullptr ? name : "", {}});
    TRY(stream_content(tar.get(), into(file.content)));
  }
  return files;
}

Result<void> unpack_tar(const std::filesystem::path& path, const std::filesystem::path& to) {
  const Handle tar = new_reader();
  if (archive_read_open_filename(tar.get(), path.c_str(), block_size) != ARCHIVE_OK) return unreadable(tar.get());
  file::Writer writer = TRY(file::Writer::create(to));
  return first_file(tar.get(), [&](std::string_view piece) { return writer.write(piece); });
}

}  // namespace liftlock::deployment::docker

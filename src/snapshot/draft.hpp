#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/file_tree.hpp"
#include "base/progress.hpp"
#include "snapshot/archive.hpp"
#include "snapshot/image.hpp"
#include "snapshot/snapshot.hpp"

/// The parts that take() and update() are made of. For this room only.
namespace liftlock::snapshot {

/// A snapshot being made, in a folder whose name no one takes for one. Removed with it unless published.
class Draft {
 public:
  /// Removes the leftovers of drafts that were interrupted, then makes the folder.
  [[nodiscard]] static Result<Draft> begin(const std::filesystem::path& store, Clock& clock);
  Draft(Draft&& other) noexcept
      : store_(std::move(other.store_)), name_(std::move(other.name_)), folder_(std::exchange(other.folder_, {})) {}
  Draft& operator=(Draft&&) = delete;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] Result<Artifact> add_plain(const std::string& name, std::string_view content);
  /// Writes the manifest, syncs everything and gives the folder its name.
  [[nodiscard]] Result<Snapshot> publish(Manifest manifest);

 private:
  Draft() = default;
  std::filesystem::path store_;
  std::string name_;
  std::filesystem::path folder_;
};

/// The manifest's fields that need no reading of data; paths resolved.
[[nodiscard]] Result<Manifest> begin_manifest(const Source& source, const Draft& draft, Clock& clock);

/// Everything in the data directory that belongs into the archive: not the main database, no SQLite file's -wal and
/// -shm, not Liftlock's own files, not what the source leaves out.
[[nodiscard]] Result<std::vector<file::Entry>> entries_of(const Source& source, const std::filesystem::path& store);

/// Compresses the database into `folder`. With `earlier`, an equal database costs no artifact: the result's artifact
/// has then the earlier one's checksum, and no file was made.
[[nodiscard]] Result<DatabasePart> save_database(const Source& source, const std::filesystem::path& folder,
                                                 Progress& progress, const DatabasePart* earlier = nullptr);

/// Writes entries into one archive; what it says of them goes to `parts`, in order.
class FileSaver {
 public:
  FileSaver(const Source& source, const std::filesystem::path& folder, int archive, Manifest& manifest,
            Progress& progress)
      : source_(source), folder_(folder), archive_(archive), manifest_(manifest), progress_(progress) {}
  [[nodiscard]] Result<void> begin();
  /// nullopt: it vanished meanwhile.
  [[nodiscard]] Result<std::optional<FilePart>> save(const file::Entry& entry);
  [[nodiscard]] Result<Artifact> finish() { return tar_->finish(); }

 private:
  [[nodiscard]] Result<bool> save_regular(FilePart& part, const std::filesystem::path& path);
  [[nodiscard]] Result<bool> save_sqlite(FilePart& part, const std::filesystem::path& path);
  [[nodiscard]] Result<void> save_image(FilePart& part, const std::filesystem::path& path, DatabaseImage& image);
  [[nodiscard]] Result<void> advance(std::size_t bytes);

  const Source& source_;
  const std::filesystem::path& folder_;
  int archive_;
  Manifest& manifest_;
  Progress& progress_;
  std::unique_ptr<TarWriter> tar_;
  std::string block_;
  std::int64_t done_ = 0;
};

/// The secret key as it is now; nullopt where there is none.
[[nodiscard]] Result<std::optional<std::string>> secret_key_of(const Source& source);

/// deployment.json, the secret key and RESTORE.txt.
[[nodiscard]] Result<void> add_others(const Source& source, Draft& draft, Manifest& manifest);

/// RESTORE.txt.
[[nodiscard]] std::string restore_text(const Manifest& manifest);

/// The facts of an entry; no content yet.
[[nodiscard]] FilePart part_of(const file::Entry& entry, int archive);

/// A full disk becomes "snapshot-no-space"; the state says that nothing is left behind.
[[nodiscard]] Error explain(Error error, const std::filesystem::path& store, std::uint64_t needed);
[[nodiscard]] std::unexpected<Error> cancelled();
[[nodiscard]] Result<void> require_space(const std::filesystem::path& place, std::uint64_t needed);

[[nodiscard]] std::unexpected<Error> damaged_manifest(const std::filesystem::path& folder, std::string what);

}  // namespace liftlock::snapshot

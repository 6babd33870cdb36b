#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/zstd.hpp"
#include "snapshot/manifest.hpp"

struct archive;
struct archive_entry;

namespace liftlock::snapshot {

/// A file being compressed into a snapshot, hashed as it is written.
class ArtifactWriter {
 public:
  /// Makes `folder`/`name`, which must not exist.
  [[nodiscard]] static Result<std::unique_ptr<ArtifactWriter>> create(const std::filesystem::path& folder,
                                                                      std::string name);
  ~ArtifactWriter();
  [[nodiscard]] Result<void> write(std::string_view bytes);
  /// Ends the stream and syncs the file.
  [[nodiscard]] Result<Artifact> finish();

 private:
  struct State;
  explicit ArtifactWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Streams a compressed artifact, decompressed, to `sink`. Errors: the sink's, "snapshot-damaged" if its size or
/// checksum is not the manifest's, or it does not decompress (what the sink was given is then worthless).
[[nodiscard]] Result<void> read_artifact(const std::filesystem::path& folder, const Artifact& artifact,
                                         const ByteSink& sink);
/// As above for an artifact that is stored as it is.
[[nodiscard]] Result<void> check_plain_artifact(const std::filesystem::path& folder, const Artifact& artifact);

/// A POSIX (pax) tar archive, compressed with zstd, that `zstd -dc F | tar x` restores: names as raw bytes, times in
/// nanoseconds, modes, numeric owners, extended attributes.
class TarWriter {
 public:
  [[nodiscard]] static Result<std::unique_ptr<TarWriter>> create(const std::filesystem::path& folder, std::string name);
  ~TarWriter();
  using Attributes = std::vector<std::pair<std::string, std::string>>;
  /// Begins an entry; a regular file's `part.bytes` bytes must follow.
  [[nodiscard]] Result<void> begin(const FilePart& part, const Attributes& attributes);
  [[nodiscard]] Result<void> write(std::string_view bytes);
  [[nodiscard]] Result<Artifact> finish();

 private:
  struct State;
  explicit TarWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One entry while it is being read.
struct TarEntry {
  FilePart part;  ///< path, type, size, mode, owner, times and link target as the archive has them
  std::vector<std::pair<std::string, std::string>> attributes;
  /// Streams the content; to be called at most once, within the visit.
  std::function<Result<void>(const ByteSink&)> content;
};
/// Visits every entry of a tar artifact in order, then checks the artifact as read_artifact() does.
[[nodiscard]] Result<void> read_tar(const std::filesystem::path& folder, const Artifact& artifact,
                                    const std::function<Result<void>(TarEntry&)>& visit);

/// The Error "snapshot-damaged".
[[nodiscard]] std::unexpected<Error> damaged(const std::filesystem::path& folder, std::string what);

}  // namespace liftlock::snapshot

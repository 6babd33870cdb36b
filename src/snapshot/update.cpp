#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/file.hpp"
#include "snapshot/draft.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;

namespace {

/// File times move in steps of the kernel's clock: a file written within the same step as it was saved can change again
/// and look the same.
constexpr std::int64_t racy_ns = 100'000'000;

bool is_stored(file::EntryType type) {
  return type == file::EntryType::regular || type == file::EntryType::directory || type == file::EntryType::symlink;
}

bool same_metadata(const FilePart& a, const FilePart& b) {
  return a.type == b.type && a.mode == b.mode && a.owner == b.owner && a.group == b.group &&
         a.modified_ns == b.modified_ns && a.link_target == b.link_target;
}

/// What is new since an earlier snapshot.
struct Changes {
  std::vector<std::size_t> entries;      ///< positions of entries to be saved
  std::vector<std::string> removed;      ///< paths that an archive holds and that are gone
  std::map<std::size_t, FilePart> kept;  ///< by position: what the earlier manifest says, with today's facts
};

class Comparison {
 public:
  Comparison(const Snapshot& earlier, const fs::path& root) : earlier_(earlier), root_(root) {
    for (const FilePart& part : earlier.manifest.files) parts_.emplace(part.path, &part);
  }

  Result<Changes> run(const std::vector<file::Entry>& entries) {
    Changes changes;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto found = parts_.find(entries[i].path);
      const FilePart* before = found == parts_.end() ? nullptr : found->second;
      if (before != nullptr && TRY(is_same(*before, entries[i])))
        changes.kept.emplace(i, with_facts(*before, entries[i]));
      else
        changes.entries.push_back(i);
      if (found != parts_.end()) parts_.erase(found);
    }
    for (const auto& [path, part] : parts_) {
      if (is_stored(part->type)) changes.removed.push_back(path);
    }
    return changes;
  }

 private:
  Result<bool> is_same(const FilePart& before, const file::Entry& entry) const {
    const FilePart now = part_of(entry, 0);
    if (!same_metadata(before, now)) return false;
    if (entry.type != file::EntryType::regular) return true;
    if (before.sqlite)
      return TRY(look_at_database(root_ / entry.path)) == before.live && !is_racy(before.live.modified_ns);
    if (before.bytes != static_cast<std::uint64_t>(entry.status.st_size)) return false;
    const bool untouched = before.inode == now.inode && before.changed_ns == now.changed_ns && !is_racy(now.changed_ns);
    return untouched || TRY(file::sha256(root_ / entry.path)) == before.sha256;
  }

  [[nodiscard]] bool is_racy(std::int64_t time_ns) const { return time_ns > earlier_.manifest.started_ns - racy_ns; }

  static FilePart with_facts(FilePart part, const file::Entry& entry) {
    const FilePart now = part_of(entry, 0);
    part.inode = now.inode;
    part.changed_ns = now.changed_ns;
    return part;
  }

  const Snapshot& earlier_;
  fs::path root_;
  std::map<std::string, const FilePart*> parts_;
};

/// A link where the file system has links, else a copy.
Result<void> bring_along(const fs::path& from, const fs::path& to) {
  if (file::hard_link(from, to)) return {};
  return file::copy(from, to);
}

Result<void> link_artifact(const Snapshot& earlier, const Draft& draft, const Artifact& artifact) {
  return bring_along(earlier.folder / artifact.name, draft.folder() / artifact.name);
}

/// The database's file as it was, unless somebody has written to it.
Result<bool> is_database_unchanged(const Snapshot& earlier, const Source& source) {
  const DatabasePart& before = earlier.manifest.database;
  const fs::path path = fs::canonical(source.database);
  const auto facts = TRY(file::facts(path));
  const bool same_place =
      path == before.path && facts.mode == before.mode && facts.owner == before.owner && facts.group == before.group;
  if (!same_place || before.live.modified_ns > earlier.manifest.started_ns - racy_ns) return false;
  return TRY(look_at_database(path)) == before.live;
}

bool is_same_key(const Snapshot& earlier, const Source& source) {
  const bool had = !earlier.manifest.secret_file.empty();
  const auto now = secret_key_of(source);
  if (!now) return false;
  if (!had || !*now) return had == now->has_value();
  const auto then = file::read(earlier.folder / "secret-key");
  return then && *then == **now && earlier.manifest.secret_file == *source.secret_file;
}

class Update {
 public:
  Update(const Snapshot& earlier, const Source& source, Clock& clock, Progress& progress)
      : earlier_(earlier), source_(source), clock_(clock), progress_(progress) {}

  Result<Updated> run() {
    const fs::path store = earlier_.folder.parent_path();
    entries_ = TRY(entries_of(source_, store));
    changes_ = TRY(Comparison(earlier_, source_.data_directory).run(entries_));
    const bool same_database = TRY(is_database_unchanged(earlier_, source_));
    const bool same_files = changes_.entries.empty() && changes_.removed.empty();
    if (same_database && same_files && is_same_key(earlier_, source_)) return Updated{earlier_, false, false, 0};

    auto draft = TRY(Draft::begin(store, clock_));
    Manifest manifest = TRY(begin_manifest(source_, draft, clock_));
    TRY(save_or_link_database(draft, manifest, same_database));
    TRY(save_files(draft, manifest));
    TRY(add_others(source_, draft, manifest));
    Updated updated;
    updated.changed = true;
    updated.database_changed = manifest.database.artifact.sha256 != earlier_.manifest.database.artifact.sha256;
    updated.files_changed = static_cast<std::int64_t>(changes_.entries.size() + changes_.removed.size());
    updated.snapshot = TRY(draft.publish(std::move(manifest)));
    return updated;
  }

 private:
  Result<void> save_or_link_database(const Draft& draft, Manifest& manifest, bool same) {
    const DatabasePart& before = earlier_.manifest.database;
    if (same)
      manifest.database = before;
    else
      manifest.database = TRY(save_database(source_, draft.folder(), progress_, &before));
    if (file::exists(draft.folder() / before.artifact.name)) return {};
    return link_artifact(earlier_, draft, before.artifact);
  }

  /// Unchanged archives are linked; what changed goes into one more.
  Result<void> save_files(const Draft& draft, Manifest& manifest) {
    manifest.archives = earlier_.manifest.archives;
    manifest.removed = earlier_.manifest.removed;
    manifest.notes = earlier_.manifest.notes;
    for (const Artifact& archive : manifest.archives) TRY(link_artifact(earlier_, draft, archive));
    const int next = static_cast<int>(manifest.archives.size());
    progress_.begin("Saving changed files", 0, Progress::Unit::bytes);
    FileSaver saver(source_, draft.folder(), next, manifest, progress_);
    if (!changes_.entries.empty()) TRY(saver.begin());
    std::vector<FilePart> files;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const auto kept = changes_.kept.find(i);
      auto part = kept != changes_.kept.end() ? std::optional(kept->second) : TRY(saver.save(entries_[i]));
      if (part) files.push_back(*std::move(part));
      // Gone since the folder was read, and perhaps in an earlier archive.
      else
        changes_.removed.push_back(entries_[i].path);
    }
    manifest.files = std::move(files);
    if (!changes_.entries.empty()) manifest.archives.push_back(TRY(saver.finish()));
    progress_.end();
    merge_removed(manifest);
    return {};
  }

  /// Removed is what an archive holds and the snapshot does not: a path that came back is not removed any more.
  void merge_removed(Manifest& manifest) const {
    manifest.removed.insert(manifest.removed.end(), changes_.removed.begin(), changes_.removed.end());
    std::map<std::string_view, bool> stored;
    for (const FilePart& part : manifest.files) stored.emplace(part.path, is_stored(part.type));
    std::ranges::sort(manifest.removed);
    const auto twice = std::ranges::unique(manifest.removed);
    manifest.removed.erase(twice.begin(), twice.end());
    std::erase_if(manifest.removed, [&](const std::string& path) {
      const auto found = stored.find(path);
      return found != stored.end() && found->second;
    });
  }

  const Snapshot& earlier_;
  const Source& source_;
  Clock& clock_;
  Progress& progress_;
  std::vector<file::Entry> entries_;
  Changes changes_;
};

}  // namespace

Result<Updated> update(const Snapshot& earlier, const Source& source, Clock& clock, Progress& progress) {
  const fs::path store = earlier.folder.parent_path();
  const std::uint64_t needed = TRY(space_needed(source));
  auto updated = Update(earlier, source, clock, progress).run();
  if (!updated) return std::unexpected(explain(std::move(updated).error(), store, needed));
  return updated;
}

}  // namespace liftlock::snapshot

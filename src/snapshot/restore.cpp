#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/file.hpp"
#include "base/file_stream.hpp"
#include "base/hash.hpp"
#include "snapshot/draft.hpp"
#include "snapshot/postgres_restore.hpp"
#include "snapshot/restore_plan.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_listed = 1000;

/// Mode and times, and where permitted the owner, as the manifest has them.
Result<void> apply_metadata(const FilePart& part, const fs::path& path) {
  if (const int code = file::trapped("chmod"); code != 0) return file::trouble("Setting the mode of", path, code);
  std::ignore = ::lchown(path.c_str(), part.owner, part.group);  // only root may
  if (part.type != file::EntryType::symlink && ::chmod(path.c_str(), part.mode) != 0) {
    return file::trouble("Setting the mode of", path, errno);
  }
  struct timespec times[2] = {{0, UTIME_OMIT}, {part.modified_ns / 1'000'000'000, part.modified_ns % 1'000'000'000}};
  if (times[1].tv_nsec < 0) times[1] = {times[1].tv_sec - 1, times[1].tv_nsec + 1'000'000'000};
  if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return file::trouble("Setting the times of", path, errno);
  }
  return {};
}

/// One fsync for many files: everything that is not yet on the disk of this file system.
Result<void> sync_all(const fs::path& folder) {
  if (const int code = file::trapped("sync"); code != 0) return file::trouble("Flushing", folder, code);
  const file::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) return file::trouble("Opening", folder, errno);
  if (::syncfs(opened.get()) != 0) return file::trouble("Flushing", folder, errno);
  return {};
}

class Restore {
 public:
  Restore(const Snapshot& snapshot, const Target& target, const std::string& stamp, Progress& progress)
      : snapshot_(snapshot), target_(target), stamp_(stamp), progress_(progress) {}

  Result<Restored> run() {
    plan_ = TRY(plan_restore(snapshot_, target_, progress_));
    restored_.files_untouched = plan_.untouched;
    // Nothing is changed before everything has been unpacked and checked …
    TRY(prepare());
    // … and then a crash or an error leaves a directory that a second call completes.
    auto swapped = swap();
    if (!swapped) return std::unexpected(half_done(std::move(swapped).error()));
    return restored_;
  }

 private:
  [[nodiscard]] fs::path live(const std::string& path) const { return target_.data_directory / path; }
  [[nodiscard]] fs::path aside_folder() const {
    return target_.data_directory / fmt::format(".liftlock-aside-{}", stamp_);
  }
  [[nodiscard]] fs::path new_database() const { return target_.database.string() + ".liftlock-restored"; }

  Result<void> prepare() {
    TRY(file::make_folder(target_.data_directory));
    TRY(require_space(target_.data_directory, plan_.bytes_to_write()));
    TRY(file::remove_folder(target_.data_directory / work_name));
    if (plan_.database && target_.postgres) {
      postgres_.emplace(TRY(PostgresRestore::begin(snapshot_, *target_.postgres, stamp_, progress_)));
    } else if (plan_.database) {
      TRY(file::remove(new_database()));
      auto made = restore_database(snapshot_, new_database(), progress_);
      if (!made) return made;
    }
    if (plan_.write.empty()) return {};
    work_ = target_.data_directory / work_name;
    TRY(file::make_folder(work_));
    auto extracted = extract();
    if (extracted) extracted = sync_all(work_);
    if (!extracted) {
      std::ignore = file::remove_folder(work_);  // the first error counts
      if (!target_.postgres) std::ignore = file::remove(new_database());
    }
    return extracted;
  }

  /// Unpacks what is to be written into numbered files: no folders to make, no names to be careful with.
  Result<void> extract() {
    std::map<std::string_view, std::size_t> wanted;
    for (std::size_t i = 0; i < plan_.write.size(); ++i) wanted.emplace(plan_.write[i]->path, i);
    std::vector<bool> found(plan_.write.size(), false);
    progress_.begin("Unpacking files", static_cast<std::int64_t>(plan_.bytes_to_write()), Progress::Unit::bytes);
    for (std::size_t archive = 0; archive < snapshot_.manifest.archives.size(); ++archive) {
      const auto visit = [&](TarEntry& entry) -> Result<void> {
        const auto at = wanted.find(entry.part.path);
        if (at == wanted.end() || plan_.write[at->second]->archive != static_cast<int>(archive)) return {};
        if (TRY(extract_entry(entry, *plan_.write[at->second], at->second))) found[at->second] = true;
        return {};
      };
      TRY(read_tar(snapshot_.folder, snapshot_.manifest.archives[archive], visit));
    }
    progress_.end();
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!found[i]) {
        return damaged(snapshot_.folder,
                       fmt::format("the file {} is not what the manifest says", escape_path(plan_.write[i]->path)));
      }
    }
    return {};
  }

  /// False if the entry is not what the manifest describes: a later one of the same name may be.
  Result<bool> extract_entry(TarEntry& entry, const FilePart& part, std::size_t number) {
    if (progress_.cancelled()) return cancelled();
    const fs::path path = work_ / std::to_string(number);
    TRY(file::remove(path));
    if (part.type == file::EntryType::symlink) {
      if (entry.part.link_target != part.link_target) return false;
      if (const int code = file::trapped("symlink"); code != 0) return file::trouble("Making the link", path, code);
      if (::symlink(part.link_target.c_str(), path.c_str()) != 0) return file::trouble("Making the link", path, errno);
    } else {
      auto writer = TRY(file::Writer::create(path));
      Sha256 hash;
      const auto write = [&](std::string_view bytes) -> Result<void> {
        hash.update(bytes);
        progress_.advance(done_ += static_cast<std::int64_t>(bytes.size()));
        return writer.write(bytes);
      };
      TRY(entry.content(write));
      if (hash.hex_digest() != part.sha256) return false;
    }
    for (const auto& [name, value] : entry.attributes) {
      std::ignore = ::lsetxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0);  // where permitted
    }
    TRY(apply_metadata(part, path));
    return true;
  }

  Result<void> swap() {
    for (const std::string& path : plan_.aside) TRY(move_aside(live(path), path));
    for (const FilePart* part : plan_.folders) TRY(file::make_folder(live(part->path)));
    for (std::size_t i = 0; i < plan_.write.size(); ++i) {
      const FilePart& part = *plan_.write[i];
      if (part.sqlite) TRY(move_side_files_aside(live(part.path), part.path));
      TRY(put(work_ / std::to_string(i), live(part.path)));
      restored_.files_written += 1;
      note(live(part.path));
    }
    TRY(apply_all_metadata());
    if (!work_.empty()) TRY(file::remove_folder(work_));
    if (plan_.secret) TRY(swap_secret());
    if (plan_.database && !target_.postgres) TRY(swap_database());
    TRY(sync_all(target_.data_directory));
    return postgres_ ? commit() : Result<void>{};
  }

  /// A rename without an fsync each: sync_all() comes at the end, and until then nothing is lost either way.
  Result<void> put(const fs::path& from, const fs::path& to) {
    if (const int code = file::trapped("rename"); code != 0) return file::trouble("Renaming a file to", to, code);
    if (::rename(from.c_str(), to.c_str()) != 0) return file::trouble("Renaming a file to", to, errno);
    return {};
  }

  Result<void> move_aside(const fs::path& from, const std::string& path) {
    if (!file::exists(from)) return {};
    restored_.aside = aside_folder();
    const fs::path to = aside_folder() / path;
    TRY(file::make_folder(to.parent_path()));
    restored_.moved_aside += 1;
    return put(from, to);
  }

  Result<void> move_side_files_aside(const fs::path& database, const std::string& path) {
    for (const char* suffix : {"-wal", "-shm", "-journal"}) TRY(move_aside(database.string() + suffix, path + suffix));
    return {};
  }

  /// Folders last and from the inside out: writing into one changes its time, and its mode may forbid writing.
  Result<void> apply_all_metadata() {
    for (const FilePart* part : plan_.metadata) {
      if (part->type != file::EntryType::directory) TRY(apply_metadata(*part, live(part->path)));
    }
    const auto& files = snapshot_.manifest.files;
    const bool folders_changed = !plan_.write.empty() || !plan_.folders.empty() || !plan_.aside.empty();
    for (auto part = files.rbegin(); part != files.rend(); ++part) {
      if (part->type != file::EntryType::directory) continue;
      const bool listed = std::ranges::find(plan_.metadata, &*part) != plan_.metadata.end();
      if (folders_changed || listed) TRY(apply_metadata(*part, live(part->path)));
    }
    return {};
  }

  Result<void> swap_secret() {
    const fs::path& secret = *target_.secret_file;
    const std::string key = TRY(file::read(snapshot_.folder / "secret-key"));
    if (file::exists(secret)) {
      const fs::path kept = fmt::format("{}.liftlock-aside-{}", secret.string(), stamp_);
      TRY(file::remove(kept));
      TRY(file::copy(secret, kept));
    }
    TRY(file::write_durably(secret, key));
    note(secret);
    return {};
  }

  Result<void> commit() {
    TRY(postgres_->commit());
    restored_.database_replaced = true;
    restored_.aside_schema = postgres_->aside();
    return {};
  }

  /// The name is never without a database. What the old one's -wal held goes aside with it.
  Result<void> swap_database() {
    const std::string name = target_.database.filename().string();
    TRY(file::make_folder(aside_folder()));
    TRY(move_side_files_aside(target_.database, name));
    if (file::exists(target_.database)) {
      restored_.aside = aside_folder();
      restored_.moved_aside += 1;
      TRY(file::replace_keeping(new_database(), target_.database, kept_database(name)));
    } else {
      TRY(file::rename(new_database(), target_.database));
    }
    restored_.database_replaced = true;
    note(target_.database);
    return {};
  }

  /// In the aside folder, or where the database lies on another file system, beside it.
  [[nodiscard]] fs::path kept_database(const std::string& name) const {
    const auto here = file::facts(aside_folder());
    const auto there = file::facts(target_.database);
    const bool together = here && there && here->identity.device == there->identity.device;
    return together ? aside_folder() / name
                    : fs::path(fmt::format("{}.liftlock-aside-{}", target_.database.string(), stamp_));
  }

  void note(const fs::path& path) {
    if (restored_.written.size() < most_listed) restored_.written.push_back(path);
  }

  Error half_done(Error error) const {
    if (restored_.files_written == 0 && restored_.aside.empty() && postgres_) return error;
    error.state = fmt::format("Part of {} has been replaced already. What was there is kept in {}; nothing is lost.",
                              target_.data_directory.string(), aside_folder().string());
    error.next += "\nRun the same command again: it completes what was begun.";
    return error;
  }

  static constexpr const char* work_name = ".liftlock-restoring";
  const Snapshot& snapshot_;
  const Target& target_;
  std::string stamp_;
  Progress& progress_;
  RestorePlan plan_;
  Restored restored_;
  std::optional<PostgresRestore> postgres_;  ///< done, compared, and not yet committed
  fs::path work_;
  std::int64_t done_ = 0;
};

/// A stamp whose aside folder is not there yet.
std::string free_stamp(const Target& target, Clock& clock) {
  for (std::int64_t now = clock.seconds();; ++now) {
    std::string stamp = compact_time(now);
    if (!file::exists(target.data_directory / fmt::format(".liftlock-aside-{}", stamp))) return stamp;
  }
}

}  // namespace

Result<Restored> restore(const Snapshot& snapshot, const Target& target, Clock& clock, Progress& progress) {
  auto restored = Restore(snapshot, target, free_stamp(target, clock), progress).run();
  if (!restored && restored.error().state.empty()) {
    Error error = std::move(restored).error();
    error.state = "Nothing was changed.";
    return std::unexpected(std::move(error));
  }
  return restored;
}

}  // namespace liftlock::snapshot

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/file.hpp"
#include "base/format.hpp"
#include "snapshot/draft.hpp"
#include "snapshot/postgres_dump.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view own_mark = ".liftlock-";

/// The database file itself: links resolved, so that it is recognised wherever it is seen.
Result<fs::path> resolved(const fs::path& path) {
  std::error_code code;
  fs::path real = fs::canonical(path, code);
  if (code) return file::trouble("Looking at", path, code.value());
  return real;
}

/// `path` below `folder`, "" where it is not.
std::string below(const fs::path& folder, const fs::path& path) {
  const std::string text = path.string();
  const std::string start = folder.string() + '/';
  return text.starts_with(start) ? text.substr(start.size()) : std::string();
}

bool is_inside(const std::string& path, const std::set<std::string>& folders) {
  for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
    if (folders.contains(path.substr(0, at))) return true;
  }
  return false;
}

/// The name of the database that a file of this name would belong to; "" if none.
std::string owner_of_side_file(const std::string& path) {
  for (const std::string_view suffix : {"-wal", "-shm", "-journal"}) {
    if (path.ends_with(suffix)) return path.substr(0, path.size() - suffix.size());
  }
  return {};
}

std::uint64_t bytes_of(const std::vector<file::Entry>& entries) {
  std::uint64_t total = 0;
  for (const file::Entry& entry : entries) {
    if (entry.type == file::EntryType::regular) total += static_cast<std::uint64_t>(entry.status.st_size);
  }
  return total;
}

std::uint64_t size_of(const fs::path& path) {
  const auto facts = file::facts(path);
  return facts ? static_cast<std::uint64_t>(facts->size) : 0;
}

/// The database compresses to less than half, unless somebody keeps images in it; a -wal costs a copy on the way.
std::uint64_t estimate(const Source& source, const std::vector<file::Entry>& entries) {
  const bool is_file = !source.database.empty();
  const std::uint64_t database = is_file ? size_of(source.database) : 0;
  const std::uint64_t wal = is_file ? size_of(source.database.string() + "-wal") : 0;
  constexpr std::uint64_t manifest_per_file = 400;
  return bytes_of(entries) + database / 2 + (wal > 0 ? database + wal : 0) + entries.size() * manifest_per_file +
         (std::uint64_t{1} << 20);
}

/// What the tables take on a server is about what they come to as text: big values are compressed there.
Result<std::uint64_t> estimate_all(const Source& source, const std::vector<file::Entry>& entries) {
  const std::uint64_t needed = estimate(source, entries);
  return source.postgres ? needed + TRY(size_of_tables(*source.postgres)) : needed;
}

Result<Snapshot> take_into(const Source& source, Draft& draft, const std::vector<file::Entry>& entries, Clock& clock,
                           Progress& progress) {
  Manifest manifest = TRY(begin_manifest(source, draft, clock));
  if (source.postgres)
    TRY(save_postgres(*source.postgres, draft.folder(), manifest, progress));
  else
    manifest.database = TRY(save_database(source, draft.folder(), progress));

  progress.begin("Saving files", static_cast<std::int64_t>(bytes_of(entries)), Progress::Unit::bytes);
  FileSaver saver(source, draft.folder(), 0, manifest, progress);
  TRY(saver.begin());
  for (const file::Entry& entry : entries) {
    if (auto part = TRY(saver.save(entry))) manifest.files.push_back(*std::move(part));
  }
  manifest.archives.push_back(TRY(saver.finish()));
  progress.end();

  TRY(add_others(source, draft, manifest));
  return draft.publish(std::move(manifest));
}

}  // namespace

Result<Manifest> begin_manifest(const Source& source, const Draft& draft, Clock& clock) {
  Manifest manifest;
  manifest.created = clock.seconds();
  // The time by which files are stamped, not that of `clock`.
  manifest.started_ns = TRY(file::facts(draft.folder())).modified_nanoseconds;
  manifest.program_version = source.program_version;
  manifest.address = source.address;
  manifest.data_directory = source.data_directory;
  manifest.releases = source.releases;
  manifest.revision = source.revision;
  manifest.lineage = source.lineage;
  manifest.peewee_migrations = source.peewee_migrations;
  return manifest;
}

Result<std::vector<file::Entry>> entries_of(const Source& source, const fs::path& store) {
  const fs::path root = TRY(resolved(source.data_directory));
  const bool is_file = !source.database.empty();
  const std::string database = is_file ? below(root, TRY(resolved(source.database))) : std::string();
  std::set<std::string> out;
  if (!database.empty()) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) out.insert(database + suffix);
  }
  for (const fs::path& path : source.leave_out) out.insert(below(source.data_directory, path));
  if (const std::string own = below(root, fs::weakly_canonical(store)); !own.empty()) out.insert(own);

  std::vector<file::Entry> entries = TRY(file::walk(root));
  for (const file::Entry& entry : entries) {
    const std::string owner = owner_of_side_file(entry.path);
    const bool side_file = !owner.empty() && owner != database && is_sqlite(root / owner);
    const bool ours = entry.path.find(own_mark) != std::string::npos && entry.path.find('/') == std::string::npos;
    if (side_file || ours) out.insert(entry.path);
  }
  std::erase_if(entries,
                [&](const file::Entry& entry) { return out.contains(entry.path) || is_inside(entry.path, out); });
  return entries;
}

Result<std::optional<std::string>> secret_key_of(const Source& source) {
  if (source.secret_key) return source.secret_key;
  if (!source.secret_file || !file::exists(*source.secret_file)) return std::nullopt;
  return TRY(file::read(*source.secret_file));
}

Result<void> add_others(const Source& source, Draft& draft, Manifest& manifest) {
  manifest.others.push_back(TRY(draft.add_plain("deployment.json", source.deployment_json)));
  if (const std::optional<std::string> key = TRY(secret_key_of(source))) {
    manifest.secret_file = *source.secret_file;
    manifest.others.push_back(TRY(draft.add_plain("secret-key", *key)));
  }
  manifest.others.push_back(TRY(draft.add_plain("RESTORE.txt", restore_text(manifest))));
  return {};
}

Error explain(Error error, const fs::path& store, std::uint64_t needed) {
  if (error.state.empty()) error.state = "No snapshot was made, and nothing is left of the attempt.";
  if (error.id != "file-full" && error.id != "database-full") return error;
  error.id = "snapshot-no-space";
  const auto space = file::free_space(store);
  error.next = fmt::format(
      "About {} are needed and {} are free at {}. Free some space there, or choose another place "
      "with LIFTLOCK_HOME, then run the command again.",
      format_bytes(needed), space ? format_bytes(static_cast<std::uint64_t>(*space)) : "?", store.string());
  return error;
}

std::unexpected<Error> cancelled() {
  return std::unexpected(Error{
      ErrorKind::cancelled, "snapshot-cancelled", "Working on a snapshot", "cancelled", "Nothing was changed.", {}});
}

Result<void> require_space(const fs::path& place, std::uint64_t needed) {
  const auto space = static_cast<std::uint64_t>(TRY(file::free_space(place)));
  if (space >= needed) return {};
  return failure("snapshot-no-space", fmt::format("Looking for space at {}", place.string()),
                 fmt::format("about {} are needed and {} are free", format_bytes(needed), format_bytes(space)),
                 "Free some space there, or choose another place with LIFTLOCK_HOME, then run the command again.");
}

Result<std::uint64_t> space_needed(const Source& source) {
  return estimate_all(source, TRY(entries_of(source, source.data_directory / ".liftlock-none")));
}

Result<Snapshot> take(const Source& source, const fs::path& store, Clock& clock, Progress& progress) {
  const auto entries = TRY(entries_of(source, store));
  const std::uint64_t needed = TRY(estimate_all(source, entries));
  TRY(require_space(store, needed));
  const auto run = [&]() -> Result<Snapshot> {
    auto draft = TRY(Draft::begin(store, clock));
    return take_into(source, draft, entries, clock, progress);
  };
  auto snapshot = run();
  if (!snapshot) return std::unexpected(explain(std::move(snapshot).error(), store, needed));
  return snapshot;
}

}  // namespace liftlock::snapshot

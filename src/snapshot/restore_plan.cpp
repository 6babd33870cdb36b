#include "snapshot/restore_plan.hpp"

#include <algorithm>
#include <map>

#include "base/file.hpp"
#include "snapshot/draft.hpp"
#include "snapshot/postgres_restore.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;

namespace {

bool same_database_file(const LiveDatabase& then, std::uint64_t bytes, const std::string& sha256,
                        const fs::path& path) {
  const auto now = look_at_database(path);
  if (!now) return false;
  if (*now == then) return true;
  if (now->wal_bytes > 0 || now->bytes != bytes) return false;
  const auto hash = file::sha256(path);
  return hash && *hash == sha256;
}

bool same_content(const FilePart& part, const file::Entry& entry, const fs::path& path) {
  switch (part.type) {
    case file::EntryType::directory:
      return true;
    case file::EntryType::symlink:
      return part.link_target == entry.link_target;
    default:
      break;
  }
  if (part.sqlite) return same_database_file(part.live, part.bytes, part.sha256, path);
  if (part.bytes != static_cast<std::uint64_t>(entry.status.st_size)) return false;
  const FilePart now = part_of(entry, 0);
  if (now.inode == part.inode && now.changed_ns == part.changed_ns && now.modified_ns == part.modified_ns) return true;
  const auto hash = file::sha256(path);
  return hash && *hash == part.sha256;
}

bool same_metadata(const FilePart& part, const file::Entry& entry) {
  const FilePart now = part_of(entry, 0);
  return part.mode == now.mode && part.owner == now.owner && part.group == now.group &&
         part.modified_ns == now.modified_ns;
}

bool is_stored(const FilePart& part) {
  return part.type == file::EntryType::regular || part.type == file::EntryType::directory ||
         part.type == file::EntryType::symlink;
}

/// Whether `inner` lies in `folder`: then it must stay where it is, in whichever way the folder is strange.
bool holds(const fs::path& folder, const fs::path& inner) {
  return (inner.string() + '/').starts_with(folder.string() + '/');
}

bool has_parent_in(const std::string& path, const std::vector<std::string>& folders) {
  return !folders.empty() && path.starts_with(folders.back() + '/');
}

/// What is in the data directory now, but for the database and Liftlock's own files.
Result<std::vector<file::Entry>> live_entries(const Snapshot& snapshot, const Target& target) {
  if (!file::exists(target.data_directory)) return std::vector<file::Entry>{};
  Source source;
  source.data_directory = target.data_directory;
  source.database = target.database;
  auto entries = entries_of(source, snapshot.folder.parent_path());
  if (entries || target.postgres || file::exists(target.database)) return entries;
  // Without a database there is nothing to be left out but what it would leave behind.
  entries = file::walk(target.data_directory);
  if (!entries) return entries;
  std::erase_if(*entries, [](const file::Entry& entry) { return entry.path.find(".liftlock-") != std::string::npos; });
  return entries;
}

}  // namespace

std::uint64_t RestorePlan::bytes_to_write() const {
  std::uint64_t total = 0;
  for (const FilePart* part : write) total += part->bytes;
  return total;
}

Result<RestorePlan> plan_restore(const Snapshot& snapshot, const Target& target, Progress& progress) {
  const Manifest& manifest = snapshot.manifest;
  RestorePlan plan;
  if (target.with_database) {
    plan.database = target.postgres ? !TRY(is_as_in_snapshot(snapshot, *target.postgres, progress))
                                    : !same_database_file(manifest.database.live, manifest.database.bytes,
                                                          manifest.database.sha256, target.database);
  }
  if (target.secret_file && !manifest.secret_file.empty()) {
    const auto now = file::read(*target.secret_file);
    plan.secret = !now || *now != TRY(file::read(snapshot.folder / "secret-key"));
  }

  const auto entries = TRY(live_entries(snapshot, target));
  std::map<std::string_view, const file::Entry*> live;
  for (const file::Entry& entry : entries) live.emplace(entry.path, &entry);

  for (const FilePart& part : manifest.files) {
    if (progress.cancelled()) return cancelled();
    const auto found = live.find(part.path);
    const file::Entry* now = found == live.end() ? nullptr : found->second;
    if (now != nullptr) live.erase(found);
    if (!is_stored(part)) continue;
    const bool in_the_way = now != nullptr && now->type != part.type;
    if (now != nullptr && !in_the_way && same_content(part, *now, target.data_directory / part.path)) {
      if (!same_metadata(part, *now)) plan.metadata.push_back(&part);
      plan.untouched += part.type == file::EntryType::regular ? 1 : 0;
      continue;
    }
    if (now != nullptr) plan.aside.push_back(part.path);
    (part.type == file::EntryType::directory ? plan.folders : plan.write).push_back(&part);
  }
  for (const auto& [path, entry] : live) {
    const bool is_file = entry->type == file::EntryType::regular || entry->type == file::EntryType::directory ||
                         entry->type == file::EntryType::symlink;
    if (is_file) plan.aside.emplace_back(path);
  }
  std::erase_if(plan.aside, [&](const std::string& path) {
    const fs::path place = target.data_directory / path;
    return holds(place, snapshot.folder) || (!target.database.empty() && holds(place, target.database));
  });
  // Whole folders move in one piece. In byte order a folder's content need not follow it ("a", "a b", "a/x"): '/' sorts
  // as the lowest byte here.
  std::ranges::sort(plan.aside, [](const std::string& a, const std::string& b) {
    return std::ranges::lexicographical_compare(a, b, [](char x, char y) {
      const auto rank = [](char c) { return c == '/' ? 0 : 1 + static_cast<unsigned char>(c); };
      return rank(x) < rank(y);
    });
  });
  std::vector<std::string> tops;
  for (std::string& path : plan.aside) {
    if (!has_parent_in(path, tops)) tops.push_back(std::move(path));
  }
  plan.aside = std::move(tops);
  return plan;
}

Result<Difference> compare(const Snapshot& snapshot, const Target& target, Progress& progress) {
  const RestorePlan plan = TRY(plan_restore(snapshot, target, progress));
  Difference difference;
  difference.database = plan.database;
  for (const FilePart* part : plan.write) difference.files.push_back(part->path);
  for (const FilePart* part : plan.folders) difference.files.push_back(part->path);
  difference.files.insert(difference.files.end(), plan.aside.begin(), plan.aside.end());
  std::ranges::sort(difference.files);
  const auto twice = std::ranges::unique(difference.files);
  difference.files.erase(twice.begin(), twice.end());
  return difference;
}

}  // namespace liftlock::snapshot

#include <fmt/core.h>

#include <algorithm>
#include <ctime>

#include "base/file.hpp"
#include "base/file_tree.hpp"
#include "snapshot/draft.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::snapshot {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "backup-";
constexpr std::size_t stamp_length = 15;
constexpr std::int64_t seconds_per_day = 86'400;

bool is_snapshot_name(std::string_view name) {
  if (!name.starts_with(prefix) || name.size() != prefix.size() + stamp_length || name[prefix.size() + 8] != '-') {
    return false;
  }
  name.remove_prefix(prefix.size());
  return std::ranges::all_of(name, [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

/// The names of the folders in a store that `wanted` wants, in order.
template <class Wanted>
Result<std::vector<std::string>> folders_in(const fs::path& store, Wanted wanted) {
  std::vector<std::string> names;
  if (!file::exists(store)) return names;
  std::error_code code;
  for (fs::directory_iterator it(store, code), end; !code && it != end; it.increment(code)) {
    std::string name = it->path().filename().string();
    if (wanted(name) && it->symlink_status().type() == fs::file_type::directory) names.push_back(std::move(name));
  }
  if (code) return file::trouble("Reading the folder", store, code.value());
  std::ranges::sort(names);
  return names;
}

bool is_leftover(std::string_view name) {
  return (name.starts_with(".backup-") && name.ends_with(".partial")) || name.starts_with(".prove-") ||
         name.starts_with(".removed-");
}

/// The time that a snapshot's name tells, in seconds since the epoch.
std::int64_t time_in(const std::string& name) {
  std::tm time{};
  ::strptime(name.c_str() + prefix.size(), "%Y%m%d-%H%M%S", &time);
  return ::timegm(&time);
}

/// A name that sorts after all there are, even if the clock was set back: the newest snapshot is always the last one.
std::string next_name(const std::vector<std::string>& names, std::int64_t now) {
  if (!names.empty()) now = std::max(now, time_in(names.back()) + 1);
  return fmt::format("{}{}", prefix, compact_time(now));
}

}  // namespace

// ---- a snapshot being made

Result<void> remove_leftovers(const fs::path& store) {
  for (const std::string& name : TRY(folders_in(store, is_leftover))) TRY(file::remove_folder(store / name));
  return {};
}

Result<Draft> Draft::begin(const fs::path& store, Clock& clock) {
  TRY(file::make_folder(store));
  TRY(remove_leftovers(store));
  Draft draft;
  draft.store_ = store;
  draft.name_ = next_name(TRY(folders_in(store, is_snapshot_name)), clock.seconds());
  draft.folder_ = store / fmt::format(".{}.partial", draft.name_);
  TRY(file::make_folder(draft.folder_));
  return draft;
}

Draft::~Draft() {
  if (!folder_.empty()) std::ignore = file::remove_folder(folder_);  // the error that counts came before
}

Result<Artifact> Draft::add_plain(const std::string& name, std::string_view content) {
  TRY(file::write_durably(folder_ / name, content));
  return Artifact{name, content.size(), file::sha256_of(content)};
}

Result<Snapshot> Draft::publish(Manifest manifest) {
  TRY(file::write_durably(folder_ / "manifest.json", to_text(manifest)));
  TRY(file::sync(folder_));
  TRY(file::rename(folder_, store_ / name_));
  folder_.clear();
  return Snapshot{store_ / name_, std::move(manifest)};
}

// ---- snapshots that are there

Result<Snapshot> open(const fs::path& folder) {
  auto text = file::read(folder / "manifest.json");
  if (!text && text.error().id == "file-missing") return damaged_manifest(folder, "manifest.json is missing");
  if (!text) return std::unexpected(std::move(text).error());
  auto manifest = parse_manifest(*text);
  if (!manifest) {
    Error error = std::move(manifest).error();
    error.doing = fmt::format("Reading the manifest of the snapshot {}", folder.string());
    return std::unexpected(std::move(error));
  }
  return Snapshot{folder, *std::move(manifest)};
}

std::unexpected<Error> damaged_manifest(const fs::path& folder, std::string what) {
  return failure("snapshot-manifest-damaged", fmt::format("Reading the snapshot {}", folder.string()), std::move(what),
                 "The snapshot cannot be trusted. Choose another one: liftlock backups DEPLOYMENT");
}

Result<std::vector<Listed>> list(const fs::path& store) {
  std::vector<Listed> listed;
  for (const std::string& name : TRY(folders_in(store, is_snapshot_name))) {
    listed.push_back({store / name, open(store / name), file::exists(store / name / "PINNED")});
  }
  return listed;
}

Result<Snapshot> find(const fs::path& store, std::string_view name) {
  const auto names = TRY(folders_in(store, is_snapshot_name));
  if (name == "latest" && !names.empty()) return open(store / names.back());
  for (const std::string& candidate : names) {
    if (candidate == name || candidate.substr(prefix.size()) == name) return open(store / candidate);
  }
  std::string known;
  for (const std::string& candidate : names) known += fmt::format("\n    {}", candidate);
  Error error;
  error.kind = ErrorKind::usage;
  error.id = "snapshot-unknown";
  error.doing = fmt::format("Looking for the snapshot {} in {}", name, store.string());
  error.what = names.empty() ? "there are no snapshots" : "there is no snapshot of that name";
  error.next = names.empty() ? "Take one: liftlock backup DEPLOYMENT" : "There are:" + known;
  return std::unexpected(std::move(error));
}

Result<void> pin(const fs::path& folder) { return file::write_durably(folder / "PINNED", ""); }
Result<void> unpin(const fs::path& folder) { return file::remove(folder / "PINNED"); }

Result<void> remove(const fs::path& folder) {
  // Renamed first: what bears the name of a snapshot is whole, at every instant.
  const fs::path doomed = folder.parent_path() / fmt::format(".removed-{}", folder.filename().string());
  TRY(file::remove_folder(doomed));
  TRY(file::rename(folder, doomed));
  return file::remove_folder(doomed);
}

Result<std::vector<std::string>> prune(const fs::path& store, const PrunePolicy& policy, Clock& clock, bool only_say) {
  const auto all = TRY(list(store));
  const auto newest =
      std::find_if(all.rbegin(), all.rend(), [](const Listed& one) { return one.snapshot.has_value(); });
  const std::int64_t now = clock.seconds();
  std::vector<std::string> removed;
  for (const Listed& one : all) {
    if (!one.snapshot || one.pinned || one.folder == newest->folder) continue;
    const std::string name = one.folder.filename().string();
    const std::optional<std::int64_t> free_since =
        policy.free_since ? policy.free_since(name) : one.snapshot->manifest.created;
    if (!free_since || now - *free_since < policy.keep_days * seconds_per_day) continue;
    if (!only_say) TRY(snapshot::remove(one.folder));
    removed.push_back(name);
  }
  return removed;
}

Target origin_of(const Snapshot& snapshot) {
  const Manifest& manifest = snapshot.manifest;
  Target target{manifest.data_directory, manifest.database.path, std::nullopt};
  if (!manifest.secret_file.empty()) target.secret_file = manifest.secret_file;
  return target;
}

}  // namespace liftlock::snapshot

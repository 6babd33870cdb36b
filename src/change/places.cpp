#include "change/places.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "base/clock.hpp"
#include "base/file.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;

namespace {

constexpr const char* scratch_suffix = "-scratch";

/// The names in a folder; none where it does not exist.
Result<std::vector<std::string>> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  auto entry = fs::directory_iterator(folder, code);
  for (; !code && entry != fs::directory_iterator(); entry.increment(code)) {
    names.push_back(entry->path().filename().string());
  }
  if (code && code != std::errc::no_such_file_or_directory) {
    return failure("file-error", fmt::format("Reading the folder {}", folder.string()), code.message());
  }
  std::ranges::sort(names);
  return names;
}

long number_of(const std::string& id) { return std::strtol(id.c_str(), nullptr, 10); }

/// What Liftlock puts beside a database bears its name; where that is on a server, the one that it would have here.
fs::path place_of_database(const deployment::Deployment& deployment) {
  return deployment.postgres ? deployment.data_directory / "webui.db" : deployment.database;
}

}  // namespace

Places places_of(const deployment::Deployment& deployment, const std::string& id) {
  const std::string beside = place_of_database(deployment).string() + ".liftlock-" + id;
  Places places;
  places.folder = deployment.state_folder / "changes" / id;
  places.journal = places.folder / "journal";
  places.report = places.folder / "report.json";
  places.quarantine = places.folder / "quarantine.jsonl";
  places.scratch = beside + scratch_suffix;
  places.far_scratch = places.folder / "scratch";
  places.candidate = beside + "-new";
  places.before = beside + "-before";
  places.after = beside + "-after";
  return places;
}

Result<std::vector<std::string>> change_ids(const deployment::Deployment& deployment) {
  auto names = TRY(names_in(deployment.state_folder / "changes"));
  std::erase_if(names, [](const std::string& name) { return number_of(name) <= 0; });
  std::ranges::stable_sort(names, {}, number_of);
  return names;
}

std::string next_id(const std::vector<std::string>& ids, std::int64_t now_seconds) {
  const long last = ids.empty() ? 0 : number_of(ids.back());
  return fmt::format("{:04}-{}", last + 1, compact_time(now_seconds));
}

Result<void> remove_scratch(const deployment::Deployment& deployment) {
  const fs::path database = place_of_database(deployment);
  const fs::path folder = database.parent_path();
  const std::string start = database.filename().string() + ".liftlock-";
  for (const std::string& name : TRY(names_in(folder))) {
    if (name.starts_with(start) && name.ends_with(scratch_suffix)) TRY(file::remove_folder(folder / name));
  }
  for (const std::string& id : TRY(change_ids(deployment))) {
    TRY(file::remove_folder(places_of(deployment, id).far_scratch));
  }
  return {};
}

}  // namespace liftlock::change

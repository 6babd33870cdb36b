#include "change/snapshots.hpp"

#include <fmt/core.h>

#include <system_error>

#include "deployment/driver.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

std::string describe(const deployment::Deployment& deployment) {
  Json settings = Json::object();
  for (const auto& [name, value] : deployment.settings) settings[name] = value;
  Json json = {{"driver", deployment.driver},
               {"address", deployment.address},
               {"data_directory", deployment.data_directory.string()},
               {"database", deployment.database.string()},
               {"database_url", deployment.database_url},
               {"settings", settings}};
  if (!deployment.image.empty()) json["image"] = deployment.image;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Says how far the work is, and never that the user wants it to stop: for what is finished once it has begun.
class Unstoppable final : public Progress {
 public:
  explicit Unstoppable(Progress& progress) : progress_(progress) {}
  void begin(std::string_view stage, std::int64_t total, Unit unit) override { progress_.begin(stage, total, unit); }
  void advance(std::int64_t done) override { progress_.advance(done); }
  void end() override { progress_.end(); }

 private:
  Progress& progress_;
};

/// The secret key that goes with the instance, for its next one.
Result<void> put_inside_key(snapshot::Source& source, const deployment::Deployment& deployment) {
  auto driver = TRY(deployment::make_driver(deployment));
  if (driver->runner() == nullptr) return {};
  source.secret_key = TRY(driver->runner()->secret_key(deployment.secret_inside));
  source.secret_file = fmt::format("{}:{}", deployment.instance, deployment.secret_inside.string());
  return {};
}

}  // namespace

Result<snapshot::Source> source_of(const deployment::Deployment& deployment, const migration::DatabaseState& state,
                                   const std::vector<std::string>& releases) {
  snapshot::Source source;
  source.data_directory = deployment.data_directory;
  source.database = deployment.database;
  source.postgres = postgres_place(deployment);
  source.secret_file = deployment.secret_file;
  source.deployment_json = describe(deployment);
  source.address = deployment.address;
  source.program_version = LIFTLOCK_VERSION;
  source.releases = releases;
  source.revision = state.revision;
  source.lineage = name_of(state.lineage);
  source.peewee_migrations = state.peewee_migrations;
  if (!deployment.secret_inside.empty()) TRY(put_inside_key(source, deployment));
  std::error_code code;
  for (auto entry = fs::directory_iterator(deployment.data_directory, code); !code && entry != fs::directory_iterator();
       entry.increment(code)) {
    if (deployment::is_own_name(entry->path().filename().string())) source.leave_out.push_back(entry->path());
  }
  if (code)
    return failure("file-error", fmt::format("Reading the folder {}", deployment.data_directory.string()),
                   code.message());
  return source;
}

SnapshotFigures figures_of(const snapshot::Snapshot& snapshot, double seconds) {
  return {snapshot.folder, static_cast<std::int64_t>(snapshot.manifest.bytes_on_disk()),
          static_cast<std::int64_t>(snapshot.manifest.bytes_of_data()), seconds};
}

Result<snapshot::Restored> restore_files(const snapshot::Snapshot& snapshot, const deployment::Deployment& deployment,
                                         Context& context) {
  Unstoppable progress(context.progress);
  return snapshot::restore(snapshot, {deployment.data_directory, deployment.database, {}, false}, context.clock,
                           progress);
}

}  // namespace liftlock::change

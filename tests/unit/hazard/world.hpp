#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "database/sqlite_schema.hpp"
#include "hazard/registry.hpp"
#include "hazard/situation.hpp"
#include "release/catalogue.hpp"
#include "support/recording_environment.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::hazard {

/// A database as Liftlock finds it, and the change that somebody has in mind for it.
class World {
 public:
  /// A database of the Peewee era at a point of the chain ("" for no database, "peewee" for Peewee's 18 migrations
  /// alone, or an Alembic revision), with `sql` run on it.
  explicit World(std::string_view at, const std::string& sql = {}) {
    if (!at.empty()) std::filesystem::copy_file(pristine(at), file_);
    if (!sql.empty()) testing::run_sql(file_, "PRAGMA foreign_keys = OFF;" + sql);
  }

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  /// The change to `target`, with nothing on the machine in its way. Valid as long as this world, until the next call.
  Situation& change_to(std::string_view target) {
    const auto mode = std::filesystem::exists(file_) ? database::OpenMode::read_only : database::OpenMode::create;
    connection_ = std::make_unique<database::Connection>(testing::need(database::Connection::open(file_, mode)));
    situation_ = {};
    situation_.address = "dir:/data";
    situation_.state = testing::need(migration::inspect_state(*connection_));
    situation_.target = release::find(target);
    auto path = migration::plan_path(situation_.state, situation_.target->head);
    if (path) situation_.path = *std::move(path);
    situation_.way = !path ? Way::down : situation_.path.empty() ? Way::none : Way::up;
    situation_.database = connection_.get();
    situation_.schema = testing::need(database::read_schema(*connection_));
    situation_.database_file = file_;
    situation_.data_directory = folder_.path();
    situation_.secret_found = true;
    situation_.disks = {{folder_.path(), 0, 1'000'000}, {"/srv/snapshots", 0, 0}};
    return situation_;
  }

 private:
  /// Made once in a run of the tests.
  static std::filesystem::path pristine(std::string_view at) {
    static testing::TemporaryDirectory folder;
    const std::filesystem::path file = folder / (std::string(at) + ".db");
    if (!std::filesystem::exists(file)) {
      migration::DatabaseState nothing;
      nothing.lineage = migration::Lineage::peewee;
      testing::RecordingEnvironment environment;
      const auto path = testing::need(migration::plan_path(nothing, {18, at == "peewee" ? "" : std::string(at)}));
      testing::need(migration::build_migrated(folder / "none.db", file, path, {}, environment));
    }
    return file;
  }

  testing::TemporaryDirectory folder_;
  std::filesystem::path file_ = folder_ / "webui.db";
  std::unique_ptr<database::Connection> connection_;
  Situation situation_;
};

/// What one check says; nothing where it does not apply.
inline Findings ask(std::string_view id, const Situation& situation) {
  const Check* check = find_check(id);
  if (check == nullptr) throw std::runtime_error("no check " + std::string(id));
  if (!check->applies(situation)) return {};
  return testing::need(check->run(situation));
}

/// SQL that takes every constraint and index off a table, for data that no release lets in.
inline std::string loosen(const std::string& table) {
  return "CREATE TABLE loose AS SELECT * FROM \"" + table + "\"; DROP TABLE \"" + table +
         "\"; ALTER TABLE loose RENAME TO \"" + table + "\";";
}

}  // namespace liftlock::hazard

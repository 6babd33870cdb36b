#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/file.hpp"
#include "base/file_tree.hpp"
#include "change/change.hpp"
#include "release/catalogue.hpp"
#include "support/recording_environment.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::change {

/// A clock that a test moves.
class MovableClock final : public Clock {
 public:
  std::int64_t now = 1'795'258'800;  ///< seconds: 2026-11-21 11:00
  std::int64_t nanoseconds() override { return now * 1'000'000'000; }
  double monotonic_seconds() override { return 0; }
};

/// A data directory at the head of a release, and somebody who answers and hears what is said.
class StoryTest : public ::testing::Test {
 protected:
  void make_database(std::string_view release) {
    migration::DatabaseState nothing;
    nothing.lineage = migration::Lineage::peewee;
    testing::RecordingEnvironment environment;
    const auto path = testing::need(migration::plan_path(nothing, release::find(release)->head));
    testing::need(migration::build_migrated(folder_ / "none.db", database_, path, {}, environment));
  }

  [[nodiscard]] deployment::Deployment deployment() const {
    return testing::need(deployment::find("dir:" + data_.string(), home_.path()));
  }

  Result<Report> change(std::string_view version, bool accept_loss = false, const std::string& from_snapshot = {}) {
    clock_.now += 60;
    return run_change({deployment(), std::string(version), "auto", 7, accept_loss, {}, from_snapshot}, context_);
  }

  void sql(const std::string& statements) const { testing::run_sql(database_, statements); }

  static std::string chat(const std::string& id, std::int64_t time) {
    return "INSERT INTO chat (id, user_id, title, chat, archived, created_at, updated_at) VALUES ('" + id +
           "', 'u', 'About " + id + "', '{\"history\": {\"messages\": {}}}', 0, " + std::to_string(time) + ", " +
           std::to_string(time) + ");";
  }

  /// Every row of every table, and every other file: what must not change unasked.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> contents() const {
    std::map<std::string, std::vector<std::string>> all;
    auto connection = testing::need(database::Connection::open(database_, database::OpenMode::read_only));
    for (const std::string& quoted :
         testing::query_rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")) {
      const std::string name = quoted.substr(1, quoted.size() - 2);
      all["table " + name] = testing::query_rows(connection, "SELECT * FROM \"" + name + "\" ORDER BY rowid");
    }
    for (const file::Entry& entry : testing::need(file::walk(data_))) {
      if (entry.type != file::EntryType::regular || entry.path.starts_with("webui.db")) continue;
      if (entry.path.find(".liftlock-") == std::string::npos)
        all["file " + entry.path] = {testing::need(file::sha256(data_ / entry.path))};
    }
    return all;
  }

  testing::TemporaryDirectory folder_;
  testing::TemporaryDirectory home_;
  std::filesystem::path data_ = [this] {
    std::filesystem::create_directories(folder_ / "data/uploads");
    return folder_ / "data";
  }();
  std::filesystem::path database_ = data_ / "webui.db";
  MovableClock clock_;
  RandomIds ids_;
  NoProgress progress_;
  bool answer_ = true;
  std::vector<Question> asked_;
  std::vector<std::string> said_;
  std::function<void()> meanwhile_;  ///< what somebody else does, once, between rehearsal and cutover
  Context context_{clock_, ids_, progress_,
                   [this](const Question& question) {
                     asked_.push_back(question);
                     return answer_ || !question.beyond_yes;
                   },
                   [this](const std::string& line) {
                     said_.push_back(line);
                     if (meanwhile_ && line.starts_with("Rehearsal verified")) std::exchange(meanwhile_, nullptr)();
                   }};
};

}  // namespace liftlock::change

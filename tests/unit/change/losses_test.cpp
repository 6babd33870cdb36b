#include "change/losses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::change {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::need;

constexpr std::int64_t snapshot_time = 1'790'000'000;

class LossesTest : public ::testing::Test {
 protected:
  void now(const std::string& sql) const { testing::run_sql(file_, sql); }
  void then(const std::string& sql) const {
    testing::run_sql(base_, sql);
    testing::run_sql(file_, sql);
  }

  [[nodiscard]] std::vector<std::string> written(const nlohmann::ordered_json& marks) const {
    auto connection = need(database::Connection::open(file_, database::OpenMode::read_only));
    return lines_of(need(written_since(connection, marks, snapshot_time)));
  }

  [[nodiscard]] std::vector<std::string> missing() const {
    auto connection = need(database::Connection::open(file_, database::OpenMode::read_only));
    return lines_of(need(missing_in(base_, connection, snapshot_time)));
  }

  testing::TemporaryDirectory folder_;
  std::filesystem::path base_ = folder_ / "snapshot's \"base\".db";
  std::filesystem::path file_ = folder_ / "webui.db";
};

constexpr const char* chats =
    "CREATE TABLE chat (id TEXT PRIMARY KEY, created_at BIGINT, updated_at BIGINT);"
    "INSERT INTO chat VALUES ('a', 1, 1), ('b', 1789999999, 1789999999), ('c', NULL, NULL);";

TEST_F(LossesTest, of_what_nobody_touched_are_none) {
  then(chats);
  EXPECT_THAT(written(need(marks_of_file(file_))), IsEmpty());
  EXPECT_THAT(missing(), IsEmpty());
}

TEST_F(LossesTest, are_new_rows_and_changed_ones_in_any_unit_of_time) {
  then(chats);
  const auto marks = need(marks_of_file(file_));
  now("INSERT INTO chat VALUES ('n', 1790000005, 1790000005), ('o', 1, 1);"
      "UPDATE chat SET updated_at = 1790000005 WHERE id = 'a';"
      "UPDATE chat SET updated_at = 1790000005000 WHERE id = 'b';"
      "UPDATE chat SET updated_at = 1790000005000000000 WHERE id = 'c';");
  EXPECT_THAT(written(marks), ElementsAre("chat: 2 new, 3 changed"));
  EXPECT_THAT(missing(), ElementsAre("chat: 2 new, 3 changed"));
}

TEST_F(LossesTest, dates_in_text_count_as_dates) {
  then(
      "CREATE TABLE config (id INTEGER PRIMARY KEY, created_at DATETIME, updated_at DATETIME);"
      "INSERT INTO config VALUES (1, '2026-09-21 14:13:19', '2026-09-21 14:13:19'), (2, '2024-01-01', NULL);");
  const auto marks = need(marks_of_file(file_));
  EXPECT_THAT(written(marks), IsEmpty());
  now("UPDATE config SET updated_at = '2026-09-21 14:13:21' WHERE id = 2");  // snapshot_time is 14:13:20
  EXPECT_THAT(written(marks), ElementsAre("config: 1 changed"));
  EXPECT_THAT(missing(), ElementsAre("config: 1 changed"));
}

TEST_F(LossesTest, a_row_in_the_place_of_a_deleted_one_is_new) {
  then(chats);
  const auto marks = need(marks_of_file(file_));
  now("DELETE FROM chat WHERE id = 'c'; INSERT INTO chat VALUES ('n', 1790000005, 1790000005);");
  EXPECT_THAT(written(marks), ElementsAre("chat: 1 new"));
  EXPECT_THAT(missing(), ElementsAre("chat: 1 new"));
}

TEST_F(LossesTest, what_the_migrations_write_down_for_themselves_is_none) {
  then("CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE migratehistory (id INTEGER, name TEXT);");
  now("INSERT INTO alembic_version VALUES ('x'); INSERT INTO migratehistory VALUES (1, 'x')");
  EXPECT_THAT(written(nlohmann::ordered_json::object()), IsEmpty());
  EXPECT_THAT(missing(), IsEmpty());
}

TEST_F(LossesTest, rows_are_told_by_their_whole_key) {
  then("CREATE TABLE tag (id TEXT, user_id TEXT, PRIMARY KEY (id, user_id)); INSERT INTO tag VALUES ('work', 'u');");
  now("INSERT INTO tag VALUES ('work', 'v')");
  EXPECT_THAT(missing(), ElementsAre("tag: 1 new"));
}

TEST_F(LossesTest, rows_that_a_revision_gave_other_ids_are_told_by_their_dates) {
  testing::run_sql(base_, "CREATE TABLE prompt (id INTEGER PRIMARY KEY); INSERT INTO prompt VALUES (1), (2);");
  now("CREATE TABLE prompt (id TEXT PRIMARY KEY, created_at BIGINT);"
      "INSERT INTO prompt VALUES ('f-1', 5), ('f-2', 6), ('f-3', 1790000001);");
  EXPECT_THAT(missing(), ElementsAre("prompt: 1 new"));
}

TEST_F(LossesTest, of_a_table_that_the_snapshot_does_not_have_what_was_created_since_counts) {
  testing::run_sql(base_, "CREATE TABLE other (id)");
  now("CREATE TABLE note (id TEXT PRIMARY KEY, created_at BIGINT); CREATE TABLE plain (id);"
      "INSERT INTO note VALUES ('a', 1), ('b', 1790000001000000000); INSERT INTO plain VALUES (1);");
  EXPECT_THAT(missing(), ElementsAre("note: 1 new"));
}

}  // namespace
}  // namespace liftlock::change

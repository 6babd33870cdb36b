#include "change/tail.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <string>

#include "database/sqlite.hpp"

namespace liftlock::change {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

class TailTest : public testing::Test {
 protected:
  TailTest() {
    make(native_, "0bd252b206fb",
         "CREATE TABLE tag (id TEXT PRIMARY KEY, name TEXT);"
         "CREATE TABLE plain (x TEXT);"
         "CREATE TABLE config (key TEXT PRIMARY KEY, value TEXT);"
         "INSERT INTO tag VALUES ('a', 'A'), ('b', 'B'); INSERT INTO plain VALUES ('x'), ('x');"
         "INSERT INTO config VALUES ('k', '1');");
    fs::copy_file(native_, database_);
    change("UPDATE alembic_version SET version_num = 'feedbeef0001'");
  }
  ~TailTest() override { fs::remove_all(folder_); }

  static fs::path make_folder() {
    std::string name = (fs::temp_directory_path() / "tail-XXXXXX").string();
    return ::mkdtemp(name.data());
  }
  static void make(const fs::path& file, const std::string& revision, const std::string& sql) {
    auto connection = *database::Connection::open(file, database::OpenMode::create);
    ASSERT_TRUE(
        connection.execute("CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('" +
                           revision + "');" + sql));
  }
  void change(const std::string& sql) const {
    auto connection = *database::Connection::open(database_, database::OpenMode::read_write);
    ASSERT_TRUE(connection.execute(sql));
  }
  [[nodiscard]] Result<TailOutcome> look() const { return look_at_tail(native_, database_, "feedbeef0001"); }
  void expect_wrong(const std::string& what) const {
    const auto outcome = look();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().id, "tail-wrong");
    EXPECT_THAT(outcome.error().what, HasSubstr(what));
  }

  fs::path folder_ = make_folder();
  fs::path native_ = folder_ / "native.db";
  fs::path database_ = folder_ / "webui.db";
};

TEST_F(TailTest, EverythingIsThereAndTheSchemaIsTold) {
  change(
      "ALTER TABLE tag ADD COLUMN colour TEXT; CREATE TABLE colour (id TEXT); ALTER TABLE plain RENAME COLUMN x TO y;"
      "INSERT INTO tag (id) VALUES ('c'); UPDATE tag SET name = 'other'; DELETE FROM config;");
  const auto outcome = look();
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->tables, 2);
  EXPECT_EQ(outcome->rows, 4);
  EXPECT_THAT(outcome->changes, Contains("tag/column/colour is new"));
  EXPECT_THAT(outcome->changes, Contains("plain/column/x is gone"));
  EXPECT_THAT(describe(*outcome), HasSubstr("4 rows in 2 tables, none is missing."));
}

TEST_F(TailTest, ARowThatIsGoneIsToldFromOneThatIsNew) {
  change("DELETE FROM tag WHERE id = 'a'; INSERT INTO tag VALUES ('c', 'C'), ('d', 'D')");
  expect_wrong("Of 2 rows in the table tag, 1 are gone.");
}

TEST_F(TailTest, OfATableWithoutAKeyTheNumberCounts) {
  change("DELETE FROM plain WHERE rowid = 1");
  expect_wrong("Of 2 rows in the table plain, 1 are gone.");
}

TEST_F(TailTest, ATableThatIsGone) {
  change("DROP TABLE plain");
  expect_wrong("The table plain is gone.");
}

TEST_F(TailTest, ARevisionThatWasNotReached) {
  change("UPDATE alembic_version SET version_num = '0bd252b206fb'");
  expect_wrong("at revision 0bd252b206fb instead of feedbeef0001");
}

}  // namespace
}  // namespace liftlock::change

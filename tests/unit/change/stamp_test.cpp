#include "change/stamp.hpp"

#include <gmock/gmock.h>

#include "base/file.hpp"
#include "change/database_upgrade.hpp"
#include "migration/openwebui/scripts.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::change {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::need;

class StampTest : public ::testing::Test {
 protected:
  void make(const std::string& revision) { need(upgrade_database(database_, revision, clock_, ids_, progress_)); }
  [[nodiscard]] StampRequest request(const std::string& target) const {
    StampRequest made;
    made.database = url_;
    made.map = &migration::openwebui::revision_map();
    made.targets = {target};
    return made;
  }
  [[nodiscard]] std::vector<std::string> recorded() const {
    return testing::query_rows(database_, "SELECT version_num FROM alembic_version");
  }

  SystemClock clock_;
  RandomIds ids_;
  NoProgress progress_;
  testing::TemporaryDirectory folder_;
  std::filesystem::path database_ = folder_ / "webui.db";
  database::Url url_ = need(database::parse_url(database_.string()));
};

TEST_F(StampTest, refuses_what_the_schema_is_not_and_writes_nothing) {
  make("9f0c9cd09105");
  const std::string before = need(file::sha256(database_));
  const auto stamped = stamp_database(request("head"));
  ASSERT_FALSE(stamped);
  EXPECT_EQ(stamped.error().id, "schema-differs");
  EXPECT_EQ(stamped.error().kind, ErrorKind::refused);
  EXPECT_THAT(stamped.error().what, HasSubstr("The schema is that of 9f0c9cd09105"));
  EXPECT_EQ(need(file::sha256(database_)), before);
}

TEST_F(StampTest, records_what_the_schema_is_when_the_version_was_lost) {
  make("9f0c9cd09105");
  testing::run_sql(database_, "DROP TABLE alembic_version");
  const Stamped stamped = need(stamp_database(request("9f0c")));
  EXPECT_TRUE(stamped.table_made);
  EXPECT_THAT(stamped.before, ::testing::IsEmpty());
  EXPECT_THAT(recorded(), ElementsAre("'9f0c9cd09105'"));
}

TEST_F(StampTest, says_which_data_steps_were_not_run) {
  make("c92da83b017f");
  const Stamped stamped = need(stamp_database(request("head")));
  EXPECT_THAT(stamped.not_run, ElementsAre("0bd252b206fb"));
  EXPECT_THAT(recorded(), ElementsAre("'0bd252b206fb'"));
}

TEST_F(StampTest, a_revision_that_is_not_known_needs_purge) {
  make("9f0c9cd09105");
  testing::run_sql(database_, "UPDATE alembic_version SET version_num = 'feedfacecafe'");
  StampRequest asked = request("9f0c9cd09105");
  EXPECT_EQ(stamp_database(asked).error().id, "revision-unknown");
  asked.purge = true;
  need(stamp_database(asked));
  EXPECT_THAT(recorded(), ElementsAre("'9f0c9cd09105'"));
}

TEST_F(StampTest, unchecked_records_what_is_asked) {
  make("9f0c9cd09105");
  StampRequest asked = request("head");
  asked.unchecked = true;
  EXPECT_THAT(need(stamp_database(asked)).after, ElementsAre("0bd252b206fb"));
}

TEST_F(StampTest, another_chain_has_no_schemas_that_are_known) {
  make("9f0c9cd09105");
  StampRequest asked = request("head");
  asked.is_open_webui = false;
  EXPECT_EQ(stamp_database(asked).error().id, "schema-unknown");
}

TEST_F(StampTest, the_version_table_is_made_once) {
  testing::run_sql(database_, "CREATE TABLE t (a)");
  EXPECT_TRUE(need(ensure_version(url_)));
  EXPECT_FALSE(need(ensure_version(url_)));
  EXPECT_THAT(recorded(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace liftlock::change

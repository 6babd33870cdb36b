#include <gtest/gtest.h>

#include "migration/builder.hpp"
#include "migration/state.hpp"
#include "support/recording_environment.hpp"
#include "support/sqlite_file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::migration {
namespace {

using testing::need;
using testing::query_rows;
using testing::run_sql;

class PeeweeChain : public ::testing::Test {
 protected:
  testing::TemporaryDirectory folder_;
  testing::RecordingEnvironment environment_;
  std::filesystem::path source_ = folder_ / "source.db";
  std::filesystem::path result_ = folder_ / "result.db";

  void build(const std::filesystem::path& from, const std::filesystem::path& to, int count) {
    auto connection = need(database::Connection::open(from, database::OpenMode::read_only));
    const auto path = need(plan_path(need(inspect_state(connection)), {count, ""}));
    need(build_migrated(from, to, path, {}, environment_));
  }

  /// A database as 0.1.124 left it, with `sql` run on it, brought to the last Peewee migration.
  void from_7_to_18(const std::string& sql) {
    run_sql(folder_ / "empty.db", "");
    build(folder_ / "empty.db", source_, 7);
    run_sql(source_, sql);
    build(source_, result_, 18);
  }
};

TEST_F(PeeweeChain, MakesAnOldDatabaseWhatTheLastMigrationLeaves) {
  from_7_to_18(R"sql(
    INSERT INTO user VALUES ('u', 'n', 'e', 'admin', '/x', 'sk-1', 11, 12, 13);
    INSERT INTO chat (id, user_id, title, chat, archived, created_at, updated_at) VALUES ('c', 'u', 't', '{}', 0, 5, 6);
  )sql");
  EXPECT_EQ(query_rows(result_, "SELECT id, api_key, last_active_at, settings, info, oauth_sub FROM user"),
            std::vector<std::string>{"'u'|'sk-1'|13|NULL|NULL|NULL"});
  EXPECT_EQ(query_rows(result_, "SELECT count(*), max(name) FROM migratehistory"),
            std::vector<std::string>{"18|'018_add_function_is_global'"});
  EXPECT_EQ(query_rows(result_, "SELECT name FROM sqlite_schema WHERE name IN ('modelfile', 'user_oauth_sub')"),
            std::vector<std::string>{"'user_oauth_sub'"});
}

TEST_F(PeeweeChain, MakesModelsOfModelfilesAndKeepsWhatItCannotRead) {
  from_7_to_18(R"sql(
    INSERT INTO modelfile VALUES (1, 'a', 'u', '{"title": "A", "content": "FROM llama3:8b", "user": {"name": "x"}}', 5),
                                 (2, 'b', 'u', 'not json', 6), (3, 'c', 'u', '{"content": null}', 7);
  )sql");
  EXPECT_EQ(query_rows(result_, "SELECT id, name, base_model_id, params, created_at FROM model ORDER BY id"),
            (std::vector<std::string>{"'ollama-a'|'A'|'llama3'|'{}'|5", "'ollama-c'|'c'|NULL|'{}'|7"}));
  EXPECT_EQ(query_rows(result_, "SELECT json_extract(meta, '$.user') FROM model WHERE id = 'ollama-a'"),
            std::vector<std::string>{R"('{"name":"x","community":true}')"});
  ASSERT_EQ(environment_.quarantined.size(), 1U);
  EXPECT_EQ(environment_.quarantined[0].key, "b");
  EXPECT_EQ(environment_.quarantined[0].value, "not json");
  EXPECT_EQ(environment_.counts["modelfile-without-title"], 1);
}

TEST_F(PeeweeChain, GivesOldChatsTwoDates) {
  run_sql(folder_ / "empty.db", "");
  build(folder_ / "empty.db", source_, 4);
  run_sql(source_,
          "INSERT INTO chat (id, user_id, title, chat, timestamp, archived) VALUES ('c', 'u', 't', '{}', 99, 1)");
  build(source_, result_, 18);
  EXPECT_EQ(query_rows(result_, "SELECT created_at, updated_at, archived FROM chat"),
            std::vector<std::string>{"99|99|1"});
}

}  // namespace
}  // namespace liftlock::migration

#include "migration/openwebui/config_keys.hpp"
#include "migration/openwebui/revision_fixture.hpp"

namespace liftlock::migration::openwebui {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ConfigKeys, KnowsWhatWasRenamedAndLeavesTheRest) {
  EXPECT_EQ(config_key_of("rag.ollama.url"), "rag.ollama.base_url");
  EXPECT_EQ(config_key_of("OAUTH_CLIENT_ID"), "oauth.client_id");
  EXPECT_EQ(config_key_of("webui.url"), "webui.url");
  EXPECT_EQ(config_key_of("my.own"), "my.own");
  EXPECT_TRUE(is_known_config_path("user.permissions"));
  EXPECT_TRUE(is_known_config_path("WEBUI_URL"));
  EXPECT_FALSE(is_known_config_path("user"));
}

class ConfigRows : public RevisionTest {
 protected:
  static constexpr std::string_view revision = "3ff2c63645b8";
  void given_blobs(const std::string& values) {
    given("CREATE TABLE config (id INTEGER NOT NULL PRIMARY KEY, data JSON NOT NULL, version INTEGER NOT NULL)");
    if (!values.empty()) given("INSERT INTO config VALUES " + values);
  }
  Rows settings() { return rows("SELECT key, value FROM config"); }
};

TEST_F(ConfigRows, TheNewestBlobBecomesOneRowASetting) {
  given_blobs(R"sql((1, '{"version": 0, "ui": {"enable_signup": false}}', 0), (2, '{"version": 0,
      "ui": {"enable_signup": true, "banners": [], "empty": {}}, "user": {"permissions": {"chat": {"delete": true}}},
      "oauth": {"client_id": "new", "oidc": {"client_id": "old", "scopes": "s"}}, "WEBUI_URL": "http://é",
      "a.b": 1, "a": {"b": 0.5}, "n": null}', 0))sql");
  migrate(revision);
  EXPECT_THAT(settings(), ElementsAre("'version'|0", "'ui.enable_signup'|'true'", "'ui.banners'|'[]'",
                                      R"('user.permissions'|'{"chat": {"delete": true}}')",
                                      "'oauth.client_id'|'\"new\"'", "'oauth.scopes'|'\"s\"'",
                                      R"('webui.url'|'"http://\u00e9"')", "'a.b'|0.500000", "'n'|'null'"));
  EXPECT_THAT(rows("SELECT id FROM config_old"), ElementsAre("1", "2"));
  EXPECT_THAT(rows("SELECT DISTINCT updated_at > 0 FROM config"), ElementsAre("1"));
  EXPECT_EQ(noted("setting-under-two-names"), 1);
}

TEST_F(ConfigRows, ABlobEncodedTwiceIsRead) {
  given_blobs(R"sql((1, '"{\"ui\": {\"x\": 1}}"', 0))sql");
  migrate(revision);
  EXPECT_THAT(settings(), ElementsAre("'ui.x'|1"));
}

TEST_F(ConfigRows, AnUnreadableBlobStaysAndIsTold) {
  for (const char* blob : {"{broken", "[1]", "5", "\"text\""}) {
    SCOPED_TRACE(blob);
    std::filesystem::remove(source_);
    environment_.counts.clear();
    given_blobs("(1, '{\"a\": 1}', 0), (2, '" + std::string(blob) + "', 0)");
    migrate(revision);
    EXPECT_THAT(settings(), IsEmpty());
    EXPECT_EQ(noted("unreadable-config"), 1);
    EXPECT_THAT(rows("SELECT count(*) FROM config_old"), ElementsAre("2"));
  }
}

TEST_F(ConfigRows, WithoutBlobsThereAreNoSettings) {
  given_blobs("");
  migrate(revision);
  EXPECT_THAT(settings(), IsEmpty());
  EXPECT_THAT(environment_.notes, IsEmpty());
}

TEST_F(ConfigRows, WithoutTheTableItIsMade) {
  given("CREATE TABLE other (x)");
  migrate(revision);
  EXPECT_THAT(settings(), IsEmpty());
}

TEST_F(ConfigRows, AreTakenFromTheOldTableAfterATryThatBrokeOff) {
  given(R"sql(CREATE TABLE config_old (id INTEGER NOT NULL PRIMARY KEY, data JSON NOT NULL);
              INSERT INTO config_old VALUES (1, '{"ui": {"a": 1, "b": 2}}'))sql");
  migrate(revision);
  EXPECT_THAT(settings(), ElementsAre("'ui.a'|1", "'ui.b'|2"));
  given(R"sql(CREATE TABLE config (key TEXT NOT NULL PRIMARY KEY, value JSON NOT NULL, updated_at BIGINT);
              INSERT INTO config VALUES ('ui.b', 'true', 5))sql");
  migrate(revision);
  EXPECT_THAT(settings(), ElementsAre("'ui.b'|'true'", "'ui.a'|1"));
}

TEST_F(ConfigRows, AnOlderConfigOldIsNotLost) {
  given_blobs(R"((1, '{"a": 1}', 0))");
  given(
      "CREATE TABLE config_old (id INTEGER NOT NULL PRIMARY KEY, data JSON NOT NULL); INSERT INTO config_old VALUES "
      "(7, '{\"b\": 2}')");
  migrate(revision);
  EXPECT_THAT(settings(), ElementsAre("'a'|1"));
  EXPECT_THAT(rows("SELECT id FROM config_old"), ElementsAre("1"));
  ASSERT_EQ(environment_.quarantined.size(), 1U);
  EXPECT_EQ(environment_.quarantined[0].key, "7");
  EXPECT_EQ(environment_.quarantined[0].value, "{\"b\": 2}");
}

}  // namespace
}  // namespace liftlock::migration::openwebui

#include "deployment/database_settings.hpp"

#include <gmock/gmock.h>

#include <map>

#include "database/url.hpp"

namespace liftlock::deployment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

using Environment = std::map<std::string, std::string>;

DatabaseSettings settings_of(const Environment& environment) {
  return read_database_settings([&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  });
}

const Environment all_parts{{"DATABASE_TYPE", "postgresql"},    {"DATABASE_USER", "webui"},
                            {"DATABASE_PASSWORD", "p@ss/w:rd"}, {"DATABASE_HOST", "db"},
                            {"DATABASE_PORT", "5433"},          {"DATABASE_NAME", "chats"}};

TEST(DatabaseSettings, AreTheUrlWhereThereIsOne) {
  EXPECT_EQ(settings_of({{"DATABASE_URL", "sqlite:////srv/webui.db"}}).url, "sqlite:////srv/webui.db");
  EXPECT_EQ(settings_of({{"DATABASE_URL", "postgres://db/x"}}).url, "postgresql://db/x");
  EXPECT_EQ(settings_of({}).url, "");
  EXPECT_EQ(settings_of({{"DATABASE_SCHEMA", "chat"}}).schema, "chat");
}

TEST(DatabaseSettings, PartsWinWhereTheyAreComplete) {
  Environment environment = all_parts;
  environment["DATABASE_URL"] = "sqlite:////srv/webui.db";
  const DatabaseSettings settings = settings_of(environment);
  EXPECT_EQ(settings.url, "postgresql://webui:p@ss/w:rd@db:5433/chats");
  const auto url = database::parse_url(settings.url);
  ASSERT_TRUE(url);
  EXPECT_THAT(url->parameters, ElementsAre(Pair("user", "webui"), Pair("password", "p@ss/w:rd"), Pair("host", "db"),
                                           Pair("port", "5433"), Pair("dbname", "chats")));
  EXPECT_EQ(url->safe, "postgresql://webui:***@db:5433/chats");
}

TEST(DatabaseSettings, PartsThatAreNotCompleteAreNotHeeded) {
  Environment environment = all_parts;
  environment["DATABASE_PORT"] = "";
  EXPECT_EQ(settings_of(environment).url, "");
  EXPECT_THAT(settings_of(environment).missing, ElementsAre("DATABASE_PORT"));
  environment["DATABASE_URL"] = "sqlite:////srv/webui.db";
  EXPECT_EQ(settings_of(environment).url, "sqlite:////srv/webui.db");
  EXPECT_THAT(settings_of({{"DATABASE_URL", "sqlite:////srv/webui.db"}}).missing, IsEmpty());
}

TEST(DatabaseSettings, AnEncryptedDatabaseIsNamedAndThenRefused) {
  const Environment encrypted{
      {"DATABASE_TYPE", "sqlite+sqlcipher"}, {"DATABASE_PASSWORD", "secret"}, {"DATA_DIR", "/srv/data"}};
  const DatabaseSettings settings = settings_of(encrypted);
  EXPECT_EQ(settings.url, "sqlite+sqlcipher:////srv/data/webui.db");
  const auto url = database::parse_url(settings.url);
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().id, "database-url-unsupported");
  EXPECT_THAT(url.error().what, HasSubstr("encrypted"));
  EXPECT_THAT(url.error().doing + url.error().what + url.error().next, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace liftlock::deployment

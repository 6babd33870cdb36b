#include "deployment/settings.hpp"

#include <gmock/gmock.h>

namespace liftlock::deployment {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* folder = "/app/backend";

TEST(Settings, OfTheOfficialImageAsItIs) {
  const Settings settings = read_settings({}, folder);
  EXPECT_EQ(settings.data_directory, "/app/backend/data");
  EXPECT_EQ(settings.database_kind, "sqlite");
  EXPECT_EQ(settings.database_file, "/app/backend/data/webui.db");
  EXPECT_EQ(settings.database, "sqlite:////app/backend/data/webui.db");
  EXPECT_EQ(settings.secret_variable, "");
  EXPECT_EQ(settings.secret_file, "/app/backend/.webui_secret_key");
}

TEST(Settings, EmptyVariablesCountAsNotSet) {
  const Settings settings = read_settings({{"DATA_DIR", ""}, {"DATABASE_URL", ""}, {"WEBUI_SECRET_KEY", ""}}, folder);
  EXPECT_EQ(settings.database_file, "/app/backend/data/webui.db");
  EXPECT_EQ(settings.secret_variable, "");
}

TEST(Settings, RelativePathsStartWhereTheProgramDoes) {
  const Settings settings = read_settings(
      {{"DATA_DIR", "../store/"}, {"WEBUI_SECRET_KEY_FILE", "keys/secret"}, {"DATABASE_URL", "sqlite:///x/y.db"}},
      folder);
  EXPECT_EQ(settings.data_directory, "/app/store");
  EXPECT_EQ(settings.secret_file, "/app/backend/keys/secret");
  EXPECT_EQ(settings.database_file, "/app/backend/x/y.db");
}

TEST(Settings, DatabaseFollowsTheDataDirectory) {
  EXPECT_EQ(read_settings({{"DATA_DIR", "/data"}}, folder).database_file, "/data/webui.db");
}

TEST(Settings, NameTheVariableOfTheKeyAndNeverItsValue) {
  EXPECT_EQ(read_settings({{"WEBUI_SECRET_KEY", "a"}, {"WEBUI_JWT_SECRET_KEY", "b"}}, folder).secret_variable,
            "WEBUI_SECRET_KEY");
  EXPECT_EQ(read_settings({{"WEBUI_SECRET_KEY", ""}, {"WEBUI_JWT_SECRET_KEY", "b"}}, folder).secret_variable,
            "WEBUI_JWT_SECRET_KEY");
}

TEST(Settings, DatabaseUrlsLoseTheirPassword) {
  for (const char* url : {"postgresql://me:hunter2@db:5432/webui", "postgres://me:hunter2@db/webui",
                          "mysql://me:hunter2@db/webui", "sqlite+sqlcipher:///hunter2", "nonsense-hunter2"}) {
    const Settings settings = read_settings({{"DATABASE_URL", url}}, folder);
    EXPECT_THAT(settings.database, Not(HasSubstr("hunter2"))) << url;
    EXPECT_THAT(settings.database_kind, Not(HasSubstr("hunter2"))) << url;
  }
}

TEST(Settings, DatabasesThatAreNotUnderstoodAreOfTheirOwnKind) {
  EXPECT_EQ(read_settings({{"DATABASE_URL", "sqlite+sqlcipher:///x"}}, folder).database_kind, "sqlite+sqlcipher");
  EXPECT_EQ(read_settings({{"DATABASE_URL", "mysql://me@db/webui"}}, folder).database_kind, "mysql");
  EXPECT_EQ(read_settings({{"DATABASE_URL", "webui.db"}}, folder).database_kind, "unknown");
  EXPECT_EQ(read_settings({{"DATABASE_URL", "webui.db"}}, folder).database_file, "");
}

TEST(Settings, FiveVariablesMakeAnAddressOnlyTogether) {
  Environment environment = {{"DATABASE_TYPE", "postgresql"},
                             {"DATABASE_USER", "me"},
                             {"DATABASE_PASSWORD", "hunter2"},
                             {"DATABASE_HOST", "db"},
                             {"DATABASE_PORT", "5432"},
                             {"DATABASE_NAME", "webui"},
                             {"DATABASE_URL", "sqlite:////elsewhere/webui.db"}};
  EXPECT_EQ(read_settings(environment, folder).database, "postgresql://me:***@db:5432/webui");
  environment.erase("DATABASE_PORT");
  EXPECT_EQ(read_settings(environment, folder).database_file, "/elsewhere/webui.db");
}

TEST(Environment, LastOfANameCounts) {
  const Environment environment = environment_of({"A=1", "B=x=y", "no value", "A=2", "C="});
  EXPECT_EQ(environment, (Environment{{"A", "2"}, {"B", "x=y"}, {"C", ""}}));
}

}  // namespace
}  // namespace liftlock::deployment

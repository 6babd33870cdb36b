#include "database/url.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace liftlock::database {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string file_of(std::string_view url) {
  const Result<Url> parsed = parse_url(url);
  return parsed ? parsed->file.string() : "error " + parsed.error().id;
}

TEST(SqliteUrl, ThreeSlashesAreRelativeAndFourAbsolute) {
  EXPECT_EQ(file_of("sqlite:////srv/data/webui.db"), "/srv/data/webui.db");
  EXPECT_EQ(file_of("sqlite:///webui.db"), "webui.db");
  EXPECT_EQ(file_of("sqlite:///./data/webui.db"), "./data/webui.db");
}

TEST(SqliteUrl, MayNameItsDriver) { EXPECT_EQ(file_of("sqlite+pysqlite:////srv/webui.db"), "/srv/webui.db"); }

TEST(SqliteUrl, IsPercentDecoded) {
  EXPECT_EQ(file_of("sqlite:////srv/open%20webui/a%2Fb%C3%A4.db"), "/srv/open webui/a/b\xc3\xa4.db");
  EXPECT_EQ(file_of("sqlite:////srv/100%/%zz%4"), "/srv/100%/%zz%4");
}

TEST(SqliteUrl, ItsQueryIsIgnored) { EXPECT_EQ(file_of("sqlite:////srv/webui.db?timeout=5"), "/srv/webui.db"); }

TEST(SqliteUrl, ABarePathIsTaken) { EXPECT_EQ(file_of("/srv/data/webui.db"), "/srv/data/webui.db"); }

TEST(SqliteUrl, WhatNamesNoFileIsRefused) {
  for (const char* url : {"", "sqlite:", "sqlite://", "sqlite:///", "sqlite://host/webui.db",
                          "sqlite:///:memory:", "sqlite:/srv/webui.db", "sqlite:////srv/a%00b", ":memory:"}) {
    EXPECT_EQ(file_of(url), "error database-url-invalid") << url;
  }
}

TEST(Url, OtherDatabasesAreNamed) {
  EXPECT_EQ(parse_url("postgresql+psycopg2://u:p@h:5432/name")->dialect, "postgresql");
  EXPECT_EQ(parse_url("postgres://u:p@h/name")->dialect, "postgresql");
  EXPECT_EQ(file_of("mysql://u:p@h/name"), "error database-url-unsupported");
  EXPECT_EQ(file_of("sqlite+sqlcipher:////srv/webui.db"), "error database-url-unsupported");
}

TEST(Url, PasswordsAreNotRepeated) {
  EXPECT_EQ(parse_url("postgresql://user:se:c@ret@host/name")->safe, "postgresql://user:***@host/name");
  const Result<Url> unsupported = parse_url("mysql://user:secret@host/name");
  ASSERT_FALSE(unsupported.has_value());
  EXPECT_THAT(unsupported.error().doing, Not(HasSubstr("secret")));
}

std::string parameters_of(std::string_view url) {
  const Result<Url> parsed = parse_url(url);
  if (!parsed) return "error " + parsed.error().id;
  std::string text;
  for (const auto& [name, value] : parsed->parameters) text += (text.empty() ? "" : " ") + name + "=" + value;
  return text;
}

TEST(PostgresUrl, IsTakenApartAsSqlAlchemyDoes) {
  EXPECT_EQ(parameters_of("postgresql://user:pa%40ss@db.example:5433/webui"),
            "user=user password=pa@ss host=db.example port=5433 dbname=webui");
  EXPECT_EQ(parameters_of("postgres://u@h/n"), "user=u host=h dbname=n");
  EXPECT_EQ(parameters_of("postgresql+psycopg2://u:a:b/c@[::1]:5432/n"),
            "user=u password=a:b/c host=::1 port=5432 dbname=n");
  EXPECT_EQ(parameters_of("postgresql:///n?host=/var/run/postgresql&user=u"),
            "dbname=n host=/var/run/postgresql user=u");
  EXPECT_EQ(parameters_of("postgresql://h/n?sslmode=require&application_name=a+b%26c"),
            "host=h dbname=n sslmode=require application_name=a b&c");
  EXPECT_EQ(parameters_of("postgresql+asyncpg://h/n?ssl=true"), "host=h dbname=n sslmode=require");
}

TEST(PostgresUrl, WhatMakesNoSenseIsRefused) {
  for (const char* url : {"postgresql://h:port/n", "postgresql://[::1/n", "postgresql://h/n?charset=utf8",
                          "postgresql://u%00@h/n", "postgresql://h:123456/n"}) {
    EXPECT_EQ(parameters_of(url), "error database-url-invalid") << url;
  }
}

TEST(PostgresUrl, PasswordsOfTheQueryAreNotRepeated) {
  EXPECT_EQ(parse_url("postgresql://h/n?user=u&password=secret&sslmode=require")->safe,
            "postgresql://h/n?user=u&password=***&sslmode=require");
  EXPECT_EQ(parse_url("postgresql://h/n?sslpassword=secret")->safe, "postgresql://h/n?sslpassword=***");
  EXPECT_EQ(parse_url("postgresql://h/n?pass%77ord=secret")->safe, "postgresql://h/n?pass%77ord=***");
}

RC_GTEST_PROP(SqliteUrlProperty, EveryPathComesBack, ()) {
  const auto tail = *rc::gen::container<std::string>(rc::gen::nonZero<char>());
  const std::string path = "/" + tail;
  const Result<Url> parsed = parse_url(sqlite_url(path));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(parsed->file.string() == path);
}

RC_GTEST_PROP(UrlProperty, AnyTextIsAnsweredWithAUrlOrAUsageError, ()) {
  const auto text = *rc::gen::arbitrary<std::string>();
  const auto scheme = *rc::gen::element<std::string>("", "sqlite:", "sqlite:///", "postgresql://", "x+y://");
  const Result<Url> parsed = parse_url(scheme + text);
  RC_ASSERT(parsed.has_value() || parsed.error().kind == ErrorKind::usage);
}

}  // namespace
}  // namespace liftlock::database

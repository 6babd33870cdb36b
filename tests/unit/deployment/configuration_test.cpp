#include "deployment/configuration.hpp"

#include <gmock/gmock.h>

#include "base/file.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::deployment {
namespace {

using ::testing::HasSubstr;

TEST(Configuration, SaysWhatADeploymentIsPinnedTo) {
  const auto read = parse_configuration(R"(
[deployment."docker:open-webui"]   # production
pin = "0.12"

[deployment."dir:/srv/a b"]
)",
                                        "c.toml");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->of("docker:open-webui").pin, "0.12");
  EXPECT_EQ(read->of("dir:/srv/a b").pin, "");
  EXPECT_EQ(read->of("docker:other").pin, "");
  EXPECT_TRUE(parse_configuration("", "c.toml"));
}

TEST(Configuration, WhatIsNotKnownIsAnErrorWithItsLine) {
  for (const char* text : {"\n[deployments]\n", "\nx = 1\n", "\ndeployment = 1\n", "\n[deployment.open-webui]\n",
                           "[deployment]\n\"docker:a\" = 1\n", "[deployment.\"docker:a\"]\npin = 0.12\n",
                           "[deployment.\"docker:a\"]\npin = \"\"\n", "[deployment.\"docker:a\"]\npin = \"a b\"\n",
                           "[deployment.\"docker:a\"]\npins = \"0.12\"\n", "\nnot toml\n"}) {
    const auto read = parse_configuration(text, "c.toml");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().id, "configuration-invalid") << text;
    EXPECT_EQ(read.error().kind, ErrorKind::usage);
    EXPECT_THAT(read.error().doing, HasSubstr("c.toml, line 2")) << text;
  }
}

TEST(Configuration, ThatIsNamedMustBeThere) {
  const testing::TemporaryDirectory folder;
  EXPECT_EQ(read_configuration(folder / "none.toml").error().id, "configuration-missing");
  ASSERT_TRUE(file::write_durably(folder / "c.toml", "[deployment.\"docker:a\"]\npin = \"main\"\n"));
  EXPECT_EQ(read_configuration(folder / "c.toml")->of("docker:a").pin, "main");
}

}  // namespace
}  // namespace liftlock::deployment

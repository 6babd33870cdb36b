#include "registry/reference.hpp"

#include <gtest/gtest.h>

namespace liftlock::registry {
namespace {

const std::string hash(64, 'a');

TEST(Reference, IsReadAsEnginesReadIt) {
  struct Case {
    const char* text;
    Reference reference;
    const char* written;
  };
  const Case cases[] = {
      {"ghcr.io/open-webui/open-webui:v0.12.4", {"ghcr.io", "open-webui/open-webui", "v0.12.4", ""}, nullptr},
      {"postgres", {"docker.io", "library/postgres", "", ""}, nullptr},
      {"docker.io/postgres:15", {"docker.io", "library/postgres", "15", ""}, "postgres:15"},
      {"docker.io/library/postgres", {"docker.io", "library/postgres", "", ""}, "postgres"},
      {"index.docker.io/some/thing", {"docker.io", "some/thing", "", ""}, "some/thing"},
      {"open-webui:main", {"docker.io", "library/open-webui", "main", ""}, nullptr},
      {"localhost/a", {"localhost", "a", "", ""}, nullptr},
      {"localhost:5000/a/b:1_2", {"localhost:5000", "a/b", "1_2", ""}, nullptr},
      {"127.0.0.1:5000/a", {"127.0.0.1:5000", "a", "", ""}, nullptr},
      {"[::1]:5000/a:b", {"[::1]:5000", "a", "b", ""}, nullptr},
      {"[fe80::1]/a", {"[fe80::1]", "a", "", ""}, nullptr},
      {"Registry/a", {"Registry", "a", "", ""}, nullptr},
      {"a/b/c__d/e---f/g.h_i", {"docker.io", "a/b/c__d/e---f/g.h_i", "", ""}, nullptr},
      {"library/a", {"docker.io", "library/a", "", ""}, "a"},
      {"library/a/b", {"docker.io", "library/a/b", "", ""}, nullptr},
  };
  for (const Case& one : cases) {
    const auto read = parse_reference(one.text);
    ASSERT_TRUE(read) << one.text << ": " << read.error().what;
    EXPECT_EQ(*read, one.reference) << one.text << " → " << repository_of(*read);
    EXPECT_EQ(to_string(*read), one.written == nullptr ? one.text : one.written);
  }
}

TEST(Reference, HoldsADigest) {
  const std::string digest = "sha256:" + hash;
  const auto both = parse_reference("ghcr.io/a/b:main@" + digest);
  ASSERT_TRUE(both);
  EXPECT_EQ(*both, (Reference{"ghcr.io", "a/b", "main", digest}));
  EXPECT_EQ(to_string(*both), "ghcr.io/a/b:main@" + digest);
  EXPECT_EQ(parse_reference("a@" + digest)->tag, "");
  EXPECT_TRUE(is_digest("sha512+b64:" + hash));
}

TEST(Reference, IsNotMadeOfAnything) {
  const std::string cases[] = {"",
                               ":a",
                               "a:",
                               "a@",
                               "A",
                               "a/B",
                               "a//b",
                               "/a",
                               "a/",
                               "a..b",
                               "a___b",
                               "-a",
                               "a-",
                               "a b",
                               "a:b c",
                               "a:.b",
                               "a:" + std::string(129, 'x'),
                               "a@sha256:abc",
                               "a@sha256:" + std::string(64, 'A'),
                               "a@" + hash,
                               "http://ghcr.io/a/b",
                               "host.:5000/a",
                               "host.io:port/a",
                               "[::1/a",
                               "x.io/" + std::string(260, 'a'),
                               "a\n"};
  for (const std::string& text : cases) {
    const auto read = parse_reference(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().id, "image-invalid");
    EXPECT_EQ(read.error().kind, ErrorKind::usage);
  }
}

TEST(Reference, IsReadAgainAsItIsWritten) {
  for (const char* text : {"postgres:15", "ghcr.io/a/b", "localhost:1/a:b", "a/b", "[::1]:5/a"}) {
    const auto once = parse_reference(text);
    ASSERT_TRUE(once);
    EXPECT_EQ(*parse_reference(to_string(*once)), *once);
    EXPECT_EQ(*parse_reference(repository_of(*once) + (once->tag.empty() ? "" : ":" + once->tag)), *once);
  }
}

}  // namespace
}  // namespace liftlock::registry

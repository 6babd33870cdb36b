#include "registry/challenge.hpp"

#include <gtest/gtest.h>

namespace liftlock::registry {
namespace {

TEST(Challenges, AreRead) {
  const auto one = read_challenges(
      R"(Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:open-webui/open-webui:pull,push")");
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].scheme, "bearer");
  EXPECT_EQ(one[0].parameters.at("realm"), "https://ghcr.io/token");
  EXPECT_EQ(one[0].parameters.at("scope"), "repository:open-webui/open-webui:pull,push");

  const auto two = read_challenges(R"(BASIC Realm = "a \"quoted\" one" , charset=UTF-8, Bearer realm="b",error=x)");
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].scheme, "basic");
  EXPECT_EQ(two[0].parameters.at("realm"), R"(a "quoted" one)");
  EXPECT_EQ(two[0].parameters.at("charset"), "UTF-8");
  EXPECT_EQ(two[1].scheme, "bearer");
  EXPECT_EQ(two[1].parameters.at("error"), "x");

  ASSERT_EQ(read_challenges("Negotiate, Basic realm=x").size(), 2U);
  EXPECT_TRUE(read_challenges("Negotiate, Basic realm=x")[0].parameters.empty());
}

TEST(Challenges, EndWhereTheyCannotBeUnderstood) {
  EXPECT_TRUE(read_challenges("").empty());
  EXPECT_TRUE(read_challenges("\"\"").empty());
  EXPECT_TRUE(read_challenges(" , ,").empty());
  EXPECT_TRUE(read_challenges("Bearer realm=\"never closed")[0].parameters.empty());
  EXPECT_EQ(read_challenges("Basic realm=x, =y").size(), 1U);
}

TEST(NextLink, IsFoundAmongOthers) {
  EXPECT_EQ(next_link(R"(</v2/a/tags/list?last=b&n=2>; rel="next")"), "/v2/a/tags/list?last=b&n=2");
  EXPECT_EQ(next_link(R"(<x>; rel=prev, <https://r/y?a,b>; title="a, b"; rel=next)"), "https://r/y?a,b");
  EXPECT_EQ(next_link(R"(<x>; rel="prev")"), "");
  EXPECT_EQ(next_link(""), "");
  EXPECT_EQ(next_link("x; rel=next"), "");
  EXPECT_EQ(next_link("<never closed"), "");
  EXPECT_EQ(next_link("<x>; rel"), "");
}

}  // namespace
}  // namespace liftlock::registry

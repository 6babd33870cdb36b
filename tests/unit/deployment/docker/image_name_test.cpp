#include "deployment/docker/image_name.hpp"

#include <gtest/gtest.h>

namespace liftlock::deployment::docker {
namespace {

TEST(DockerImageName, TakesItApart) {
  const auto name = read_image_name("ghcr.io/open-webui/open-webui:v0.6.18-cuda@sha256:" + std::string(64, 'a'));
  ASSERT_TRUE(name);
  EXPECT_EQ(name->repository, "ghcr.io/open-webui/open-webui");
  EXPECT_EQ(name->tag, "v0.6.18-cuda");
  EXPECT_EQ(read_image_name("open-webui")->tag, "");
  EXPECT_EQ(read_image_name("localhost:5000/open-webui:main")->repository, "localhost:5000/open-webui");
}

TEST(DockerImageName, AnIdHasNoRepository) {
  EXPECT_FALSE(read_image_name("sha256:" + std::string(64, 'a')));
  EXPECT_FALSE(read_image_name(std::string(64, 'a')));
}

TEST(DockerImageName, TheVariantStays) {
  EXPECT_EQ(variant_of("v0.6.18"), "");
  EXPECT_EQ(variant_of("main"), "");
  EXPECT_EQ(variant_of(""), "");
  EXPECT_EQ(variant_of("git-1a2b3c4"), "");
  EXPECT_EQ(variant_of("v0.6.18-cuda"), "-cuda");
  EXPECT_EQ(variant_of("main-cuda126"), "-cuda126");
  EXPECT_EQ(variant_of("ollama"), "-ollama");
  EXPECT_EQ(variant_of("git-1a2b3c4-slim"), "-slim");
}

}  // namespace
}  // namespace liftlock::deployment::docker

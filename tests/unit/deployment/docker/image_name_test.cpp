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

}  // namespace
}  // namespace liftlock::deployment::docker

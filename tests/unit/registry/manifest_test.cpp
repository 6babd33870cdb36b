#include "registry/manifest.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace liftlock::registry {
namespace {

std::string digest(char c) { return "sha256:" + std::string(64, c); }

std::string entry(char c, const char* architecture, const char* variant, const char* os = "linux") {
  return fmt::format(R"({{"digest":"{}","platform":{{"os":"{}","architecture":"{}","variant":"{}"}}}})", digest(c), os,
                     architecture, variant);
}

TEST(Manifest, OfAnImageNamesItsConfigurationAndWeighsItsLayers) {
  const auto manifest = read_manifest(fmt::format(
      R"({{"schemaVersion":2,"config":{{"digest":"{}"}},"layers":[{{"size":3}},{{"size":5000000000}},{{}}]}})",
      digest('c')));
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->config, digest('c'));
  EXPECT_EQ(manifest->bytes, 5000000003);
  EXPECT_TRUE(manifest->entries.empty());
}

TEST(Manifest, OfAnIndexHasAnEntryForEachPlatform) {
  const auto index = read_manifest(fmt::format(R"({{"manifests":[{},{},{},{},{}]}})", entry('a', "amd64", ""),
                                               entry('b', "arm64", "v8"), entry('6', "arm", "v6"),
                                               entry('7', "arm", "v7"), entry('f', "unknown", "", "unknown")));
  ASSERT_TRUE(index);
  const auto find = [&](const char* architecture, const char* variant) {
    return entry_for(*index, {.os = "linux", .architecture = architecture, .variant = variant});
  };
  EXPECT_EQ(find("amd64", ""), digest('a'));
  EXPECT_EQ(find("arm64", ""), digest('b'));
  EXPECT_EQ(find("arm", "v7"), digest('7'));
  EXPECT_EQ(find("arm", "v6"), digest('6'));
  EXPECT_EQ(find("riscv64", ""), std::nullopt);
}

TEST(Manifest, ThatIsNoneIsAnError) {
  for (const char* body : {"", "[]", "{}", R"({"schemaVersion":1,"fsLayers":[]})", R"({"config":{"digest":"x"}})",
                           R"({"manifests":[{"digest":"sha256:1"}]})", R"({"manifests":[7]})", "<html>"}) {
    const auto manifest = read_manifest(body);
    ASSERT_FALSE(manifest) << body;
    EXPECT_EQ(manifest.error().id, "registry-answer");
  }
}

TEST(ImageConfig, SaysVersionAndTime) {
  const auto config = read_image_config(
      R"({"created":"2026-11-02T10:00:00.123456789Z","config":{"Labels":{"org.opencontainers.image.version":"0.12.4"}}})");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->version, "0.12.4");
  EXPECT_EQ(config->created, "2026-11-02T10:00:00Z");
  EXPECT_EQ(read_image_config(R"({"created":"2026-11-02T10:00:00.5+01:00"})")->created, "2026-11-02T10:00:00+01:00");
  EXPECT_EQ(read_image_config(R"({"config":{"Labels":null}})")->version, "");
  EXPECT_FALSE(read_image_config("7"));
}

TEST(Platform, IsOneThatImagesAreMadeFor) {
  const ImagePlatform own = own_platform();
  EXPECT_EQ(own.os, "linux");
  EXPECT_EQ(own.architecture.find('_'), std::string::npos) << own.architecture;
  EXPECT_EQ(to_string(ImagePlatform{"linux", "arm", "v7"}), "linux/arm/v7");
  EXPECT_EQ(to_string(ImagePlatform{"linux", "amd64", ""}), "linux/amd64");
}

}  // namespace
}  // namespace liftlock::registry

#include <gtest/gtest.h>

#include "snapshot/manifest.hpp"

namespace liftlock::snapshot {
namespace {

Manifest on_a_server() {
  Manifest manifest;
  manifest.database.artifact = {"database.sql.zst", 10, "00"};
  manifest.database.rows = {{"public.chat", 3}};
  PostgresPart part;
  part.server = "15.14";
  part.url = "postgresql://u:***@h/d";
  part.name = "d \"ü\" \\ \xff";
  part.schema = "My \"Schema\"";
  part.data_begin = 5;
  part.data_end = 8;
  part.tables = {{"COPY public.chat (id, \"a\nb\")", 3, "0f"}};
  part.objects = {"i 3", "r 1"};
  part.extensions = {{"vector", "0.8.0", "public"}};
  part.roles = {"open webui"};
  manifest.postgres = part;
  return manifest;
}

TEST(PostgresManifest, ComesBackAsItWasWritten) {
  const std::string text = to_text(on_a_server());
  const auto manifest = parse_manifest(text);
  ASSERT_TRUE(manifest) << manifest.error().what;
  EXPECT_EQ(manifest->format, 2);
  ASSERT_TRUE(manifest->postgres);
  EXPECT_EQ(to_text(*manifest), text);
  EXPECT_EQ(manifest->postgres->name, on_a_server().postgres->name);
  EXPECT_EQ(manifest->postgres->tables[0].copy, on_a_server().postgres->tables[0].copy);
  EXPECT_EQ(manifest->postgres->extensions[0].version, "0.8.0");
  EXPECT_EQ(manifest->postgres->data_end, 8U);
}

TEST(PostgresManifest, IsDamagedWhereverItIsCut) {
  const std::string text = to_text(on_a_server());
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(parse_manifest(std::string_view(text).substr(0, size))) << size;
}

TEST(PostgresManifest, AFileKeepsTheOlderFormat) {
  const auto manifest = parse_manifest(to_text([] {
    Manifest file;
    file.database.artifact = {"database.sqlite.zst", 10, "00"};
    return file;
  }()));
  ASSERT_TRUE(manifest) << manifest.error().what;
  EXPECT_EQ(manifest->format, 1);
  EXPECT_FALSE(manifest->postgres);
}

}  // namespace
}  // namespace liftlock::snapshot

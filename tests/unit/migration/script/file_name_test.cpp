#include "migration/script/file_name.hpp"

#include <gtest/gtest.h>

namespace liftlock::migration::script {
namespace {

constexpr std::int64_t moment = 1'771'200'305'004'000'000;  // 2026-02-16 00:05:05.004 UTC

TEST(SlugOf, TakesTheWordsInLowerCase) {
  EXPECT_EQ(slug_of("Add a table: \"Teams\"!", 40), "add_a_table_teams");
  EXPECT_EQ(slug_of("  -- ", 40), "");
  EXPECT_EQ(slug_of("snake_case_ stays", 40), "snake_case__stays");
  EXPECT_EQ(slug_of("Größe ÄNDERN, Миграция 表", 40), "größe_ändern_миграция_表");
  EXPECT_EQ(slug_of("a 🎉 party", 40), "a_party");
  EXPECT_EQ(slug_of("broken \xFF text", 40), "broken_text");
}

TEST(SlugOf, CutsBehindAWord) {
  EXPECT_EQ(slug_of("0123456789 0123456789", 21), "0123456789_0123456789");
  EXPECT_EQ(slug_of("0123456789 0123456789", 20), "0123456789_");
  EXPECT_EQ(slug_of("0123456789 0123456789", 11), "0123456789_");
  EXPECT_EQ(slug_of("01234567890123456789", 10), "0123456789_");
  EXPECT_EQ(slug_of("ääää öööö", 6), "ääää_");
}

TEST(FileName, FillsTheTemplate) {
  const LocalTime time = LocalTime::utc(moment);
  const auto name = [&](std::string_view text) {
    const Result<std::string> result = file_name(text, "abc", "a_table", time);
    return result ? *result : result.error().id;
  };
  EXPECT_EQ(name("%(rev)s_%(slug)s"), "abc_a_table.py");
  EXPECT_EQ(name("%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s"), "2026_02_16_0005-abc.py");
  EXPECT_EQ(name("%(epoch)s %(second)03d %(second)3d %(second)-3d|%(year)s%%"), "1771200305 005   5 5  |2026%.py");
  EXPECT_EQ(name("%(year).2s"), "20.py");
  for (const char* text : {"%(user)s", "%(rev)d", "%(rev).3s", "%(rev)", "%(rev)x", "100%", "%(year)d/%(rev)s", ""}) {
    EXPECT_EQ(name(text), "template-unsupported") << text;
  }
  EXPECT_EQ(file_name("%(rev)s", "../x", "", time).error().id, "template-unsupported");
}

TEST(LocalTime, IsPrintedAsPythonDoes) {
  EXPECT_EQ(LocalTime::utc(moment).text(), "2026-02-16 00:05:05.004000+00:00");
  EXPECT_EQ(LocalTime::utc(moment - 4'000'000).text(), "2026-02-16 00:05:05+00:00");
  EXPECT_EQ(LocalTime::here(moment).text().size(), std::string("2026-02-16 00:05:05.004000").size());
}

}  // namespace
}  // namespace liftlock::migration::script

#include "hazard/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/file.hpp"
#include "hazard/texts.hpp"

namespace liftlock::hazard {
namespace {

TEST(HazardRegistry, every_check_has_its_own_text_and_every_text_a_check) {
  std::set<std::string_view> of_checks;
  for (const Check* check : all_checks()) EXPECT_TRUE(of_checks.insert(check->id()).second) << check->id();
  std::set<std::string_view> of_texts;
  for (const Text& text : texts()) {
    EXPECT_TRUE(of_texts.insert(text.id).second) << text.id;
    EXPECT_FALSE(text.title.empty()) << text.id;
    EXPECT_FALSE(text.meaning.empty()) << text.id;
    EXPECT_FALSE(text.solution.empty()) << text.id;
  }
  EXPECT_EQ(of_checks, of_texts);
}

TEST(HazardRegistry, the_reference_page_names_every_hazard_with_its_severity) {
  const auto page = file::read(std::filesystem::path(LIFTLOCK_SOURCE_DIR) / "docs/reference/hazards.md");
  ASSERT_TRUE(page) << page.error().what;
  for (const Text& text : texts()) {
    const std::string severity = text.severity == Severity::blocks    ? "blocks"
                                 : text.severity == Severity::warning ? "warning"
                                                                      : "note";
    const std::string head =
        "### `" + std::string(text.id) + "`\n**" + std::string(text.title) + "** (" + severity + ")\n";
    EXPECT_NE(page->find(head), std::string::npos) << "docs/reference/hazards.md lacks:\n" << head;
  }
}

TEST(HazardRegistry, a_selection_leaves_out_what_is_excluded) {
  const auto some = select_checks({"disk-space", "tag-shared"}, {"tag-shared"});
  ASSERT_TRUE(some);
  ASSERT_EQ(some->size(), 1U);
  EXPECT_EQ(some->front()->id(), "disk-space");
  EXPECT_EQ(select_checks({}, {})->size(), all_checks().size());
}

TEST(HazardRegistry, an_unknown_id_is_an_error_that_lists_those_there_are) {
  for (const bool included : {true, false}) {
    const std::vector<std::string> ids{"disk-spaec"};
    const auto none = included ? select_checks(ids, {}) : select_checks({}, ids);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().id, "hazard-unknown");
    EXPECT_EQ(none.error().kind, ErrorKind::usage);
    EXPECT_THAT(none.error().next, ::testing::HasSubstr("    disk-space\n"));
  }
}

TEST(HazardTexts, blanks_are_filled_in_and_unknown_braces_kept) {
  EXPECT_EQ(fill_in("{a} and {a}, {b} {}", {{"a", "{b}"}, {"c", "x"}}), "{b} and {b}, {b} {}");
}

}  // namespace
}  // namespace liftlock::hazard

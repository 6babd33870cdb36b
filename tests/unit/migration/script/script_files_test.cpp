#include "migration/script/script_files.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_directory.hpp"

namespace liftlock::migration::script {
namespace {

namespace fs = std::filesystem;

std::string text_of(std::string_view id) { return "revision = '" + std::string(id) + "'\ndown_revision = None\n"; }

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

std::string revisions(const fs::path& place) {
  const Result<ScriptFiles> files = read_scripts(place);
  if (!files) return files.error().id;
  std::string text;
  for (const Script& script : files->scripts) text += (text.empty() ? "" : " ") + script.revision;
  return text;
}

void write_wheel(const fs::path& path, const std::vector<std::pair<std::string, std::string>>& files) {
  struct archive* zip = archive_write_new();
  archive_write_set_format_zip(zip);
  ASSERT_EQ(archive_write_open_filename(zip, path.c_str()), ARCHIVE_OK);
  for (const auto& [name, text] : files) {
    struct archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    ASSERT_EQ(archive_write_header(zip, entry), ARCHIVE_OK);
    archive_write_data(zip, text.data(), text.size());
    archive_entry_free(entry);
  }
  archive_write_free(zip);
}

TEST(ScriptFiles, EveryPlaceThatNamesAChain) {
  const testing::TemporaryDirectory folder;
  const fs::path package = folder.path() / "site-packages/open_webui";
  put(package / "migrations/env.py", "");
  put(package / "migrations/versions/b.py", text_of("second"));
  put(package / "migrations/versions/a.py", text_of("first"));
  put(package / "migrations/versions/deeper/c.py", text_of("third"));
  for (const char* other : {"__init__.py", ".#a.py", "README", "a.pyc"})
    put(package / "migrations/versions" / other, "(");
  EXPECT_EQ(revisions(package / "migrations/versions"), "first second");
  EXPECT_EQ(revisions(package / "migrations"), "first second");
  EXPECT_EQ(revisions(package), "first second");
  EXPECT_EQ(revisions(folder.path() / "site-packages"), "first second");
  EXPECT_EQ(read_scripts(package)->scripts.front().path, fs::canonical(package / "migrations/versions/a.py"));
}

TEST(ScriptFiles, AFileWithTwoNamesCountsOnce) {
  const testing::TemporaryDirectory folder;
  put(folder.path() / "a.py", text_of("first"));
  fs::create_symlink("a.py", folder.path() / "b.py");
  EXPECT_EQ(revisions(folder.path()), "first");
}

TEST(ScriptFiles, PlacesThatNameNone) {
  const testing::TemporaryDirectory folder;
  EXPECT_EQ(revisions(folder.path() / "gone"), "scripts-absent");
  EXPECT_EQ(revisions(folder.path()), "scripts-absent");
  for (const char* name : {"one", "two"}) {
    put(folder.path() / name / "env.py", "");
    put(folder.path() / name / "versions/a.py", text_of(name));
  }
  EXPECT_EQ(revisions(folder.path()), "scripts-several");
  fs::create_directories(folder.path() / "empty/versions");
  EXPECT_EQ(revisions(folder.path() / "empty"), "");
  put(folder.path() / "bad/versions/a.py", "revision = 'a");
  EXPECT_EQ(revisions(folder.path() / "bad"), "script-unreadable");
}

TEST(ScriptFiles, Wheels) {
  const testing::TemporaryDirectory folder;
  const fs::path wheel = folder.path() / "x-1.whl";
  write_wheel(wheel, {{"x/migrations/versions/b.py", text_of("second")},
                      {"x/migrations/env.py", ""},
                      {"x/migrations/versions/a.py", text_of("first")},
                      {"x/versions/data.py", "("}});
  EXPECT_EQ(revisions(wheel), "first second");
  EXPECT_EQ(read_scripts(wheel)->scripts.front().path, fs::canonical(wheel).string() + "/x/migrations/versions/a.py");
  write_wheel(wheel, {{"x/versions/a.py", text_of("first")}});
  EXPECT_EQ(revisions(wheel), "scripts-absent");
  fs::resize_file(wheel, 40);
  EXPECT_EQ(revisions(wheel), "scripts-damaged");
  put(wheel, "junk");
  EXPECT_EQ(revisions(wheel), "scripts-damaged");
}

}  // namespace
}  // namespace liftlock::migration::script

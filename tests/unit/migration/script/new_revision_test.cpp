#include "migration/script/new_revision.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "migration/script/template.hpp"
#include "support/temporary_directory.hpp"

namespace liftlock::migration::script {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryDirectory;

Script script_of(std::string id, std::vector<std::string> down, std::vector<std::string> labels = {}) {
  Script script;
  script.revision = std::move(id);
  script.down_revisions = std::move(down);
  script.branch_labels = std::move(labels);
  return script;
}

/// aaaa1111 <- bbbb2222 <- cccc3333 (label left), and bbbb2222 <- dddd4444.
RevisionMap forked() {
  return RevisionMap::of({script_of("aaaa1111", {}), script_of("bbbb2222", {"aaaa1111"}),
                          script_of("cccc3333", {"bbbb2222"}, {"left"}), script_of("dddd4444", {"bbbb2222"})})
      .value();
}

ScriptFolder plain_folder(std::string text = std::string(default_template())) {
  return {.versions = "/chain/versions",
          .template_file = "/chain/script.py.mako",
          .template_text = std::move(text),
          .settings = {},
          .notes = {}};
}

NewRevision wanted_of(std::vector<std::string> heads) {
  NewRevision wanted;
  wanted.id = "eeee5555";
  wanted.heads = std::move(heads);
  return wanted;
}

Result<RevisionFile> made(const NewRevision& wanted, const ScriptFolder& folder = plain_folder()) {
  return new_revision(forked(), folder, wanted, LocalTime::utc(0));
}

std::string error_of(const NewRevision& wanted, const ScriptFolder& folder = plain_folder()) {
  const auto file = made(wanted, folder);
  return file ? "made " + file->path.string() : file.error().id + ": " + file.error().what;
}

TEST(NewRevision, IsNamedAndFilledInAsAlembicDoes) {
  NewRevision wanted = wanted_of({"left@head"});
  wanted.message = "Add a Table";
  wanted.branch_label = "teams";
  wanted.depends_on = {"dddd", "left"};
  const auto file = made(wanted);
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->path, "/chain/versions/eeee5555_add_a_table.py");
  EXPECT_TRUE(
      file->text.starts_with("\"\"\"Add a Table\n\nRevision ID: eeee5555\nRevises: cccc3333\n"
                             "Create Date: 1970-01-01 00:00:00+00:00\n\n\"\"\"\n"))
      << file->text;
  EXPECT_NE(file->text.find("= ('teams',)\n"), std::string::npos);
  EXPECT_NE(file->text.find("= ['dddd4444', 'left']\n"), std::string::npos);
  EXPECT_EQ(file->script.depends_on, (std::vector<std::string>{"dddd4444", "left"}));
}

TEST(NewRevision, MergesAndBeginsAnew) {
  EXPECT_EQ(made(wanted_of({"heads"}))->script.down_revisions, (std::vector<std::string>{"cccc3333", "dddd4444"}));
  EXPECT_EQ(made(wanted_of({"dddd", "left"}))->script.down_revisions,
            (std::vector<std::string>{"dddd4444", "cccc3333"}));
  EXPECT_TRUE(made(wanted_of({"base"}))->script.down_revisions.empty());
  NewRevision spliced = wanted_of({"aaaa1111"});
  spliced.splice = true;
  EXPECT_EQ(made(spliced)->script.down_revisions, std::vector<std::string>{"aaaa1111"});
}

TEST(NewRevision, FailsWithAlembicsWords) {
  EXPECT_EQ(
      error_of(wanted_of({"head"})),
      "several-heads: Multiple heads are present; please specify the head revision on which the new revision should "
      "be based, or perform a merge.");
  EXPECT_EQ(error_of(wanted_of({"nope"})), "revision-unknown: Can't locate revision identified by 'nope'");
  EXPECT_EQ(error_of(wanted_of({"dddd", "dddd4444"})), "heads-repeated: Duplicate head revisions specified");
  EXPECT_EQ(error_of(wanted_of({"bbbb2222"})),
            "not-a-head: Revision bbbb2222 is not a head revision; please specify --splice to create a new branch from "
            "this revision");
  NewRevision wanted = wanted_of({"left@head"});
  wanted.id = "a-b+c";
  EXPECT_EQ(error_of(wanted), "graph-broken: Character(s) '+, -' not allowed in revision identifier 'a-b+c'");
  wanted.id = "bbbb2222";
  EXPECT_EQ(error_of(wanted), "revision-exists: Revision bbbb2222 is present more than once");
  wanted.id = "left";
  EXPECT_EQ(error_of(wanted), "graph-broken: Branch name 'left' in revision cccc3333 already used by revision left");
  wanted.id = "eeee5555";
  wanted.branch_label = "left";
  EXPECT_EQ(error_of(wanted),
            "graph-broken: Branch name 'left' in revision eeee5555 already used by revision cccc3333");
  wanted.branch_label = "eeee5555";
  EXPECT_EQ(error_of(wanted),
            "graph-broken: Branch name 'eeee5555' in revision eeee5555 already used by revision eeee5555");
  wanted.branch_label.reset();
  wanted.depends_on = {"heads"};
  EXPECT_TRUE(error_of(wanted).starts_with("several-heads: Multiple head revisions are present for given argument"));
  wanted.depends_on = {"base"};
  EXPECT_EQ(error_of(wanted), "revision-unknown: base is no revision");
}

TEST(NewRevision, LetsNoMessageBecomeProgram) {
  for (const char* message : {"\"\"\"", "a \"\"\" b \"\"\" c", "\"\"\"\nimport os\n\"\"\"", "a\\x", "\xFF"}) {
    NewRevision wanted = wanted_of({"left@head"});
    wanted.message = message;
    EXPECT_TRUE(error_of(wanted).starts_with("revision-unwritable: the file would be no revision: "))
        << message << ": " << error_of(wanted);
  }
  NewRevision wanted = wanted_of({"left@head"});
  wanted.message = "in a comment\nimport os";
  EXPECT_TRUE(error_of(wanted, plain_folder("# ${message}\nrevision = ${repr(up_revision)}\n"
                                            "down_revision = ${repr(down_revision)}\n"))
                  .starts_with("revision-unwritable: "));
  for (const char* id : {"../../elsewhere", "__init__", "a\"\"\"b"}) {
    wanted.id = id;
    wanted.message = "harmless";
    EXPECT_FALSE(made(wanted)) << id;
  }
}

TEST(NewRevision, RefusesATemplateThatDoesNotSayWhatIsAsked) {
  const ScriptFolder old = plain_folder("revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n");
  NewRevision wanted = wanted_of({"left@head"});
  EXPECT_EQ(error_of(wanted, old), "made /chain/versions/eeee5555_.py");
  wanted.branch_label = "new";
  EXPECT_NE(error_of(wanted, old).find("have you upgraded your script.py.mako"), std::string::npos);
  wanted.branch_label.reset();
  wanted.depends_on = {"dddd4444"};
  EXPECT_TRUE(error_of(wanted, old).starts_with("revision-unwritable: "));
  wanted.depends_on.clear();
  EXPECT_TRUE(
      error_of(wanted, plain_folder("revision = 'x'\ndown_revision = None\n")).starts_with("revision-unwritable"));
  EXPECT_TRUE(error_of(wanted, plain_folder("% if x:\n")).starts_with("template-unsupported"));
}

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

TEST(ScriptFolder, TakesTheTemplateThatAlembicWould) {
  const TemporaryDirectory scratch;
  const fs::path versions = scratch.path() / "chain/versions";
  fs::create_directories(versions);
  EXPECT_EQ(script_folder(versions)->template_text, default_template());
  put(versions / "script.py.mako", "not this one");
  EXPECT_EQ(script_folder(versions)->template_text, default_template());
  put(scratch.path() / "chain/script.py.mako", "above");
  EXPECT_EQ(script_folder(versions)->template_text, "above");
  put(scratch.path() / "flat/script.py.mako", "beside the scripts");
  EXPECT_EQ(script_folder(scratch.path() / "flat")->template_text, "beside the scripts");
}

TEST(ScriptFolder, HeedsTheSettingsOfItsChainAlone) {
  const TemporaryDirectory scratch;
  const fs::path versions = scratch.path() / "chain/versions";
  fs::create_directories(versions);
  const fs::path ini = scratch.path() / "alembic.ini";
  put(ini, "[alembic]\nscript_location = other\nfile_template = %%(slug)s\n");
  EXPECT_TRUE(script_folder(versions)->settings.empty());
  put(ini,
      "# of the chain\n[alembic]\nscript_location: %(here)s/chain\nFile_Template = %%(year)d-%%(rev)s\n"
      "truncate_slug_length = 10\ntimezone = utc\n[post_write_hooks]\nhooks = black\n");
  const auto folder = script_folder(versions);
  ASSERT_TRUE(folder) << folder.error().what;
  EXPECT_EQ(folder->file_template, "%(year)d-%(rev)s");
  EXPECT_EQ(folder->slug_length, 10U);
  EXPECT_TRUE(folder->utc);
  ASSERT_EQ(folder->notes.size(), 1U);
  EXPECT_NE(folder->notes.front().find("(black); none was run."), std::string::npos);
  for (const char* setting : {"revision_environment = true", "timezone = Europe/Berlin", "output_encoding = latin-1",
                              "version_locations = %(here)s/chain/versions %(here)s/more", "sourceless = true",
                              "file_template = %(other)s", "truncate_slug_length = many"}) {
    put(ini, std::string("[alembic]\nscript_location = chain\n") + setting + "\n");
    const auto refused = script_folder(versions);
    EXPECT_EQ(refused ? "" : refused.error().id, "settings-unsupported") << setting;
  }
}

}  // namespace
}  // namespace liftlock::migration::script

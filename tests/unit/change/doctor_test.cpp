#include "change/doctor/doctor.hpp"

#include <fstream>
#include <set>

#include "change/backup.hpp"
#include "change/doctor/checks.hpp"
#include "change/doctor/texts.hpp"
#include "change/journal.hpp"
#include "change/places.hpp"
#include "story.hpp"

namespace liftlock::change::doctor {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::need;
using ::testing::Not;

std::set<std::string> ids(const Findings& findings, Severity severity) {
  std::set<std::string> found;
  for (const Finding& finding : findings) {
    if (finding.severity == severity) found.insert(finding.id);
  }
  return found;
}

const Finding& finding_of(const Examination& examination, const std::string& id) {
  const auto found = std::ranges::find(examination.findings, id, &Finding::id);
  if (found == examination.findings.end()) throw std::runtime_error("no finding " + id);
  return *found;
}

TEST(DoctorsTexts, the_reference_page_names_every_finding_with_its_severity) {
  const auto page = file::read(std::filesystem::path(LIFTLOCK_SOURCE_DIR) / "docs/reference/doctor.md");
  ASSERT_TRUE(page) << page.error().what;
  std::set<std::string_view> seen;
  for (const Text& text : texts()) {
    EXPECT_TRUE(seen.insert(text.id).second) << text.id;
    const std::string head = "### `" + std::string(text.id) + "`\n**" + std::string(text.title) + "** (" +
                             std::string(name_of(text.severity)) + ")\n";
    EXPECT_NE(page->find(head), std::string::npos) << "docs/reference/doctor.md lacks:\n" << head;
  }
}

/// A data directory, as a person finds it.
class DoctorTest : public StoryTest {
 protected:
  Examination look() { return examine(deployment(), clock_, progress_); }
};

TEST_F(DoctorTest, has_nothing_to_say_but_what_is_fine_of_a_saved_database) {
  make_database("0.6.18");
  sql(chat("c1", 1));
  need(file::write_durably(data_ / ".webui_secret_key", "t0p-s3cret"));
  EXPECT_THAT(ids(look().findings, Severity::warning), ::testing::ElementsAre("snapshot-missing"));
  need(back_up(deployment(), context_));
  const auto before = contents();
  const Examination examination = look();
  EXPECT_LE(examination.worst(), Severity::note);
  for (const char* id : {"data-not-writable", "disk-space", "database-damaged", "schema-drift", "change-unfinished",
                         "snapshot-missing"}) {
    EXPECT_THAT(ids(examination.findings, Severity::fine), Contains(id));
  }
  EXPECT_EQ(contents(), before);
  for (const Finding& finding : examination.findings) {
    EXPECT_THAT(finding.title + finding.meaning + finding.solution, Not(HasSubstr("t0p-s3cret")));
    EXPECT_EQ((finding.title + finding.meaning + finding.solution).find('{'), std::string::npos) << finding.id;
  }
}

TEST_F(DoctorTest, tells_that_a_snapshot_is_old_or_damaged) {
  make_database("0.6.18");
  const auto backup = need(back_up(deployment(), context_));
  clock_.now += 8 * 86'400;
  EXPECT_THAT(ids(look().findings, Severity::warning), Contains("snapshot-old"));
  std::filesystem::remove(backup.snapshot.folder / "manifest.json");
  const auto warnings = ids(look().findings, Severity::warning);
  EXPECT_THAT(warnings, Contains("snapshot-damaged"));
  EXPECT_THAT(warnings, Contains("snapshot-missing"));
}

TEST_F(DoctorTest, tells_drift_and_how_to_see_it) {
  make_database("0.12.4");
  sql("ALTER TABLE chat ADD COLUMN mine TEXT");
  const Examination examination = look();
  EXPECT_EQ(examination.worst(), Severity::warning);
  EXPECT_THAT(finding_of(examination, "schema-drift").solution,
              HasSubstr("    liftlock db check --database sqlite:///" + database_.string()));
}

TEST_F(DoctorTest, finds_a_damaged_file) {
  make_database("0.12.4");
  std::string chats;
  for (int i = 0; i < 300; ++i) chats += chat("c" + std::to_string(i), i);
  sql("BEGIN;" + chats + "COMMIT");
  std::fstream file(database_, std::ios::in | std::ios::out | std::ios::binary);
  const auto pages = static_cast<int>(std::filesystem::file_size(database_) / 4096);
  for (int page = pages - 8; page < pages; ++page) {
    file.seekp(page * 4096);
    file << std::string(200, '\x7f');
  }
  file.close();
  const Examination examination = look();
  EXPECT_EQ(examination.worst(), Severity::serious);
  const auto serious = ids(examination.findings, Severity::serious);
  EXPECT_TRUE(serious.contains("database-damaged") || serious.contains("database-unreadable"));
}

TEST_F(DoctorTest, finds_what_no_change_need_bring_about) {
  make_database("0.12.4");
  sql("UPDATE alembic_version SET version_num = 'c0ffee'");
  EXPECT_THAT(ids(look().findings, Severity::serious), Contains("revision-unknown"));
  sql("DROP TABLE alembic_version; DROP TABLE migratehistory; DROP TABLE user; DROP TABLE chat; DROP TABLE auth;"
      "CREATE TABLE invoices (id)");
  EXPECT_THAT(ids(look().findings, Severity::serious), Not(IsEmpty()));
}

TEST_F(DoctorTest, tells_what_changes_left) {
  make_database("0.6.18");
  sql(chat("c1", 1));
  need(change("0.8.12"));
  EXPECT_THAT(finding_of(look(), "change-unsettled").solution, HasSubstr("liftlock rollback " + deployment().address));
  const Places places = places_of(deployment(), "0009-x");
  need(file::make_folder(places.folder));
  auto journal = need(Journal::open(places.journal));
  need(journal.append("begin", clock_.nanoseconds(), {{"command", "change"}}));
  EXPECT_THAT(ids(look().findings, Severity::serious), Contains("change-unfinished"));
}

TEST_F(DoctorTest, of_a_database_that_cannot_be_read) {
  need(file::write_durably(database_, std::string(5000, 'x')));
  const Examination examination = look();
  EXPECT_EQ(examination.worst(), Severity::serious);
  EXPECT_THAT(ids(examination.findings, Severity::serious), Contains("database-unreadable"));
}

/// A container, as its engine tells of it.
class Container : public ::testing::Test {
 protected:
  Container() {
    patient_.address = "docker:chat";
    InstanceStatus status;
    status.instance.name = "chat";
    status.instance.address = "docker:chat";
    status.instance.image = "ghcr.io/open-webui/open-webui:v0.12.4";
    status.instance.state = "running";
    status.instance.health = "healthy";
    status.instance.restart_policy = "unless-stopped";
    status.instance.settings.data_directory = "/app/backend/data";
    status.instance.settings.secret_file = "/app/backend/.webui_secret_key";
    status.instance.mounts = {{"volume", "chat", "/var/lib/docker/volumes/chat/_data", "/app/backend/data"}};
    status.secret_key = InstanceStatus::SecretKey::in_variable;
    patient_.status = status;
  }
  deployment::Instance& instance() { return patient_.status->instance; }
  Findings all() {
    Findings findings;
    for (const auto check : {check_running, check_restart_policy, check_image, check_updaters, check_mounts,
                             check_secret_key, check_fitness, check_release}) {
      for (Finding& finding : need(check(patient_))) findings.push_back(std::move(finding));
    }
    return findings;
  }
  std::set<std::string> wrong() {
    std::set<std::string> wrong;
    for (const Finding& finding : all()) {
      if (finding.severity != Severity::fine) wrong.insert(finding.id);
    }
    return wrong;
  }
  Patient patient_;
};

TEST_F(Container, that_is_well) {
  EXPECT_THAT(wrong(), IsEmpty());
  EXPECT_EQ(all().size(), 5U);
  patient_.updaters = {"watchtower"};
  EXPECT_THAT(wrong(), IsEmpty()) << "the name of a release never gets another image";
}

TEST_F(Container, whose_tag_moves) {
  for (const char* image : {"ghcr.io/open-webui/open-webui:main", "open-webui", "open-webui:0.12", "open-webui:cuda"}) {
    instance().image = image;
    EXPECT_THAT(wrong(), ::testing::ElementsAre("image-moves")) << image;
  }
  patient_.updaters = {"watchtower"};
  EXPECT_THAT(wrong(), ::testing::ElementsAre("auto-updater", "image-moves"));
  for (const char* image : {"open-webui:v0.6.18-cuda", "open-webui:git-1a2b3c4",
                            "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}) {
    instance().image = image;
    EXPECT_THAT(wrong(), IsEmpty()) << image;
  }
}

TEST_F(Container, whose_things_go_with_it) {
  patient_.status->secret_key = InstanceStatus::SecretKey::in_layer;
  instance().mounts[0].name = std::string(64, 'a');
  EXPECT_THAT(wrong(), ::testing::ElementsAre("data-on-anonymous-volume", "secret-key-in-container"));
  instance().mounts.clear();
  EXPECT_THAT(wrong(), ::testing::ElementsAre("data-in-container", "secret-key-in-container"));
}

TEST_F(Container, that_does_not_do_its_work) {
  instance().health = "unhealthy";
  EXPECT_THAT(wrong(), ::testing::ElementsAre("unhealthy"));
  instance().state = "restarting";
  EXPECT_THAT(wrong(), ::testing::ElementsAre("crash-loop"));
  instance().state = "exited";
  instance().restart_policy = "no";
  EXPECT_THAT(wrong(), ::testing::ElementsAre("no-restart-policy", "not-running"));
}

TEST_F(Container, whose_program_does_not_fit_its_database) {
  migration::DatabaseState state;
  state.lineage = migration::Lineage::peewee;
  state.peewee_migrations = 18;
  state.revision = release::find("0.6.18")->head.revision;
  patient_.state = state;
  patient_.releases = {"0.6.16", "0.6.22"};
  patient_.program = release::Version::parse("0.6.18");
  EXPECT_THAT(wrong(), IsEmpty());
  patient_.program = release::Version::parse("0.5.20");
  EXPECT_THAT(wrong(), ::testing::ElementsAre("program-older-than-database"));
  patient_.program = release::Version::parse("0.12.4");
  EXPECT_THAT(wrong(), ::testing::ElementsAre("database-behind-program"));
  patient_.program = release::Version::parse("0.10.1");
  EXPECT_THAT(wrong(), Contains("release-harmful"));
}

}  // namespace
}  // namespace liftlock::change::doctor

#include "snapshot/world.hpp"

namespace liftlock::snapshot {
namespace {

class Verify : public World {
 protected:
  Verify() { std::filesystem::remove(data() / "uploads/big.bin"); }

  static void overwrite(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
  }

  /// Opens and proves, as a user would: the first error.
  Error error_of(const std::filesystem::path& place) {
    const auto snapshot = open(place);
    if (!snapshot) return snapshot.error();
    const auto proof = verify(*snapshot, clock, progress);
    return proof ? Error{} : proof.error();
  }
};

TEST_F(Verify, SaysThatAnArtifactIsTruncatedOrDamagedAtManyOffsets) {
  const Snapshot snapshot = taken();
  for (const char* name : {"database.sqlite.zst", "data.tar.zst", "RESTORE.txt"}) {
    const std::string whole = file::read(snapshot.folder / name).value();
    for (int i = 0; i < 12; ++i) {
      const std::size_t at = whole.size() * static_cast<std::size_t>(i) / 12;
      overwrite(snapshot.folder / name, whole.substr(0, at));
      EXPECT_EQ(error_of(snapshot.folder).id, "snapshot-damaged") << name << " truncated at " << at;
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      overwrite(snapshot.folder / name, changed);
      EXPECT_EQ(error_of(snapshot.folder).id, "snapshot-damaged") << name << " changed at " << at;
    }
    std::filesystem::remove(snapshot.folder / name);
    EXPECT_EQ(error_of(snapshot.folder).id, "snapshot-damaged") << name << " missing";
    overwrite(snapshot.folder / name, whole);
  }
  EXPECT_EQ(error_of(snapshot.folder).id, "") << "the repaired snapshot is whole again";
}

TEST_F(Verify, ManifestTruncatedAtEveryByteIsACleanError) {
  const std::string whole = to_text(taken().manifest);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto manifest = parse_manifest(std::string_view(whole).substr(0, length));
    ASSERT_FALSE(manifest) << length;
    ASSERT_EQ(manifest.error().id, "snapshot-manifest-damaged") << length;
  }
  EXPECT_TRUE(parse_manifest(whole));
}

TEST_F(Verify, ManifestWithAnyByteChangedIsACleanError) {
  const std::string whole = to_text(taken().manifest);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    ASSERT_FALSE(parse_manifest(changed)) << at;
  }
}

TEST_F(Verify, ManifestNeverLeadsOutOfItsFolder) {
  Manifest manifest = taken().manifest;
  manifest.database.artifact.name = "../../etc/passwd";
  EXPECT_EQ(parse_manifest(to_text(manifest)).error().id, "snapshot-manifest-damaged");
}

TEST_F(Verify, SaysThatAFileInTheArchiveIsNotTheManifests) {
  Snapshot snapshot = taken();
  for (FilePart& one : snapshot.manifest.files) {
    if (one.path == "uploads/a.txt") one.sha256 = file::sha256_of("something else");
  }
  const auto proof = verify(snapshot, clock, progress);
  ASSERT_FALSE(proof);
  EXPECT_NE(proof.error().what.find("uploads/a.txt"), std::string::npos) << proof.error().what;
}

TEST_F(Verify, ReportsADatabaseThatWasDamagedBefore) {
  std::string bytes = file::read(data() / "webui.db").value();
  for (std::size_t at = 8192; at < 40960; ++at) bytes[at] = '\x55';
  put("webui.db", bytes);
  const auto snapshot = take(source(), store(), clock, progress);
  ASSERT_TRUE(snapshot) << why(snapshot) << " (a damaged database must still be savable)";
  const auto proof = verify(*snapshot, clock, progress);
  ASSERT_TRUE(proof) << why(proof);
  EXPECT_FALSE(proof->integrity.empty());
}

TEST_F(Verify, ReportsRowsWithoutAParent) {
  run(data() / "webui.db", "INSERT INTO chat VALUES(1000, 'nobody', '')");
  const auto proof = proven(taken());
  ASSERT_TRUE(proof) << why(proof);
  ASSERT_EQ(proof->foreign_keys.size(), 1U);
  EXPECT_EQ(proof->foreign_keys[0], "chat → user: 1 rows without a parent");
}

TEST(ManifestPath, EscapesWhatIsNotUtf8AndComesBack) {
  const std::string odd = "a\\b\xff\xc3(\xe2\x82\xac\n\xed\xa0\x80";
  EXPECT_EQ(unescape_path(escape_path(odd)), odd);
  EXPECT_EQ(escape_path("größe €"), "größe €");
  EXPECT_EQ(escape_path("\xff"), "\\xff");
  for (int byte = 1; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    EXPECT_EQ(unescape_path(escape_path(one + "x" + one)), one + "x" + one) << byte;
  }
}

}  // namespace
}  // namespace liftlock::snapshot

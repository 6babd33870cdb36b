#include "situation_cases.hpp"

#include <fstream>

#include "heads.hpp"

namespace liftlock::hazard {

namespace {

using enum Severity;

constexpr std::uintmax_t large = 64'000'001;

void with_leftover(Situation& situation, bool repairable) {
  situation.state.leftovers = {{"half-x", "A column is there already.", repairable, "It is made anew."}};
}

void write(const std::filesystem::path& file, std::string_view text) { std::ofstream(file) << text; }

/// World::change_to again, after SQL.
void after(World& world, Situation& situation, const std::string& sql) {
  const std::string target = release::to_string(situation.target->version);
  testing::run_sql(world.file(), sql);
  world.change_to(target);
}

std::vector<SituationCase> cases_of_state() {
  return {
      {"database-foreign",
       blocks,
       {"", "0.12.4", [](World& world, Situation& s) { after(world, s, "CREATE TABLE orders (id INTEGER);"); }},
       {{v0_6_18, "0.12.4"}, {"", "0.12.4"}},
       0,
       "not those of Open WebUI"},
      {"revision-unknown",
       blocks,
       {v0_6_18, "0.12.4",
        [](World& world, Situation& s) { after(world, s, "UPDATE alembic_version SET version_num = 'f00f00f00f00'"); }},
       {{v0_6_18, "0.12.4"}},
       0,
       "at revision f00f00f00f00"},
      {"half-migrated-beyond-repair",
       blocks,
       {v0_6_18, "0.12.4", [](World&, Situation& s) { with_leftover(s, false); }},
       {{v0_6_18, "0.12.4"}, {v0_6_18, "0.12.4", [](World&, Situation& s) { with_leftover(s, true); }}},
       0,
       "A column is there already."},
      {"half-migrated",
       warning,
       {v0_6_18, "0.12.4", [](World&, Situation& s) { with_leftover(s, true); }},
       {{v0_6_18, "0.12.4"}, {v0_6_18, "0.12.4", [](World&, Situation& s) { with_leftover(s, false); }}},
       0,
       "Nothing is to be done by hand. It is made anew."},
      {"database-empty", note, {"", "0.12.4"}, {{v0_6_18, "0.12.4"}}, 0, "that 0.12.4 starts with"},
      {"peewee-steps-dropped",
       note,
       {"peewee", "0.9.6",
        [](World& world, Situation& s) { after(world, s, "DELETE FROM migratehistory WHERE id > 7"); }},
       {{"peewee", "0.9.6"},
        {"peewee", "0.9.5",
         [](World& world, Situation& s) { after(world, s, "DELETE FROM migratehistory WHERE id > 7"); }}},
       11,
       "11 of the 18 Peewee migrations have not run"},
      {"peewee-history-missing",
       blocks,
       {v0_6_18, "0.9.5", [](World&, Situation& s) { s.state.lineage = migration::Lineage::alembic; }},
       {{v0_6_18, "0.9.5"},
        {v0_6_18, "0.9.6", [](World&, Situation& s) { s.state.lineage = migration::Lineage::alembic; }},
        {v0_9_5, "0.6.18", [](World&, Situation& s) { s.state.lineage = migration::Lineage::alembic; }}},
       0,
       "Release 0.9.5 would run Peewee's migrations"},
  };
}

std::vector<SituationCase> cases_of_releases() {
  return {
      {"release-strands-chats",
       warning,
       {v0_3_30, "0.9.6"},
       {{v0_3_30, "0.10.0"}, {v0_3_30, "0.9.5"}, {v0_6_18, "0.9.6"}},
       0,
       "liftlock plan dir:/data 0.11.1"},
      {"release-breaks-user-table",
       warning,
       {v0_6_18, "0.10.1"},
       {{v0_6_18, "0.10.2"}, {v0_6_18, "0.9.5"}, {v0_9_5, "0.10.1"}},
       0,
       "Prefer 0.11.1"},
      {"release-encodes-oauth-twice",
       warning,
       {v0_6_18, "0.11.0"},
       {{v0_6_18, "0.11.1"}, {v0_6_18, "0.10.1"}, {v0_9_5, "0.11.0"}},
       0,
       "On its own, 0.11.0 writes"},
      {"release-hides-failures",
       note,
       {v0_6_18, "0.11.2"},
       {{v0_6_18, "0.11.3"}, {v0_6_18, "0.6.18"}},
       0,
       "liftlock status dir:/data"},
      {"program-must-follow",
       note,
       {v0_6_18, "0.12.4"},
       {{v0_6_18, "0.12.4", [](World&, Situation& s) { s.driver_runs_program = true; }}, {v0_6_18, "0.6.18"}},
       0,
       "only release 0.12.4"},
      {"program-not-tried",
       warning,
       {v0_6_18, "0.12.4", [](World&, Situation& s) { s.program_untried = true; }},
       {{v0_6_18, "0.12.4"}},
       0,
       "Whether 0.12.4 runs on the changed data"},
      {"program-older",
       warning,
       {v0_6_18, "0.6.18", [](World&, Situation& s) { s.program_version = release::Version::parse("0.6.19"); }},
       {{v0_6_18, "0.6.18", [](World&, Situation& s) { s.program_version = release::Version::parse("0.6.18"); }},
        {v0_6_18, "0.6.18"}},
       0,
       "0.6.18 is older than 0.6.19"},
  };
}

void in_use(World&, Situation& situation) { situation.users.users = {{17, "open-webui serve"}, {18, "sqlite3"}}; }

std::vector<SituationCase> cases_of_places() {
  return {
      {"disk-space",
       blocks,
       {v0_6_18, "0.12.4", [](World&, Situation& s) { s.disks[0].needed = 3'000'000; }},
       {{v0_6_18, "0.12.4", [](World&, Situation& s) { s.disks[0].needed = s.disks[0].free; }},
        {v0_6_18, "0.6.18", [](World&, Situation& s) { s.disks[0].needed = 3'000'000; }}},
       0,
       "needs 3.0 MB at its worst moment"},
      {"folder-read-only",
       blocks,
       {v0_6_18, "0.12.4",
        [](World& world, Situation& s) { s.database_file = world.folder() / "not-there" / "webui.db"; }},
       {{v0_6_18, "0.12.4"}},
       0,
       "not-there cannot be written to"},
      {"database-in-use",
       warning,
       {v0_6_18, "0.12.4", in_use},
       {{v0_6_18, "0.12.4"},
        {v0_6_18, "0.6.18", in_use},
        {v0_6_18, "0.12.4",
         [](World& world, Situation& s) {
           in_use(world, s);
           s.driver_runs_program = true;
         }}},
       2,
       "2 process(es) have the database open"},
      {"write-ahead-log",
       note,
       {v0_6_18, "0.12.4", [](World& world, Situation&) { write(world.file().string() + "-wal", "x"); }},
       {{v0_6_18, "0.12.4"},
        {v0_6_18, "0.12.4", [](World& world, Situation&) { write(world.file().string() + "-wal", ""); }}},
       0,
       "holds what was written last"},
      {"secret-key-elsewhere",
       note,
       {v0_6_18, "0.12.4", [](World&, Situation& s) { s.secret_found = false; }},
       {{v0_6_18, "0.12.4"}, {v0_6_18, "0.6.18", [](World&, Situation& s) { s.secret_found = false; }}},
       0,
       "the same WEBUI_SECRET_KEY"},
      {"vector-store-one-way",
       note,
       {v0_6_18, "0.12.4",
        [](World& world, Situation&) { std::filesystem::create_directory(world.folder() / "vector_db"); }},
       {{v0_6_18, "0.12.4"},
        {v0_9_5, "0.6.18",
         [](World& world, Situation&) { std::filesystem::create_directory(world.folder() / "vector_db"); }}},
       0,
       "does not change the vector store"},
      {"no-restore-point",
       blocks,
       {v0_9_5, "0.6.18",
        [](World&, Situation& s) {
          s.by_snapshot = true;
          s.snapshots_of = {"0.8.12", "0.9.0"};
        }},
       {{v0_9_5, "0.6.18", [](World&, Situation& s) { s.by_snapshot = s.restore_point = true; }},
        {v0_9_5, "0.6.18"},
        {v0_6_18, "0.12.4"}},
       0,
       "There are snapshots of 0.8.12, 0.9.0."},
      {"newer-data-left-behind",
       warning,
       {v0_9_5, "0.6.18", [](World&, Situation& s) { s.by_snapshot = s.restore_point = true; }},
       {{v0_9_5, "0.6.18"}, {v0_9_5, "0.6.18", [](World&, Situation& s) { s.restore_point = true; }}},
       0,
       "liftlock change dir:/data 0.6.18 --from-snapshot latest --accept-loss"},
      {"chat-not-read-yet",
       note,
       {v0_3_30, "0.3.33", [](World& world, Situation&) { std::filesystem::resize_file(world.file(), large); }},
       {{v0_3_30, "0.3.33"},
        {v0_3_30, "0.3.31", [](World& world, Situation&) { std::filesystem::resize_file(world.file(), large); }},
        {v0_6_18, "0.12.4", [](World& world, Situation&) { std::filesystem::resize_file(world.file(), large); }}},
       0,
       "liftlock rehearse dir:/data 0.3.33"},
  };
}

}  // namespace

std::span<const SituationCase> situation_cases() {
  static const std::vector<SituationCase> cases = [] {
    std::vector<SituationCase> all;
    for (auto&& some : {cases_of_state(), cases_of_releases(), cases_of_places()})
      all.insert(all.end(), some.begin(), some.end());
    return all;
  }();
  return cases;
}

}  // namespace liftlock::hazard

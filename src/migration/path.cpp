// From one state of the chain to another; the contract is in state.hpp.

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "database/sqlite_schema.hpp"
#include "migration/nowhere.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/repairs.hpp"
#include "migration/reversal.hpp"
#include "migration/state.hpp"

namespace liftlock::migration {

namespace {

constexpr int all_peewee_migrations = 18;
/// The head of 0.9.5, the last release that runs Peewee's migrations before those of Alembic.
constexpr std::string_view last_head_with_peewee = "a0b1c2d3e4f5";

/// How many revisions of the chain have run at `revision`: 0 before the base; nullopt for an unknown one.
std::optional<std::size_t> revisions_run(std::string_view revision) {
  if (revision.empty()) return 0;
  const auto chain = openwebui::alembic_revisions();
  const auto found = std::ranges::find(chain, revision, [](const auto* step) { return step->id; });
  if (found == chain.end()) return std::nullopt;
  return static_cast<std::size_t>(found - chain.begin()) + 1;
}

std::vector<const Revision*> part(std::span<const Revision* const> chain, std::size_t from, std::size_t to) {
  if (from >= to) return {};
  return {chain.begin() + static_cast<std::ptrdiff_t>(from), chain.begin() + static_cast<std::ptrdiff_t>(to)};
}

std::unexpected<Error> unknown(std::string_view revision, std::string_view whose) {
  return refusal(
      "revision-unknown", "Looking for the way between two revisions",
      fmt::format("The {} revision {} is not on the chain that this version of Liftlock knows.", whose, revision),
      "Look for a newer version of Liftlock.");
}

Result<void> refuse_what_cannot_be_repaired(const DatabaseState& state) {
  for (const auto& leftover : state.leftovers) {
    if (leftover.repairable) continue;
    return refusal("half-migrated", "Looking for the way to the wanted revision", leftover.explanation,
                   leftover.repair);
  }
  return {};
}

const Revision* revision_named(std::string_view id) { return openwebui::alembic_revisions()[*revisions_run(id) - 1]; }

/// Revisions that ran without what a repair brings back go through their data steps again; they only add what is not
/// there.
std::vector<const Revision*> repairs_for(const DatabaseState& state, std::size_t run) {
  std::vector<const Revision*> repairs;
  const auto again = [&](std::string_view id) {
    if (run >= *revisions_run(id)) repairs.push_back(revision_named(id));
  };
  for (const auto& leftover : state.leftovers) {
    const Revision* repair = openwebui::repair_of(leftover.id);
    if (repair != nullptr && std::ranges::find(repairs, repair) == repairs.end()) repairs.push_back(repair);
    if (leftover.id == "stranded-chats") {
      again("8452d01d26d7");
      again("9a1b2c3d4e5f");
    } else if (leftover.id == "doubly-encoded-users") {
      again("6d09d1bf1f23");
    }
  }
  return repairs;
}

Result<database::Schema> build_schema(Lineage lineage, const Head& head) {
  const auto run = revisions_run(head.revision);
  if (!run) return unknown(head.revision, "wanted");
  Path path;
  path.alembic = part(openwebui::alembic_revisions(), 0, *run);
  if (lineage == Lineage::peewee) {
    const int peewee = head.revision.empty() ? head.peewee_migrations : all_peewee_migrations;
    path.peewee = part(openwebui::peewee_migrations(), 0, static_cast<std::size_t>(peewee));
  }
  auto connection = TRY(database::Connection::memory());
  Nowhere nowhere;
  TRY(build_fresh(connection, path, nowhere));
  return database::read_schema(connection);
}

}  // namespace

Result<Path> plan_path(const DatabaseState& state, const Head& target) {
  constexpr const char* doing = "Looking for the way to the wanted revision";
  if (state.foreign) {
    return refusal("database-foreign", doing, "The database has tables, but not those of Open WebUI.",
                   "Name the data directory of an Open WebUI installation.");
  }
  const auto from = revisions_run(state.revision);
  if (!from || !state.known_revision) return unknown(state.revision, "database's");
  const auto to = revisions_run(target.revision);
  if (!to) return unknown(target.revision, "wanted");
  TRY(refuse_what_cannot_be_repaired(state));

  const bool peewee_lineage =
      state.lineage == Lineage::peewee || (state.lineage == Lineage::none && target.peewee_migrations > 0);
  const int peewee_wanted =
      !peewee_lineage ? 0 : (target.revision.empty() ? target.peewee_migrations : all_peewee_migrations);
  if (*to < *from || (*from == 0 && state.lineage != Lineage::none && peewee_wanted < state.peewee_migrations)) {
    return refusal("target-older", doing, "The database is newer than the wanted version.",
                   "A snapshot of that version can be restored; see: liftlock backups");
  }
  Path path;
  path.repairs = repairs_for(state, *from);
  path.peewee = part(openwebui::peewee_migrations(), static_cast<std::size_t>(state.peewee_migrations),
                     static_cast<std::size_t>(peewee_wanted));
  path.alembic = part(openwebui::alembic_revisions(), *from, *to);
  return path;
}

Result<Path> plan_downgrade(const DatabaseState& state, const std::string& revision) {
  constexpr const char* doing = "Looking for the way down to the wanted revision";
  if (state.foreign) {
    return refusal("database-foreign", doing, "The database has tables, but not those of Open WebUI.",
                   "Name a database of Open WebUI.");
  }
  const auto from = revisions_run(state.revision);
  if (!from || !state.known_revision) return unknown(state.revision, "database's");
  const auto to = revisions_run(revision);
  if (!to) return unknown(revision, "wanted");
  if (*to > *from) {
    return refusal("target-newer", doing, "The database is older than the wanted revision.",
                   "To migrate it up:\n    liftlock db upgrade");
  }
  if (*to == *from) return Path{};
  TRY(refuse_what_cannot_be_repaired(state));
  Path path;
  path.repairs = repairs_for(state, *from);
  for (std::size_t i = *from; i > *to; --i)
    path.downward.push_back(&reversal_of(*openwebui::alembic_revisions()[i - 1]));
  path.record_peewee = state.lineage == Lineage::alembic && state.peewee_migrations<all_peewee_migrations&& * to> 0 &&
                       *to <= *revisions_run(last_head_with_peewee);
  return path;
}

Result<database::Schema> expected_schema_below(const DatabaseState& state, const Path& path) {
  const auto above = TRY(expected_schema(state.lineage, {state.peewee_migrations, state.revision}));
  return TRY(try_on_schema(above, path)).result;
}

Result<database::Schema> expected_schema(Lineage lineage, const Head& head) {
  using Key = std::tuple<Lineage, int, std::string>;
  static std::mutex mutex;
  static std::map<Key, database::Schema> known;
  const std::scoped_lock lock(mutex);
  const Key key{lineage, head.revision.empty() ? head.peewee_migrations : 0, head.revision};
  if (const auto found = known.find(key); found != known.end()) return found->second;
  auto schema = TRY(build_schema(lineage, head));
  return known.emplace(key, std::move(schema)).first->second;
}

}  // namespace liftlock::migration

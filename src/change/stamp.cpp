#include "change/stamp.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/fault.hpp"
#include "base/lock.hpp"
#include "change/swap.hpp"
#include "database/sqlite_schema.hpp"
#include "migration/drift.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/script/lookup.hpp"
#include "migration/script/stamp.hpp"
#include "migration/state.hpp"
#include "migration/version_table.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;

namespace {

using database::Connection;
using migration::Lineage;

constexpr std::size_t shown_differences = 8;

std::string doing_of(const StampRequest& request) {
  return fmt::format("Recording {} in {}", fmt::join(request.targets, ", "), request.file.string());
}

std::string or_base(const std::string& revision) { return revision.empty() ? "the base" : revision; }

/// A database file that no program has open, and that no other Liftlock works on.
Result<Lock> take(const fs::path& file, std::string_view doing) {
  std::error_code code;
  const fs::path real = fs::weakly_canonical(fs::absolute(file), code);
  if (code) return failure("file-error", fmt::format("Looking for {}", file.string()), code.message());
  Lock lock = TRY(Lock::acquire_folder(real.parent_path()));
  TRY(refuse_users_of(real, doing));
  return lock;
}

Result<std::vector<std::string>> rows_after(const StampRequest& request, const std::vector<std::string>& before) {
  const std::vector<std::string> counted = request.purge ? std::vector<std::string>() : before;
  const auto known = migration::script::revisions_named(*request.map, migration::script::End::of_database(counted));
  if (!known) {
    return failure("revision-unknown", doing_of(request), known.error().what,
                   "The version table holds it. If it is to be forgotten: --purge");
  }
  return migration::script::stamped(*request.map, request.targets, counted);
}

std::string text_of(const std::vector<database::SchemaDifference>& differences) {
  std::string text;
  for (std::size_t i = 0; i < std::min(differences.size(), shown_differences); ++i) {
    text += "\n    " + differences[i].text();
  }
  if (differences.size() > shown_differences) {
    text += fmt::format("\n    … and {} more", differences.size() - shown_differences);
  }
  return text;
}

/// "It looks like 9f0c9cd09105."
std::string looks_like(const migration::Likeness& nearest) {
  const std::string first = or_base(nearest.revisions.front());
  const std::string& last = nearest.revisions.back();
  const std::string names = nearest.revisions.size() == 1 ? first : fmt::format("{} to {}", first, last);
  if (nearest.differences == 0) {
    return fmt::format("The schema is that of {}{}.", names,
                       nearest.revisions.size() == 1 ? "" : ", which differ only in what they do to the data");
  }
  return fmt::format("No revision has this schema; nearest is {}, with {} differences.", names, nearest.differences);
}

Result<void> refuse_unlike(const StampRequest& request, Connection& connection, const std::string& revision) {
  const migration::DatabaseState state = TRY(migration::inspect_state(connection));
  if (state.foreign) {
    return refusal("database-foreign", doing_of(request), "The database has tables, but not those of Open WebUI.",
                   "Name a database of Open WebUI, or record it all the same: --unchecked");
  }
  const database::Schema schema = TRY(database::read_schema(connection));
  const auto obstacles = TRY(migration::obstacles_to(schema, state.lineage, revision));
  if (obstacles.empty()) return {};
  const migration::Likeness nearest = TRY(migration::nearest_revisions(schema, state.lineage));
  const std::string& likely = nearest.revisions.back();
  std::string next = "To migrate it instead: liftlock db upgrade, or db downgrade.";
  if (nearest.differences == 0) {
    next = fmt::format("What fits: liftlock db stamp {}\n{}", likely.empty() ? "base" : likely, next);
  }
  return refusal(
      "schema-differs", doing_of(request),
      fmt::format("The database is not at {}:{}\n{}", or_base(revision), text_of(obstacles), looks_like(nearest)),
      next);
}

/// What must hold before anything is recorded.
Result<void> check(const StampRequest& request, Connection& connection, const std::vector<std::string>& after) {
  if (request.unchecked) return {};
  if (!request.is_open_webui) {
    return refusal("schema-unknown", doing_of(request),
                   "Only of Open WebUI's own chain is it known which schema a revision has.",
                   "To record it without a look at the schema: --unchecked");
  }
  return refuse_unlike(request, connection, after.empty() ? std::string() : after.front());
}

std::ptrdiff_t position_of(const std::vector<std::string>& rows) {
  if (rows.size() != 1) return rows.empty() ? -1 : -2;
  const auto chain = migration::openwebui::alembic_revisions();
  const auto found = std::ranges::find(chain, rows.front(), [](const auto* step) { return step->id; });
  return found == chain.end() ? -2 : found - chain.begin();
}

std::vector<std::string> not_run(const Stamped& stamped) {
  const std::ptrdiff_t from = position_of(stamped.before);
  const std::ptrdiff_t to = position_of(stamped.after);
  std::vector<std::string> ids;
  if (from == -2 || to == -2) return ids;
  const auto chain = migration::openwebui::alembic_revisions();
  for (auto at = std::min(from, to) + 1; at <= std::max(from, to); ++at) {
    const migration::Revision& revision = *chain[static_cast<std::size_t>(at)];
    if (!revision.summary.empty()) ids.emplace_back(revision.id);
  }
  return ids;
}

Result<std::vector<std::string>> sorted_rows(Connection& connection) {
  std::vector<std::string> rows = TRY(migration::read_version_table(connection));
  std::ranges::sort(rows);
  return rows;
}

/// Looks without touching a file.
Result<Stamped> look(const StampRequest& request) {
  Connection connection = TRY(open_to_look(request.file));
  Stamped stamped;
  stamped.before = TRY(sorted_rows(connection));
  stamped.after = TRY(rows_after(request, stamped.before));
  TRY(check(request, connection, stamped.after));
  if (request.is_open_webui) stamped.not_run = not_run(stamped);
  return stamped;
}

Result<Connection> begin(const fs::path& file) {
  Connection connection = TRY(Connection::open(file, database::OpenMode::read_write));
  TRY(connection.execute("BEGIN IMMEDIATE"));
  return connection;
}

Result<void> commit(Connection& connection, const fs::path& file) {
  if (fault::point("version-table-commit") != fault::Verdict::go_on) {
    return failure("database-error", fmt::format("Writing the version table of {}", file.string()),
                   "it was not written");
  }
  return connection.execute("COMMIT");
}

/// What was looked at may have changed until the transaction began.
Result<void> write(const StampRequest& request, Stamped& stamped) {
  Connection connection = TRY(begin(request.file));
  if (TRY(sorted_rows(connection)) != stamped.before) {
    return refusal("database-in-use", doing_of(request), "Somebody has written to it meanwhile.",
                   "Stop the program that uses it, then run the command again.");
  }
  TRY(check(request, connection, stamped.after));
  stamped.table_made = TRY(migration::ensure_version_table(connection));
  TRY(migration::write_version_table(connection, stamped.after));
  return commit(connection, request.file);
}

Result<bool> has_version_table(const fs::path& file) {
  Connection connection = TRY(open_to_look(file));
  const database::Schema schema = TRY(database::read_schema(connection));
  return schema.table("alembic_version") != nullptr;
}

}  // namespace

Result<Stamped> stamp_database(const StampRequest& request) {
  const Lock lock = TRY(take(request.file, "Stamping"));
  Stamped stamped = TRY(look(request));
  const bool nothing_to_do = stamped.before == stamped.after && TRY(has_version_table(request.file));
  if (!nothing_to_do) TRY(write(request, stamped));
  return stamped;
}

Result<bool> ensure_version(const fs::path& file) {
  const Lock lock = TRY(take(file, "Making the version table of"));
  if (TRY(has_version_table(file))) return false;
  Connection connection = TRY(begin(file));
  const bool made = TRY(migration::ensure_version_table(connection));
  TRY(commit(connection, file));
  return made;
}

}  // namespace liftlock::change

#include "change/stamp_check.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "migration/drift.hpp"
#include "migration/openwebui/chain.hpp"
#include "migration/script/lookup.hpp"
#include "migration/script/stamp.hpp"

namespace liftlock::change {

namespace {

constexpr std::size_t shown_differences = 8;

std::string or_base(const std::string& revision) { return revision.empty() ? "the base" : revision; }

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

Result<void> refuse_unlike(const StampRequest& request, const StampSubject& subject, const std::string& revision,
                           migration::ChainSchemas& chain) {
  const auto& [schema, state] = subject;
  if (state.foreign) {
    return refusal("database-foreign", doing_of(request), "The database has tables, but not those of Open WebUI.",
                   "Name a database of Open WebUI, or record it all the same: --unchecked");
  }
  const auto obstacles = TRY(migration::obstacles_to(schema, state.lineage, revision, chain));
  if (obstacles.empty()) return {};
  const migration::Likeness nearest = TRY(migration::nearest_revisions(schema, state.lineage, chain));
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

std::ptrdiff_t position_of(const std::vector<std::string>& rows) {
  if (rows.size() != 1) return rows.empty() ? -1 : -2;
  const auto chain = migration::openwebui::alembic_revisions();
  const auto found = std::ranges::find(chain, rows.front(), [](const auto* step) { return step->id; });
  return found == chain.end() ? -2 : found - chain.begin();
}

}  // namespace

std::string doing_of(const StampRequest& request) {
  return fmt::format("Recording {} in {}", fmt::join(request.targets, ", "),
                     request.database.dialect == "sqlite" ? request.database.file.string() : request.database.safe);
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

Result<void> check_stamp(const StampRequest& request, const StampSubject& subject,
                         const std::vector<std::string>& after, migration::ChainSchemas& chain) {
  if (request.unchecked) return {};
  if (!request.is_open_webui) {
    return refusal("schema-unknown", doing_of(request),
                   "Only of Open WebUI's own chain is it known which schema a revision has.",
                   "To record it without a look at the schema: --unchecked");
  }
  return refuse_unlike(request, subject, after.empty() ? std::string() : after.front(), chain);
}

std::vector<std::string> revisions_not_run(const StampRequest& request, const Stamped& stamped) {
  if (!request.is_open_webui) return {};
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

}  // namespace liftlock::change

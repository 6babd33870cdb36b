#include "migration/leftovers.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "database/compare_schema.hpp"
#include "migration/openwebui/chain.hpp"

namespace liftlock::migration {

namespace {

using database::SchemaDifference;
using Leftover = DatabaseState::Leftover;

/// Position on the Alembic chain; -1 before the base.
std::ptrdiff_t position_of(std::string_view revision) {
  const auto chain = openwebui::alembic_revisions();
  const auto found = std::ranges::find(chain, revision, [](const auto* step) { return step->id; });
  return found == chain.end() ? -1 : found - chain.begin();
}

/// Tables and columns that the schema has beyond what its revision says.
std::vector<std::string> surplus(const database::Schema& expected, const database::Schema& actual) {
  std::vector<std::string> objects;
  for (const auto& difference : database::compare_schemas(expected, actual)) {
    const bool counts =
        difference.object.ends_with("/table") || difference.object.find("/column/") != std::string::npos;
    if (difference.kind == SchemaDifference::Kind::extra && counts) objects.push_back(difference.object);
  }
  return objects;
}

/// Helpers of single scripts that no finished revision has.
bool is_working_column(std::string_view object) {
  return object == "user/column/info_json" || object == "user/column/settings_json" ||
         object.starts_with("prompt_new/");
}

std::string names(const std::vector<std::string>& objects) {
  constexpr std::ptrdiff_t shown = 6;
  std::vector<std::string> parts;
  for (std::string object : objects) {
    if (object.ends_with("/table"))
      object = "table " + object.substr(0, object.size() - 6);
    else if (const auto at = object.find("/column/"); at != std::string::npos)
      object.replace(at, 8, ".");
    parts.push_back(std::move(object));
  }
  const auto end = parts.begin() + std::min<std::ptrdiff_t>(shown, std::ssize(parts));
  return fmt::format("{}{}", fmt::join(parts.begin(), end, ", "), end == parts.end() ? "" : ", …");
}

/// The revision after `state` that finishes with all of `objects` there, and whether it is the next one.
struct Origin {
  const Revision* revision = nullptr;
  bool is_next = false;
};

Result<Origin> origin_of(std::vector<std::string> objects, const DatabaseState& state) {
  std::erase_if(objects, is_working_column);
  const auto chain = openwebui::alembic_revisions();
  const auto next = position_of(state.revision) + 1;
  for (auto at = next; at < std::ssize(chain); ++at) {
    const Revision* revision = chain[static_cast<std::size_t>(at)];
    const auto described =
        database::describe_schema(TRY(expected_schema(state.lineage, {18, std::string(revision->id)})));
    const bool has_all = std::ranges::all_of(objects, [&](const auto& object) { return described.contains(object); });
    if (has_all) return Origin{revision, at == next};
  }
  return Origin{};
}

/// The revisions that have exactly this schema, but for what is the user's own.
Result<std::vector<const Revision*>> revisions_like(const database::Schema& schema, const DatabaseState& state) {
  const auto chain = openwebui::alembic_revisions();
  const auto last = database::describe_schema(TRY(expected_schema(state.lineage, {18, std::string(chain.back()->id)})));
  std::vector<const Revision*> alike;
  for (const Revision* revision : chain) {
    const auto expected = TRY(expected_schema(state.lineage, {18, std::string(revision->id)}));
    const auto differences = database::compare_schemas(expected, schema);
    const bool is_alike = std::ranges::all_of(differences, [&](const SchemaDifference& difference) {
      return difference.object.starts_with("alembic_version/") ||
             (difference.kind == SchemaDifference::Kind::extra && !last.contains(difference.object));
    });
    if (is_alike) alike.push_back(revision);
  }
  return alike;
}

/// An empty or missing version table beside a schema that revisions have made. Which one it was is for the user to say:
/// data steps leave no trace in the schema.
Result<Leftover> lost_version(const database::Schema& schema, const DatabaseState& state, const std::string& objects) {
  const auto alike = TRY(revisions_like(schema, state));
  if (alike.empty()) {
    return Leftover{"version-lost", fmt::format("No revision is recorded, but the database has {}.", objects), false,
                    "Restore a backup whose table alembic_version is whole."};
  }
  const std::string_view newest = alike.back()->id;
  return Leftover{
      "version-lost",
      alike.size() == 1
          ? fmt::format("No revision is recorded, but the schema is that of revision {}.", newest)
          : fmt::format(
                "No revision is recorded, but the schema is that of the revisions {} to {}, which differ only in "
                "what they do to the data.",
                alike.front()->id, newest),
      false,
      fmt::format(
          "Restore a backup whose table alembic_version is whole. If you are certain that revision {0} had run to "
          "its end, record it: sqlite3 webui.db \"CREATE TABLE IF NOT EXISTS alembic_version (version_num "
          "VARCHAR(32) NOT NULL PRIMARY KEY); INSERT INTO alembic_version VALUES ('{0}')\"",
          alike.size() == 1 ? newest : alike.front()->id)};
}

/// Objects of a later revision although the version table says an earlier one.
Result<void> look_for_a_started_revision(const database::Schema& schema, const DatabaseState& state,
                                         std::vector<Leftover>& leftovers) {
  if (state.lineage == Lineage::none || !state.known_revision) return {};
  const auto chain = openwebui::alembic_revisions();
  const auto expected = TRY(expected_schema(state.lineage, {state.peewee_migrations, state.revision}));
  std::vector<std::string> objects = surplus(expected, schema);
  // What no later revision has is the user's own, or a leftover that is looked for by name.
  const auto last = database::describe_schema(TRY(expected_schema(state.lineage, {18, std::string(chain.back()->id)})));
  const bool before_users = position_of(state.revision) < position_of("b10670c03dd5");
  const database::Table* prompt = schema.table("prompt");
  const database::Column* prompt_id = prompt != nullptr ? prompt->column("id") : nullptr;
  std::erase_if(objects, [&](const std::string& object) {
    // The way down over 374d2f66af06 leaves Peewee's column in databases that never had it.
    if (object == "prompt/column/id" && prompt_id != nullptr && prompt_id->type == "INTEGER") return true;
    if (object == "knowledge/column/data") return true;  // find_stranded_data() knows more of it
    return !last.contains(object) && !(before_users && is_working_column(object)) && object != "note/column/is_pinned";
  });
  if (objects.empty() || state.revision == chain.back()->id) return {};
  const auto origin = TRY(origin_of(objects, state));
  if (state.revision.empty() && !origin.is_next) {
    leftovers.push_back(TRY(lost_version(schema, state, names(objects))));
  } else if (origin.is_next) {
    leftovers.push_back({fmt::format("half-{}", origin.revision->id),
                         fmt::format("Revision {} ({}) was started and not finished: {} is there already, but the "
                                     "database is still at {}. Some releases go on serving in this state.",
                                     origin.revision->id, origin.revision->message, names(objects),
                                     state.revision.empty() ? "its beginning" : state.revision),
                         true, "What is missing is completed; what is there already is kept."});
  } else {
    leftovers.push_back(
        {"schema-ahead",
         fmt::format(
             "The version table says revision {}, but the database has {}{}.", state.revision, names(objects),
             origin.revision != nullptr ? fmt::format(", which come with revision {}", origin.revision->id) : ""),
         false,
         "Find out how this came about (a version table that was edited or restored alone), or restore a backup."});
  }
  return {};
}

void look_for_temporary_tables(const database::Schema& schema, std::vector<Leftover>& leftovers) {
  constexpr std::string_view prefix = "_alembic_tmp_";
  for (const auto& [name, unused] : schema.tables) {
    if (!name.starts_with(prefix)) continue;
    const std::string original = name.substr(prefix.size());
    const bool beside = schema.table(original) != nullptr;
    leftovers.push_back(
        {"temporary-table", fmt::format("An interrupted rebuild of the table {} left {}.", original, name), true,
         beside ? "The copy goes, since its table is there." : "The copy takes its table's place, which is gone."});
  }
}

void look_for_skipped_peewee_steps(const database::Schema& schema, const DatabaseState& state,
                                   std::vector<Leftover>& leftovers) {
  if (state.lineage != Lineage::peewee || state.revision.empty() || state.peewee_migrations >= 18) return;
  std::vector<std::string> missing;
  const database::Table* user = schema.table("user");
  for (const char* column : {"settings", "info"}) {
    if (user != nullptr && user->column(column) == nullptr) missing.push_back(fmt::format("user.{}", column));
  }
  leftovers.push_back(
      {"peewee-steps-skipped",
       fmt::format(
           "Only {} of 18 Peewee migrations were run before the Alembic revisions: a database from before 0.3.8 "
           "was started with a release >= 0.9.6, which has dropped them.{}",
           state.peewee_migrations, missing.empty() ? "" : fmt::format(" Missing: {}.", fmt::join(missing, ", "))),
       false,
       "Restore the backup from before that start, and change it with Liftlock, which runs the dropped migrations."});
}

}  // namespace

Result<std::vector<Leftover>> find_leftovers(const database::Schema& schema, const DatabaseState& state,
                                             const StrandedSearch& stranded) {
  std::vector<Leftover> leftovers;
  if (state.lineage == Lineage::none || state.foreign) return leftovers;
  look_for_skipped_peewee_steps(schema, state, leftovers);
  look_for_temporary_tables(schema, leftovers);
  for (Leftover& leftover : TRY(stranded(state))) leftovers.push_back(std::move(leftover));
  TRY(look_for_a_started_revision(schema, state, leftovers));
  return leftovers;
}

}  // namespace liftlock::migration

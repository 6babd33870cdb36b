#include "migration/known_differences.hpp"

#include <algorithm>

#include "migration/openwebui/chain.hpp"

namespace liftlock::migration {

namespace {

using database::SchemaDifference;
using database::Table;
using database::UniqueConstraint;

constexpr std::string_view user_key = "user/primary key";
constexpr std::string_view user_unique = "user/unique/uq_user_id(id)";
constexpr std::string_view user_unique_name = "uq_user_id";

bool has_run(std::string_view wanted, std::string_view at) {
  const auto chain = openwebui::alembic_revisions();
  const auto place = [&](std::string_view id) {
    return std::ranges::find(chain, id, [](const auto* step) { return step->id; });
  };
  return place(at) != chain.end() && place(wanted) <= place(at);
}

std::string_view table_of(const SchemaDifference& difference) {
  return std::string_view(difference.object).substr(0, difference.object.find('/'));
}

std::string_view reason_of(const SchemaDifference& difference, const std::string& revision) {
  const auto& [kind, object, expected, actual] = difference;
  const bool is_key = object == user_key && (expected == "pk_user_id(id)" || actual == "pk_user_id(id)");
  if (is_key || object == user_unique) {  // no way down takes it back
    return "Some releases before 0.9.6 made user.id a key with revision 38d63c18f30f, others do not.";
  }
  return leftover_table(table_of(difference), revision);
}

Table* find(database::Schema& schema, std::string_view name) {
  const auto found = schema.tables.find(name);
  return found == schema.tables.end() ? nullptr : &found->second;
}

void copy_user_unique(const Table& from, Table& to) {
  const auto is_it = [](const UniqueConstraint& unique) { return unique.name == user_unique_name; };
  std::erase_if(to.unique_constraints, is_it);
  std::ranges::copy_if(from.unique_constraints, std::back_inserter(to.unique_constraints), is_it);
}

}  // namespace

const std::string& older_revision(const std::string& a, const std::string& b) {
  return b.empty() || has_run(b, a) ? b : a;
}

std::string_view leftover_table(std::string_view table, const std::string& revision) {
  if (table == "migratehistory") return "Peewee's record of its migrations, which releases up to 0.9.5 looked at.";
  if (table == "config_old") return "The settings from before 0.10.0; no release looks at them any more.";
  if (table == "document" && has_run("6a39f3d8e55c", revision)) {
    return "The documents from before 0.3.31; they were copied to the table knowledge.";
  }
  if (table == "chatidtag" && has_run("1af9b942657b", revision)) {
    return "The tags from before 0.3.33; they were copied to chat.meta.";
  }
  return {};
}

Drift set_known_aside(std::vector<SchemaDifference> differences, const std::string& revision) {
  Drift drift;
  for (SchemaDifference& difference : differences) {
    if (table_of(difference) == "alembic_version") continue;
    const std::string_view reason = reason_of(difference, revision);
    if (reason.empty())
      drift.differences.push_back(std::move(difference));
    else
      drift.known.push_back({std::move(difference), std::string(reason)});
  }
  return drift;
}

void forget_known(const std::vector<KnownDifference>& known, database::Schema& a, database::Schema& b) {
  for (const auto& [difference, reason] : known) {
    const std::string table(table_of(difference));
    Table* in_a = find(a, table);
    Table* in_b = find(b, table);
    if (difference.object == user_key && in_a != nullptr && in_b != nullptr) {
      in_b->primary_key = in_a->primary_key;
    } else if (difference.object == user_unique && in_a != nullptr && in_b != nullptr) {
      copy_user_unique(*in_a, *in_b);
    } else {
      a.tables.erase(table);
      b.tables.erase(table);
    }
  }
}

}  // namespace liftlock::migration

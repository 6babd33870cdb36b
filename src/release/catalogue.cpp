#include "release/catalogue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "base/suggest.hpp"
#include "migration/openwebui/chain.hpp"
#include "release/catalogue_data.hpp"

namespace liftlock::release {

namespace {

std::vector<Release> load() {
  std::vector<Release> all;
  for (const CatalogueRow& row : catalogue_rows()) {
    all.push_back({Version::parse(row.version).value(), {row.peewee_migrations, std::string(row.alembic_head)}});
  }
  return all;
}

std::vector<const Release*> select(const auto& wanted) {
  std::vector<const Release*> found;
  for (const Release& release : releases()) {
    if (wanted(release)) found.push_back(&release);
  }
  return found;
}

/// Where a database stands on the whole chain, Peewee's part first, as one number.
int position(int peewee_migrations, std::string_view revision) {
  if (revision.empty()) return peewee_migrations;
  const auto chain = migration::openwebui::alembic_revisions();
  const auto found = std::ranges::find(chain, revision, [](const auto* known) { return known->id; });
  if (found == chain.end()) return -1;
  return 19 + static_cast<int>(found - chain.begin());
}

std::string describe_between(const migration::DatabaseState& state) {
  const int here = position(state.peewee_migrations, state.revision);
  if (here < 0) return {};
  const Release* before = nullptr;
  for (const Release& release : releases()) {
    const int there = position(release.head.peewee_migrations, release.head.revision);
    if (release.version.is_development()) continue;
    if (there < here) before = &release;
    if (there <= here) continue;
    if (!before) return fmt::format("before {}", to_string(release.version));
    return fmt::format("between {} and {}", to_string(before->version), to_string(release.version));
  }
  return {};
}

}  // namespace

std::span<const Release> releases() {
  static const std::vector<Release> all = load();
  return all;
}

const Release& latest() { return releases().back(); }

const Release* find(const Version& version) {
  const auto found = std::ranges::lower_bound(releases(), version, {}, &Release::version);
  return found != releases().end() && found->version == version ? &*found : nullptr;
}

const Release* find(std::string_view text) {
  if (text == "latest") return &latest();
  const auto version = Version::parse(text);
  return version ? find(*version) : nullptr;
}

std::vector<const Release*> releases_of(const migration::DatabaseState& state) {
  if (state.lineage == migration::Lineage::none) return {};
  if (!state.revision.empty()) return releases_with_head(state.revision);
  return select([&](const Release& release) {
    return release.head.revision.empty() && release.head.peewee_migrations == state.peewee_migrations;
  });
}

std::vector<const Release*> releases_with_head(std::string_view revision) {
  if (revision.empty()) return {};
  return select([&](const Release& release) { return release.head.revision == revision; });
}

std::optional<int> direction(const migration::Head& from, const migration::Head& to) {
  const int here = position(from.peewee_migrations, from.revision);
  const int there = position(to.peewee_migrations, to.revision);
  if (here < 0 || there < 0) return std::nullopt;
  return there > here ? 1 : there < here ? -1 : 0;
}

std::string describe_origin(const migration::DatabaseState& state) {
  if (state.lineage == migration::Lineage::none || !state.known_revision) return {};
  auto candidates = releases_of(state);
  const auto is_final = [](const Release* release) { return !release->version.is_development(); };
  if (std::ranges::any_of(candidates, is_final)) std::erase_if(candidates, std::not_fn(is_final));
  if (candidates.empty()) return describe_between(state);
  const std::string first = to_string(candidates.front()->version);
  if (candidates.size() == 1) return first;
  return fmt::format("{} … {}", first, to_string(candidates.back()->version));
}

const Release* next_after(const Version& version) {
  for (const Release& release : releases()) {
    if (release.version > version && !release.version.is_development()) return &release;
  }
  return nullptr;
}

const Release* last_before(const Version& version) {
  const Release* last = nullptr;
  for (const Release& release : releases()) {
    if (release.version < version && !release.version.is_development()) last = &release;
  }
  return last;
}

std::vector<std::string> near_matches(std::string_view typed, std::size_t limit) {
  std::vector<std::string> matches;
  const auto add = [&](std::string version) {
    if (matches.size() < limit && std::ranges::find(matches, version) == matches.end()) {
      matches.push_back(std::move(version));
    }
  };
  if (typed.starts_with('v')) typed.remove_prefix(1);
  if (const auto version = Version::parse(typed)) {
    if (const Release* before = last_before(*version)) add(to_string(before->version));
    if (const Release* after = next_after(*version)) add(to_string(after->version));
  }
  const std::string series = std::string(typed) + '.';
  for (auto release = releases().rbegin(); release != releases().rend(); ++release) {
    const std::string version = to_string(release->version);
    if (edit_distance(typed, version) <= 1 || version.starts_with(series)) add(version);
  }
  if (matches.empty()) add(to_string(latest().version));
  return matches;
}

}  // namespace liftlock::release

#include "cli/menu/pages.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/clock.hpp"
#include "base/format.hpp"
#include "cli/render/error.hpp"
#include "cli/render/plan.hpp"
#include "cli/render/text.hpp"
#include "release/catalogue.hpp"

namespace liftlock::cli::menu {

namespace {

constexpr std::size_t page_size = 10;
constexpr std::size_t most_releases = 40;

/// What a page offers: its text, and the word that a command takes for it.
struct Entry {
  std::string text;
  std::string word;
};

std::vector<Item> page_of(const std::vector<Entry>& entries, std::size_t first) {
  std::vector<Item> items;
  const std::size_t last = std::min(first + page_size, entries.size());
  for (std::size_t i = first; i < last; ++i) items.push_back({std::to_string(i + 1), entries[i].text});
  if (last < entries.size()) items.push_back({"n", "next page"});
  if (first > 0) items.push_back({"p", "page before"});
  items.push_back({"0", "cancel"});
  return items;
}

/// The numbers go on from page to page.
std::optional<std::string> choose_from(World& world, const std::string& title, const std::vector<Entry>& entries,
                                       Leaving& leaving) {
  std::size_t first = 0;
  while (true) {
    const std::vector<Item> items = page_of(entries, first);
    world.show(render_items(title, items, world.style()));
    const auto key = choose(world, items, "0", leaving);
    if (!key) return std::nullopt;
    if (*key == "0") {
      leaving = Leaving::back;
      return std::nullopt;
    }
    if (*key == "n") {
      first += page_size;
    } else if (*key == "p") {
      first -= page_size;
    } else {
      return entries[std::stoul(*key) - 1].word;
    }
  }
}

void show_error(World& world, const Error& error) { world.show("\n" + render_error(error, world.style())); }

std::string direction_of(const VersionList& list, const registry::Offer& offer) {
  const release::Release* release = offer.version ? release::find(*offer.version) : nullptr;
  if (!list.now || release == nullptr) return {};
  const auto way = release::direction(*list.now, release->head);
  if (!way) return {};
  return *way == 0 ? "same revision" : *way > 0 ? "migrates up" : "migrates down";
}

std::vector<Entry> entries_of(const VersionList& list) {
  std::size_t column = 0;
  const auto name_of = [](const registry::Offer& offer) {
    return offer.tag.text.empty() ? release::to_string(*offer.version) : offer.tag.text;
  };
  for (const registry::Offer& offer : list.offers.releases) column = std::max(column, name_of(offer).size());
  std::vector<Entry> entries;
  for (const registry::Offer& offer : list.offers.releases) {
    const std::string name = printable(name_of(offer));
    std::string text = fmt::format("{:<{}}  {:<13}", name, column, direction_of(list, offer));
    if (offer.deployed) text += "  deployed now";
    text.erase(text.find_last_not_of(' ') + 1);
    entries.push_back({std::move(text), name_of(offer)});
  }
  return entries;
}

std::string source_of(const VersionList& list) {
  if (list.source == "engine") return "Releases that the container engine has (the registry does not answer)";
  if (list.source == "catalogue") return "Releases that Liftlock knows";
  return "Releases of " + familiar_repository_of(list.repository);
}

}  // namespace

std::optional<std::string> choose_release(World& world, const std::string& address, Leaving& leaving) {
  leaving = Leaving::back;
  const auto list = world.versions(address, most_releases);
  if (!list) {
    show_error(world, list.error());
    return std::nullopt;
  }
  const std::vector<Entry> entries = entries_of(*list);
  if (entries.empty()) {
    world.show("\nThere is no release in the list. Choose a tag of your own instead.\n");
    return std::nullopt;
  }
  std::string title = source_of(*list);
  if (list->offers.older > 0) title += fmt::format(", the newest {}", entries.size());
  return choose_from(world, title, entries, leaving);
}

std::optional<std::string> choose_snapshot(World& world, const std::string& address, Leaving& leaving) {
  leaving = Leaving::back;
  const auto listed = world.snapshots(address);
  if (!listed) {
    show_error(world, listed.error());
    return std::nullopt;
  }
  std::vector<Entry> entries;
  for (auto one = listed->rbegin(); one != listed->rend(); ++one) {
    if (!one->snapshot) continue;  // `backups` says what is wrong with it
    const snapshot::Manifest& manifest = one->snapshot->manifest;
    entries.push_back({fmt::format("{}  {}  {}", iso_time(manifest.created), release_span(manifest.releases),
                                   format_bytes(manifest.bytes_of_data())),
                       one->snapshot->name()});
  }
  if (entries.empty()) {
    world.show("\nThere is no snapshot of it yet.\n");
    return std::nullopt;
  }
  return choose_from(world, "Snapshots of " + printable(address), entries, leaving);
}

}  // namespace liftlock::cli::menu

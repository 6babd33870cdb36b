#include "cli/render/versions.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/format.hpp"
#include "cli/render/error.hpp"
#include "cli/render/text.hpp"
#include "release/catalogue.hpp"

namespace liftlock::cli {

namespace {

using Json = nlohmann::ordered_json;
using registry::Offer;

const release::Release* known(const Offer& offer) { return offer.version ? release::find(*offer.version) : nullptr; }

bool allowed(const VersionList& list, const Offer& offer) {
  return registry::pin_allows(list.pin, offer.tag, offer.version) || (!list.pin.empty() && list.pin == offer.digest);
}

std::optional<int> direction(const VersionList& list, const Offer& offer) {
  const release::Release* release = known(offer);
  return list.now && release != nullptr ? release::direction(*list.now, release->head) : std::nullopt;
}

std::string revision_of(const Offer& offer) {
  const release::Release* release = known(offer);
  return release == nullptr ? std::string() : release->head.revision;
}

/// "sha256:0123456789ab…" as engines show ids.
std::string short_digest(const std::string& digest) { return digest.substr(0, std::string("sha256:").size() + 12); }

std::string database_text(const VersionList& list, const Offer& offer) {
  const auto way = direction(list, offer);
  if (!way) return {};
  return *way == 0 ? "as it is" : *way > 0 ? "migrated up" : "migrated down";
}

std::string remark(const VersionList& list, const Offer& offer, const Style& style) {
  std::string text = offer.deployed ? style.green("deployed") : std::string();
  if (!allowed(list, offer)) text += (text.empty() ? "" : ", ") + style.yellow("not allowed by the pin");
  return text;
}

void add(TextTable& table, const VersionList& list, const Offer& offer, const Style& style) {
  const std::string revision = revision_of(offer);
  table.add({offer.tag.text, offer.version ? release::to_string(*offer.version) : "unknown",
             revision.empty() ? "-" : revision, database_text(list, offer), short_digest(offer.digest),
             remark(list, offer, style)});
}

std::string title(const VersionList& list, const Style& style) {
  std::string text = style.bold(familiar_repository_of(list.repository));
  if (!list.variant.empty()) text += ", variant " + list.variant;
  if (list.source == "engine") text += ", as far as the container engine has it";
  if (!list.image.empty()) text += "\nDeployed: " + printable(list.image);
  if (!list.pin.empty()) text += "\nPinned to: " + printable(list.pin);
  return text + "\n\n";
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json offer_json(const VersionList& list, const Offer& offer) {
  const release::Release* release = known(offer);
  const auto way = direction(list, offer);
  Json json = {{"tag", text_or_null(offer.tag.text)},
               {"version", offer.version ? Json(release::to_string(*offer.version)) : Json()},
               {"variant", text_or_null(offer.tag.variant)},
               {"digest", text_or_null(offer.digest)},
               {"created", text_or_null(offer.created)},
               {"deployed", offer.deployed},
               {"allowed", allowed(list, offer)},
               {"revision", text_or_null(revision_of(offer))},
               {"peewee_migrations", release == nullptr ? Json() : Json(release->head.peewee_migrations)},
               {"development", offer.version && offer.version->is_development()}};
  json["migration"] = !way ? Json() : Json(*way == 0 ? "none" : *way > 0 ? "up" : "down");
  return json;
}

Json offers_json(const VersionList& list, const std::vector<Offer>& offers) {
  Json json = Json::array();
  for (const Offer& offer : offers) json.push_back(offer_json(list, offer));
  return json;
}

}  // namespace

std::string render_versions(const VersionList& list, const Style& style) {
  TextTable table({{style.dim("tag")},
                   {style.dim("release")},
                   {style.dim("revision")},
                   {list.now ? style.dim("database") : std::string()},
                   {style.dim("image")},
                   {}});
  for (const Offer& offer : list.offers.channels) add(table, list, offer, style);
  for (const Offer& offer : list.offers.releases) add(table, list, offer, style);
  if (table.empty()) return title(list, style) + "It has no release in this variant (--all lists the others).\n";
  return title(list, style) + table.render();
}

Json versions_json(const VersionList& list) {
  const auto& releases = list.offers.releases;
  const auto newest = std::ranges::find_if(releases, [](const Offer& one) { return !one.version->is_development(); });
  const bool catalogue = list.source == "catalogue";
  return {{"source", list.source},
          {"repository", catalogue ? Json() : Json(familiar_repository_of(list.repository))},
          {"variant", text_or_null(list.variant)},
          {"deployment", text_or_null(list.deployment)},
          {"image", text_or_null(list.image)},
          {"pin", text_or_null(list.pin)},
          {"latest", newest == releases.end() ? Json() : Json(release::to_string(*newest->version))},
          {"releases", offers_json(list, releases)},
          {"channels", offers_json(list, list.offers.channels)},
          {"older", list.offers.older},
          {"registry_error", list.offers.registry_error ? error_json(*list.offers.registry_error)["error"] : Json()}};
}

std::string render_resolved(const registry::Resolved& resolved, const Style& style) {
  std::string text = style.bold(to_string(resolved.reference)) + "\n";
  text += fmt::format("  release    {}\n", resolved.version ? release::to_string(*resolved.version) : "unknown");
  if (!resolved.created.empty()) text += fmt::format("  made       {}\n", printable(resolved.created));
  if (!resolved.image_id.empty()) {
    text += "  pull       not needed: the container engine has it\n";
  } else {
    text += fmt::format("  pull       {}\n", format_bytes(static_cast<std::uint64_t>(resolved.bytes)));
  }
  return text;
}

Json resolved_json(const registry::Resolved& resolved) {
  return {{"source", resolved.registry_error ? "engine" : "registry"},
          {"image", to_string(resolved.reference)},
          {"repository", familiar_repository_of(resolved.reference)},
          {"tag", text_or_null(resolved.reference.tag)},
          {"digest", text_or_null(resolved.reference.digest)},
          {"version", resolved.version ? Json(release::to_string(*resolved.version)) : Json()},
          {"created", text_or_null(resolved.created)},
          {"bytes", resolved.bytes == 0 ? Json() : Json(resolved.bytes)},
          {"image_id", text_or_null(resolved.image_id)},
          {"registry_error", resolved.registry_error ? error_json(*resolved.registry_error)["error"] : Json()}};
}

}  // namespace liftlock::cli

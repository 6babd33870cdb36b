#include "registry/tag.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ranges>

#include "base/suggest.hpp"

namespace liftlock::registry {

namespace {

constexpr std::array<std::string_view, 3> channels{"latest", "main", "dev"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "cuda", also with the version of CUDA behind it, "ollama", "slim".
bool is_variant(std::string_view text) {
  if (text.starts_with("cuda")) return std::ranges::all_of(text.substr(4), is_digit);
  return text == "ollama" || text == "slim";
}

/// One or two numbers with a '.' between them, also behind a 'v': "0", "v0.12".
bool is_series(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  const std::size_t dot = text.find('.');
  const auto is_number = [](std::string_view part) {
    return !part.empty() && part.size() <= 6 && std::ranges::all_of(part, is_digit);
  };
  return is_number(text.substr(0, dot)) && (dot == std::string_view::npos || is_number(text.substr(dot + 1)));
}

bool is_commit(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  return text.starts_with("git-") && text.size() >= 11 && text.find_first_not_of(hex, 4) == std::string_view::npos;
}

Tag::Kind kind_of(std::string_view base) {
  if (release::Version::parse(base)) return Tag::Kind::release;
  if (std::ranges::find(channels, base) != channels.end()) return Tag::Kind::channel;
  if (is_series(base)) return Tag::Kind::series;
  return is_commit(base) ? Tag::Kind::commit : Tag::Kind::other;
}

std::string_view without_v(std::string_view text) { return text.starts_with('v') ? text.substr(1) : text; }

/// Whether `version` is of the series "0.12" (or is the release "0.12.4") that `pin` names.
bool is_of(const release::Version& version, std::string_view pin) {
  const std::string text = release::to_string(version);
  return text == pin || text.starts_with(std::string(pin) + ".");
}

}  // namespace

std::string_view variant_of(std::string_view tag) {
  const std::string_view last = tag.substr(tag.rfind('-') + 1);
  return is_variant(last) ? last : std::string_view();
}

Tag read_tag(std::string_view text) {
  Tag tag{.kind = Tag::Kind::other, .text = std::string(text), .base = std::string(text), .variant = {}, .version = {}};
  if (is_variant(text)) {
    tag.kind = Tag::Kind::channel;
    tag.base = "main";
    tag.variant = text;
    return tag;
  }
  const std::string_view variant = variant_of(text);
  const std::string_view base = variant.empty() ? text : text.substr(0, text.size() - variant.size() - 1);
  tag.kind = kind_of(base);
  if (tag.kind == Tag::Kind::other) return tag;
  tag.base = base;
  tag.variant = variant;
  if (tag.kind == Tag::Kind::release) tag.version = release::Version::parse(base).value();
  return tag;
}

std::vector<std::string> tags_for(std::string_view base, std::string_view variant) {
  const std::string suffix = variant.empty() ? std::string() : fmt::format("-{}", variant);
  std::vector<std::string> tags = {fmt::format("{}{}", base, suffix)};
  if (release::Version::parse(base) || is_series(base))
    tags.push_back(base.starts_with('v') ? fmt::format("{}{}", without_v(base), suffix)
                                         : fmt::format("v{}{}", base, suffix));
  if (base == "main" && !variant.empty()) tags.emplace_back(variant);
  return tags;
}

bool pin_allows(std::string_view pin, const Tag& tag, const std::optional<release::Version>& version) {
  if (pin.empty() || pin == tag.text || pin == tag.base) return true;
  pin = without_v(pin);
  if (tag.kind == Tag::Kind::release) return is_of(tag.version, pin);
  return version && is_of(*version, pin);
}

std::unexpected<Error> pinned(std::string_view pin, const std::optional<release::Version>& version, std::string doing) {
  const std::string release = version ? release::to_string(*version) : "a release that is not known";
  return refusal("version-pinned", std::move(doing),
                 fmt::format("It is {}, and the configuration pins this deployment to {}.", release, pin),
                 "Name a version that the pin allows, or change the pin in the configuration.");
}

std::vector<std::string> near_tags(std::string_view typed, std::string_view variant,
                                   const std::vector<std::string>& tags, std::size_t limit) {
  std::vector<std::string> matches;
  const auto add = [&](const std::string& text) {
    if (matches.size() < limit && std::ranges::find(matches, text) == matches.end()) matches.push_back(text);
  };
  std::vector<std::string_view> candidates;
  std::vector<Tag> releases;
  for (const std::string& text : tags) {
    const Tag tag = read_tag(text);
    if (tag.kind == Tag::Kind::commit) continue;
    candidates.emplace_back(text);
    // Of the two ways of writing a release, the one that was typed.
    const bool as_typed = text.starts_with('v') == typed.starts_with('v');
    if (tag.kind == Tag::Kind::release && tag.variant == variant && as_typed) releases.push_back(tag);
  }
  std::ranges::sort(releases, {}, &Tag::version);
  const Tag wanted = read_tag(typed);
  if (wanted.kind == Tag::Kind::release) {
    const auto after = std::ranges::upper_bound(releases, wanted.version, {}, &Tag::version);
    const auto before = std::ranges::lower_bound(releases, wanted.version, {}, &Tag::version);
    if (before != releases.begin()) add(std::prev(before)->text);
    if (after != releases.end()) add(after->text);
  }
  if (wanted.kind == Tag::Kind::series) {
    for (const Tag& tag : releases | std::views::reverse) {
      if (is_of(tag.version, without_v(wanted.base))) add(tag.text);
    }
  }
  const std::string suffix = variant.empty() || !wanted.variant.empty() ? std::string() : fmt::format("-{}", variant);
  for (const std::string& match : near_matches(fmt::format("{}{}", typed, suffix), candidates, limit)) add(match);
  for (const std::string& match : near_matches(typed, candidates, limit)) add(match);
  return matches;
}

}  // namespace liftlock::registry

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "release/version.hpp"

namespace liftlock::registry {

/// What a tag of an Open WebUI repository stands for: "v0.6.18-cuda", "0.12", "main-ollama", "git-1a2b3c4", "cuda".
struct Tag {
  enum class Kind {
    release,  ///< one release: `version`
    series,   ///< the newest release of a series: `base` is "0.12" or "0"
    channel,  ///< what moves on by itself: `base` is "latest", "main" or "dev"
    commit,   ///< one commit: `base` is "git-1a2b3c4"
    other,    ///< anything else; `base` is the whole
  };
  Kind kind = Kind::other;
  std::string text;     ///< as the registry has it
  std::string base;     ///< without the variant; "main" for a variant alone
  std::string variant;  ///< "cuda", "cuda126", "ollama", "slim"; empty: none, or of kind other
  release::Version version;
};

/// Which of Open WebUI's images any tag names: "cuda" of "v0.6.18-cuda", "mine-cuda" and "cuda"; empty: the plain one.
[[nodiscard]] std::string_view variant_of(std::string_view tag);

[[nodiscard]] Tag read_tag(std::string_view text);

/// Tags that stand for `base` ("v0.12.4", "0.12.4", "latest", "main") in that variant, likeliest first: releases are
/// published with and without 'v', and main's variants also under the variant's own name.
[[nodiscard]] std::vector<std::string> tags_for(std::string_view base, std::string_view variant);

/// Whether a pin ("0.12.4", "0.12", "0", or a tag such as "main") allows this tag, whose release is `version` where it
/// is known. An empty pin allows everything.
[[nodiscard]] bool pin_allows(std::string_view pin, const Tag& tag, const std::optional<release::Version>& version);

/// The refusal ("version-pinned") of what a pin does not allow; `doing` names it.
[[nodiscard]] std::unexpected<Error> pinned(std::string_view pin, const std::optional<release::Version>& version,
                                            std::string doing);

/// What somebody who typed `typed` may have meant, likeliest first: the releases next to it, and tags spelt alike.
/// Commits are never meant.
[[nodiscard]] std::vector<std::string> near_tags(std::string_view typed, std::string_view variant,
                                                 const std::vector<std::string>& tags, std::size_t limit = 3);

}  // namespace liftlock::registry

#include "deployment/docker/image_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "registry/reference.hpp"

namespace liftlock::deployment::docker {

namespace {

/// https://github.com/open-webui/open-webui/pkgs/container/open-webui
constexpr std::array<std::string_view, 3> variants = {"cuda", "ollama", "slim"};

bool is_variant(std::string_view text) {
  return std::ranges::any_of(variants, [&](std::string_view variant) {
    if (!text.starts_with(variant)) return false;
    return std::ranges::all_of(text.substr(variant.size()), [](unsigned char c) { return std::isdigit(c) != 0; });
  });
}

bool is_image_id(std::string_view name) {
  constexpr std::size_t digits = 64;
  if (name.starts_with("sha256:")) return true;
  return name.size() == digits && std::ranges::all_of(name, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

}  // namespace

std::optional<ImageName> read_image_name(std::string_view name) {
  if (is_image_id(name)) return std::nullopt;
  const auto reference = registry::parse_reference(name);
  if (!reference) return std::nullopt;
  return ImageName{registry::familiar_repository_of(*reference), reference->tag};
}

std::string variant_of(std::string_view tag) {
  const std::size_t dash = tag.rfind('-');
  const std::string_view last = dash == std::string_view::npos ? tag : tag.substr(dash + 1);
  return is_variant(last) ? "-" + std::string(last) : std::string();
}

}  // namespace liftlock::deployment::docker

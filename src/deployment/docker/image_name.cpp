#include "deployment/docker/image_name.hpp"

#include <algorithm>
#include <cctype>

#include "registry/reference.hpp"

namespace liftlock::deployment::docker {

namespace {

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

}  // namespace liftlock::deployment::docker

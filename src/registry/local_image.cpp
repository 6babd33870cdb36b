#include "registry/local_image.hpp"

namespace liftlock::registry {

std::string digest_in(const LocalImage& image, const Reference& repository) {
  for (const std::string& text : image.digests) {
    const auto read = parse_reference(text);
    if (read && repository_of(*read) == repository_of(repository)) return read->digest;
  }
  return {};
}

}  // namespace liftlock::registry

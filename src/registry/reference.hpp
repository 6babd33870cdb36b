#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

/// Container registries: how images are named, what a registry says of them, who may ask.
namespace liftlock::registry {

/// The name of an image, in full: "ghcr.io/open-webui/open-webui:v0.12.4@sha256:…".
/// https://github.com/distribution/reference
struct Reference {
  std::string host;    ///< with its port, if one was named: "docker.io", "ghcr.io", "localhost:5000", "[::1]:5000"
  std::string path;    ///< "library/postgres", "open-webui/open-webui"
  std::string tag;     ///< empty: none was named
  std::string digest;  ///< "sha256:…"; empty: none was named
  friend bool operator==(const Reference&, const Reference&) = default;
};

/// Understands what an engine does: a first part without '.' or ':' that is not "localhost" is no host (the host is
/// docker.io then), and a lone name of docker.io is below "library". Neither tag nor digest is made up. Error:
/// "image-invalid" (usage).
[[nodiscard]] Result<Reference> parse_reference(std::string_view text);

/// "sha256:" and 64 hexadecimal digits in lower case, or another algorithm of that form.
[[nodiscard]] bool is_digest(std::string_view text);
[[nodiscard]] bool is_tag(std::string_view text);

/// Host and path in full: "docker.io/library/postgres".
[[nodiscard]] std::string repository_of(const Reference& reference);
/// As people write it: "postgres", "ghcr.io/open-webui/open-webui". Engines take both.
[[nodiscard]] std::string familiar_repository_of(const Reference& reference);
/// The familiar repository with tag and digest, where they are there.
[[nodiscard]] std::string to_string(const Reference& reference);

}  // namespace liftlock::registry

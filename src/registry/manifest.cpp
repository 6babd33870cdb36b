#include "registry/manifest.hpp"

#include <fmt/core.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "registry/reference.hpp"

namespace liftlock::registry {

namespace {

using json::at;
using json::Json;
using json::text_at;

std::unexpected<Error> not_understood(std::string_view what) {
  return failure("registry-answer", "Reading what the registry says of an image", std::string(what));
}

Result<Manifest> read_index(const Json& listed) {
  Manifest manifest;
  for (const Json& entry : listed) {
    const std::string digest = text_at(entry, {"digest"});
    if (!is_digest(digest)) return not_understood("An entry of the index has no digest.");
    manifest.entries.push_back({.platform = {.os = text_at(entry, {"platform", "os"}),
                                             .architecture = text_at(entry, {"platform", "architecture"}),
                                             .variant = text_at(entry, {"platform", "variant"})},
                                .digest = digest});
  }
  return manifest;
}

/// "2026-11-21T10:45:26.123456789Z" without its fraction.
std::string whole_seconds(const std::string& time) {
  const std::size_t point = time.find('.');
  if (point == std::string::npos) return time;
  const std::size_t end = time.find_first_not_of("0123456789", point + 1);
  return time.substr(0, point) + (end == std::string::npos ? "" : time.substr(end));
}

}  // namespace

ImagePlatform own_platform() {
  struct Name {
    std::string_view machine;
    const char* architecture;
    const char* variant;
  };
  static constexpr std::array<Name, 8> names{{{"x86_64", "amd64", ""},
                                              {"aarch64", "arm64", ""},
                                              {"armv7l", "arm", "v7"},
                                              {"armv6l", "arm", "v6"},
                                              {"i686", "386", ""},
                                              {"ppc64le", "ppc64le", ""},
                                              {"s390x", "s390x", ""},
                                              {"riscv64", "riscv64", ""}}};
  utsname system{};
  const bool known = ::uname(&system) == 0;
  const auto found = std::ranges::find(names, known ? std::string_view(system.machine) : "x86_64", &Name::machine);
  if (found == names.end()) return {.os = "linux", .architecture = system.machine, .variant = {}};
  return {.os = "linux", .architecture = found->architecture, .variant = found->variant};
}

std::string to_string(const ImagePlatform& platform) {
  return fmt::format("{}/{}{}{}", platform.os, platform.architecture, platform.variant.empty() ? "" : "/",
                     platform.variant);
}

std::string_view accepted_manifests() {
  return "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
         "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
}

Result<Manifest> read_manifest(std::string_view body) {
  const Json document = Json::parse(body, nullptr, false);
  if (!document.is_object()) return not_understood("Its manifest is not JSON.");
  if (at(document, {"schemaVersion"}) == 1)
    return not_understood("Its manifest is of Docker's first schema, which engines no longer take.");
  const Json& listed = at(document, {"manifests"});
  if (listed.is_array()) return read_index(listed);
  Manifest manifest;
  manifest.config = text_at(document, {"config", "digest"});
  if (!is_digest(manifest.config)) return not_understood("Its manifest names no configuration.");
  for (const Json& layer : at(document, {"layers"})) {
    manifest.bytes += json::number_at(layer, {"size"});
  }
  return manifest;
}

std::optional<std::string> entry_for(const Manifest& index, const ImagePlatform& platform) {
  const auto fits = [&](const Manifest::Entry& entry) {
    return entry.platform.os == platform.os && entry.platform.architecture == platform.architecture;
  };
  const auto exact = std::ranges::find(index.entries, platform, &Manifest::Entry::platform);
  if (exact != index.entries.end()) return exact->digest;
  const auto found = std::ranges::find_if(index.entries, fits);
  if (found == index.entries.end()) return std::nullopt;
  return found->digest;
}

Result<ImageConfig> read_image_config(std::string_view body) {
  const Json document = Json::parse(body, nullptr, false);
  if (!document.is_object()) return not_understood("Its configuration is not JSON.");
  return ImageConfig{.version = text_at(document, {"config", "Labels", "org.opencontainers.image.version"}),
                     .created = whole_seconds(text_at(document, {"created"}))};
}

}  // namespace liftlock::registry

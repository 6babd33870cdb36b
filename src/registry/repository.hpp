#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/http.hpp"
#include "registry/credentials.hpp"
#include "registry/manifest.hpp"
#include "registry/reference.hpp"

namespace liftlock::registry {

/// What a registry says of one image, for one platform.
struct Image {
  std::string digest;      ///< of what the tag names, an index or a manifest: engines record this one
  std::string id;          ///< as engines name it: the digest of its configuration
  std::string version;     ///< the label org.opencontainers.image.version ("0.12.4", "main"); empty: none
  std::string created;     ///< ISO 8601; empty: not said
  std::int64_t bytes = 0;  ///< that a pull of all its layers brings, compressed
};

/// One repository of a registry. Only looks. Errors: "registry-unreachable", "registry-tls" (no trust),
/// "registry-denied", "registry-limit" (too many requests), "registry-answer" (not to be understood, or a digest that
/// does not fit), "repository-unknown" (usage), those of find_credentials().
class Repository {
 public:
  virtual ~Repository() = default;
  /// All of them, in the registry's order.
  [[nodiscard]] virtual Result<std::vector<std::string>> tags() = 0;
  /// Of what `tag` names now. nullopt: there is no such tag.
  [[nodiscard]] virtual Result<std::optional<std::string>> digest_of(std::string_view tag) = 0;
  /// nullopt: there is no such tag or digest. Error: also "platform-missing" (refused).
  [[nodiscard]] virtual Result<std::optional<Image>> image(std::string_view tag_or_digest) = 0;
};

/// Gives the repository of a reference; connects when it is first asked.
using Repositories = std::function<Result<std::unique_ptr<Repository>>(const Reference&)>;

/// Real ones, over HTTPS; over plain HTTP only with a registry of this machine (localhost, 127.0.0.0/8, ::1), as
/// engines do. Certificates are trusted as engines trust them: /etc/docker/certs.d/HOST/ca.crt, else the system's.
[[nodiscard]] Repositories remote_repositories(ImagePlatform platform = own_platform());

/// The same for one repository, with a transport that may be a test's.
[[nodiscard]] std::unique_ptr<Repository> open_repository(const Reference& reference, Credentials credentials,
                                                          std::unique_ptr<http::Transport> transport,
                                                          ImagePlatform platform);

}  // namespace liftlock::registry

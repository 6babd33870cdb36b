#include "registry/repository.hpp"

#include <fmt/core.h>

#include "base/file.hpp"
#include "base/json.hpp"
#include "registry/client.hpp"

namespace liftlock::registry {

namespace {

using json::Json;

constexpr int tags_a_page = 1000;
constexpr int most_pages = 1000;
constexpr std::size_t largest_manifest = 4UL << 20UL;  // that engines take

/// A manifest with the digest that its bytes have.
struct Found {
  std::string digest;
  Manifest manifest;
};

class RemoteRepository final : public Repository {
 public:
  RemoteRepository(const Reference& reference, Credentials credentials, std::unique_ptr<http::Transport> transport,
                   ImagePlatform platform)
      : path_(reference.path),
        name_(familiar_repository_of(reference)),
        client_(reference.host, std::move(credentials), std::move(transport)),
        platform_(std::move(platform)) {}

  Result<std::vector<std::string>> tags() override {
    std::vector<std::string> tags;
    std::string path = fmt::format("/v2/{}/tags/list?n={}", path_, tags_a_page);
    for (int page = 0; !path.empty(); ++page) {
      const std::string doing = fmt::format("Listing the tags of {}", name_);
      const http::Response response = TRY(client_.ask(question(path, doing)));
      if (response.status == 404) return unknown(doing);
      TRY(add_tags(response.body, doing, tags));
      const auto link = response.headers.find("link");
      const std::string next = link == response.headers.end() ? std::string() : next_link(link->second);
      if (page == most_pages || (!next.empty() && client_.own_path(next) == path))
        return failure("registry-answer", doing, "Its list has no end.");
      path = next.empty() ? std::string() : client_.own_path(next);
      if (path.empty() && !next.empty()) return failure("registry-answer", doing, "Its list goes on elsewhere.");
    }
    return tags;
  }

  Result<std::optional<std::string>> digest_of(std::string_view tag) override {
    Client::Question asked = manifest_question(tag);
    asked.method = "HEAD";
    const http::Response response = TRY(client_.ask(asked));
    if (response.status == 404) return std::nullopt;
    const auto digest = response.headers.find("docker-content-digest");
    if (digest != response.headers.end() && is_digest(digest->second)) return digest->second;
    auto found = TRY(manifest(tag));
    if (!found) return std::nullopt;
    return found->digest;
  }

  Result<std::optional<Image>> image(std::string_view tag_or_digest) override {
    auto found = TRY(manifest(tag_or_digest));
    if (!found) return std::nullopt;
    Image image{.digest = found->digest, .id = {}, .version = {}, .created = {}, .bytes = 0};
    if (!found->manifest.entries.empty()) found = TRY(for_this_platform(*found, tag_or_digest));
    image.id = found->manifest.config;
    image.bytes = found->manifest.bytes;
    const std::string content = TRY(blob(found->manifest.config, tag_or_digest));
    const ImageConfig config = TRY(read_image_config(content));
    image.version = config.version;
    image.created = config.created;
    return image;
  }

 private:
  [[nodiscard]] Client::Question question(std::string path, std::string doing) const {
    return {.path = std::move(path), .repository = path_, .doing = std::move(doing), .accept = {}};
  }

  [[nodiscard]] std::string doing(std::string_view tag_or_digest) const {
    return fmt::format("Looking up {}{}{}", name_, is_digest(tag_or_digest) ? "@" : ":", tag_or_digest);
  }

  [[nodiscard]] Client::Question manifest_question(std::string_view tag_or_digest) const {
    Client::Question asked = question(fmt::format("/v2/{}/manifests/{}", path_, tag_or_digest), doing(tag_or_digest));
    asked.accept = accepted_manifests();
    asked.largest_body = largest_manifest;
    return asked;
  }

  [[nodiscard]] std::unexpected<Error> unknown(const std::string& doing) const {
    return std::unexpected(Error{ErrorKind::usage, "repository-unknown", doing,
                                 fmt::format("The registry has no repository {}.", name_), "Nothing was changed.",
                                 "Correct the image's name."});
  }

  static Result<void> add_tags(const std::string& body, const std::string& doing, std::vector<std::string>& tags) {
    const Json document = Json::parse(body, nullptr, false);
    const Json& listed = json::at(document, {"tags"});
    // A repository that has lost its last tag says null.
    const bool says = document.is_object() && document.contains("tags");
    if (!says || !(listed.is_array() || listed.is_null()))
      return failure("registry-answer", doing, "What answers there is no registry, or none that is understood.");
    for (const std::string& tag : json::texts_at(document, {"tags"})) {
      if (is_tag(tag)) tags.push_back(tag);
    }
    return {};
  }

  Result<std::optional<Found>> manifest(std::string_view tag_or_digest) {
    const Client::Question asked = manifest_question(tag_or_digest);
    const http::Response response = TRY(client_.ask(asked));
    if (response.status == 404) {
      if (read_registry_error(response).code == "NAME_UNKNOWN") return unknown(asked.doing);
      return std::nullopt;
    }
    Found found{.digest = "sha256:" + file::sha256_of(response.body), .manifest = {}};
    const auto told = response.headers.find("docker-content-digest");
    const std::string wanted = is_digest(tag_or_digest)         ? std::string(tag_or_digest)
                               : told != response.headers.end() ? told->second
                                                                : std::string();
    TRY(check_digest(found.digest, wanted, asked.doing));
    found.manifest = TRY(read_manifest(response.body));
    return found;
  }

  /// Of digests with another algorithm nothing can be said here; engines check them.
  static Result<void> check_digest(const std::string& digest, const std::string& wanted, const std::string& doing) {
    if (!wanted.starts_with("sha256:") || wanted == digest) return {};
    return failure("registry-answer", doing, fmt::format("What it sends is not {}: its digest is {}.", wanted, digest));
  }

  Result<Found> for_this_platform(const Found& index, std::string_view asked) {
    const auto digest = entry_for(index.manifest, platform_);
    if (!digest) {
      return refusal("platform-missing", doing(asked),
                     fmt::format("It is not published for this machine ({}).", to_string(platform_)));
    }
    auto found = TRY(manifest(*digest));
    if (!found || !found->manifest.entries.empty())
      return failure("registry-answer", doing(asked), "Its index names a manifest that is not there.");
    return *std::move(found);
  }

  Result<std::string> blob(const std::string& digest, std::string_view asked) {
    http::Response response = TRY(client_.ask(question(fmt::format("/v2/{}/blobs/{}", path_, digest), doing(asked))));
    if (response.status == 404) return failure("registry-answer", doing(asked), "Its configuration is not there.");
    TRY(check_digest("sha256:" + file::sha256_of(response.body), digest, doing(asked)));
    return std::move(response.body);
  }

  std::string path_;
  std::string name_;
  Client client_;
  ImagePlatform platform_;
};

}  // namespace

std::unique_ptr<Repository> open_repository(const Reference& reference, Credentials credentials,
                                            std::unique_ptr<http::Transport> transport, ImagePlatform platform) {
  return std::make_unique<RemoteRepository>(reference, std::move(credentials), std::move(transport),
                                            std::move(platform));
}

Repositories remote_repositories(ImagePlatform platform) {
  return [platform = std::move(platform)](const Reference& reference) -> Result<std::unique_ptr<Repository>> {
    Credentials credentials = TRY(find_credentials(reference.host, docker_credentials()));
    return open_repository(reference, std::move(credentials), TRY(http::make_transport()), platform);
  };
}

}  // namespace liftlock::registry

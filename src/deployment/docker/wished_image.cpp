#include "deployment/docker/wished_image.hpp"

#include <fmt/core.h>

#include <utility>

#include "base/json.hpp"
#include "deployment/docker/container.hpp"
#include "deployment/docker/image_name.hpp"
#include "deployment/docker/opened_image.hpp"
#include "deployment/docker/podman.hpp"
#include "deployment/docker/pull.hpp"
#include "deployment/docker/tar_file.hpp"
#include "deployment/package.hpp"
#include "registry/credentials.hpp"
#include "registry/resolve.hpp"
#include "registry/tag.hpp"
#include "release/catalogue.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::text_at;
using registry::Reference;
using registry::Tag;

/// The name of the container's image; where that is an id, as a registry knows it.
Result<Reference> image_of(Engine& engine, const Container& container, const std::string& wanted) {
  const std::string name = text_at(container.inspected, {"Config", "Image"});
  if (read_image_name(name)) return registry::parse_reference(name);
  const auto image =
      TRY(inspect_image(engine, name, fmt::format("Inspecting the image of the container {}", container.name)));
  const auto digests = json::texts_at(image.value_or(Json()), {"RepoDigests"});
  if (!digests.empty()) return registry::parse_reference(digests.front());
  if (wanted.contains('/')) return Reference{};  // a whole name needs no other
  return refusal("image-unnamed", fmt::format("Looking for the image of {}", wanted),
                 fmt::format("The container {} was made of an image without a name ({}), so it is not known where "
                             "others of its kind are.",
                             container.name, name),
                 "Name the image as a whole, as ghcr.io/open-webui/open-webui:main, or make the container anew from a "
                 "named image.");
}

/// What engines and people call it: a tag names it; where none was asked for, its digest.
std::string name_of(Reference reference) {
  if (!reference.tag.empty()) reference.digest.clear();
  return to_string(reference);
}

bool is_believed(const Tag& tag, const release::Version& version) {
  using enum Tag::Kind;
  const bool official = tag.kind == release || tag.kind == series || tag.kind == channel;
  return official || release::find(version) != nullptr;
}

std::string without_v(std::string version) {
  if (version.starts_with('v')) version.erase(0, 1);
  return version;
}

/// Whether two texts name one release: "v0.12.4" and "0.12.4".
bool same(const std::string& one, const std::string& other) { return without_v(one) == without_v(other); }

/// An engine may reach a registry that this process does not: through a proxy or a mirror of its own.
Error with_way_round(Error error) {
  if (error.kind != ErrorKind::failed) return error;
  error.next += fmt::format(
      "{}If the engine reaches it nevertheless, docker pull the image, and run the command again: where "
      "the registry does not answer, what the engine has is taken.",
      error.next.empty() ? "" : "\n");
  return error;
}

Result<std::string> login_for(const Reference& reference) {
  const auto credentials = TRY(registry::find_credentials(reference.host, registry::docker_credentials()));
  return registry::registry_auth(credentials, reference.host);
}

Result<void> pull_wished(Engine& engine, Target& target, Progress& progress) {
  const Reference reference = TRY(registry::parse_reference(target.name));
  auto pulled = pull(engine,
                     {.repository = familiar_repository_of(reference),
                      .reference = target.digest,
                      .registry_auth = TRY(login_for(reference)),
                      .bytes = target.bytes},
                     progress);
  if (!pulled && pulled.error().id == "image-unknown") {
    Error error = std::move(pulled).error();
    error.kind = ErrorKind::refused;
    error.id = "version-not-there";
    return std::unexpected(std::move(error));
  }
  const Json image = TRY(std::move(pulled));
  target.id = text_at(image, {"Id"});
  target.digests = json::texts_at(image, {"RepoDigests"});
  return {};
}

/// A release's tag means that release, whatever is in the image; another tag may mean any.
bool is_release(const Target& target) {
  const auto reference = registry::parse_reference(target.name);
  return reference && registry::read_tag(reference->tag).kind == Tag::Kind::release;
}

std::unexpected<Error> mismatch(const Target& target, const std::string& inside) {
  const std::string next = is_release(target)
                               ? fmt::format("If it was made here, remove it:\n    docker rmi {}", short_id(target.id))
                               : "Run the command again: now that it is here, it is planned for what is in it.";
  return refusal("version-mismatch", fmt::format("Looking into the image {}", target.name),
                 fmt::format("Its name or label says that it is {}, and the program in it is {}.", target.version,
                             without_v(inside)),
                 next);
}

Result<std::optional<std::string>> version_inside(Engine& engine, const Container& container, const Target& target) {
  if (!target.is_deployed()) return version_in_image(engine, target.id, container.name);
  const auto tar = TRY(file_as_tar(engine, container.id, package_file, largest_package));
  return tar ? version_in_package(TRY(content_of_tar(*tar))) : std::nullopt;
}

/// Of an image that is here, what is in it counts: also against the pin.
Result<void> look_inside(Engine& engine, const Container& container, const Wish& wish, registry::Resolved& resolved,
                         Target& target) {
  const auto inside = TRY(version_inside(engine, container, target));
  if (!inside) return {};
  if (is_release(target) && !same(*inside, target.version)) return mismatch(target, *inside);
  target.version = without_v(*inside);
  resolved.version = release::Version::parse(*inside);
  return check_pin(wish.pin, resolved);
}

}  // namespace

Result<Target> resolve_wish(Engine& engine, const Container& container, const Wish& wish,
                            const registry::Repositories& repositories) {
  const Reference current = TRY(image_of(engine, container, wish.wanted));
  const auto local = TRY(local_images(engine));
  auto found = registry::resolve({current, wish.wanted, wish.pin}, repositories, local);
  if (!found) return std::unexpected(with_way_round(std::move(found).error()));
  registry::Resolved& resolved = *found;
  const Tag tag = registry::read_tag(resolved.reference.tag);
  Target target;
  target.wanted = wish.wanted;
  target.name = name_of(resolved.reference);
  target.digest = resolved.reference.digest;
  target.id = resolved.image_id;
  target.bytes = resolved.bytes;
  target.deployed_name = text_at(container.inspected, {"Config", "Image"});
  target.deployed_id = text_at(container.inspected, {"Image"});
  if (resolved.registry_error)
    target.registry_error = fmt::format("{}: {}", resolved.registry_error->doing, resolved.registry_error->what);
  if (resolved.version && is_believed(tag, *resolved.version)) target.version = to_string(*resolved.version);
  for (const registry::LocalImage& image : local) {
    if (image.id == target.id) target.digests = image.digests;
  }
  if (!target.id.empty()) TRY(look_inside(engine, container, wish, resolved, target));
  return target;
}

Result<void> bring_image(Engine& engine, const std::string& instance, Target& target, Progress& progress) {
  if (target.id.empty()) TRY(pull_wished(engine, target, progress));
  const auto inside = TRY(version_in_image(engine, target.id, instance));
  if (!inside && target.version.empty()) {
    return refusal("release-unknown", fmt::format("Looking into the image {}", target.name),
                   fmt::format("Neither its label nor {} in it tells which release of Open WebUI it is.", package_file),
                   "Make the image with the label org.opencontainers.image.version, or name a release.");
  }
  if (target.version.empty()) target.version = without_v(*inside);
  if (inside && !same(*inside, target.version)) return mismatch(target, *inside);
  return {};
}

Result<std::string> displaced_by(Engine& engine, const Target& target) {
  const auto bearer = TRY(inspect_image(engine, target.name, fmt::format("Looking for the image {}", target.name)));
  const std::string id = text_at(bearer.value_or(Json()), {"Id"});
  return id == target.id ? std::string() : id;
}

}  // namespace liftlock::deployment::docker

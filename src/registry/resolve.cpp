#include "registry/resolve.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/suggest.hpp"
#include "registry/tag.hpp"

namespace liftlock::registry {

namespace {

/// What to look for, in this order.
struct Search {
  Reference repository;            ///< without tag and digest
  std::vector<std::string> names;  ///< tags, or one digest
  std::string variant;             ///< that was asked for
  bool kept = false;               ///< the variant is that of what is deployed; nobody typed it
};

Reference bare(Reference reference) {
  reference.tag.clear();
  reference.digest.clear();
  return reference;
}

Reference named(Reference reference, const std::string& name) {
  (is_digest(name) ? reference.digest : reference.tag) = name;
  return reference;
}

bool is_whole_reference(std::string_view wanted) { return wanted.find_first_of("/:@") != std::string_view::npos; }

Result<Search> search_for(const Wish& wish) {
  if (is_digest(wish.wanted)) return Search{bare(wish.current), {wish.wanted}, {}};
  if (is_whole_reference(wish.wanted)) {
    const Reference reference = TRY(parse_reference(wish.wanted));
    const std::string tag = reference.tag.empty() ? "latest" : reference.tag;
    return Search{bare(reference), {reference.digest.empty() ? tag : reference.digest}, read_tag(tag).variant};
  }
  if (!is_tag(wish.wanted)) TRY(parse_reference("x:" + wish.wanted));
  const Tag typed = read_tag(wish.wanted);
  const bool exact = typed.kind == Tag::Kind::other || typed.kind == Tag::Kind::commit || !typed.variant.empty();
  const std::string deployed = read_tag(wish.current.tag).variant;
  const std::string variant = exact ? typed.variant : deployed;
  return Search{bare(wish.current), exact ? std::vector{wish.wanted} : tags_for(typed.base, variant), variant,
                !exact && !variant.empty()};
}

std::optional<release::Version> version_of(const std::string& label, std::string_view tag) {
  if (auto version = release::Version::parse(label)) return version;
  const Tag read = read_tag(tag);
  return read.kind == Tag::Kind::release ? std::optional(read.version) : std::nullopt;
}

std::unexpected<Error> unknown(const Wish& wish, const Search& search, const std::vector<std::string>& tags) {
  const Reference first = named(search.repository, search.names.front());
  Error error{ErrorKind::refused,
              "tag-unknown",
              fmt::format("Looking for the image {}", to_string(first)),
              {},
              "Nothing was changed.",
              {}};
  error.what = fmt::format("{} has no {} \"{}\".", familiar_repository_of(search.repository),
                           first.digest.empty() ? "tag" : "image", search.names.front());
  if (!first.digest.empty()) return std::unexpected(std::move(error));
  const std::string typed = is_whole_reference(wish.wanted) ? search.names.front() : wish.wanted;
  error.next = did_you_mean(near_tags(typed, search.variant, tags));
  const std::vector<std::string> plain = tags_for(read_tag(typed).base, {});
  const auto there = [&](const std::string& tag) { return std::ranges::find(tags, tag) != tags.end(); };
  const auto found = std::ranges::find_if(plain, there);
  if (search.kept && found != plain.end()) {
    error.what += fmt::format(" The variant \"{}\" of what is deployed is kept.", search.variant);
    error.next = fmt::format("The image without that variant is {}.\n{}", to_string(named(search.repository, *found)),
                             error.next);
  }
  while (error.next.ends_with('\n')) error.next.pop_back();
  return std::unexpected(std::move(error));
}

/// Whether the engine's name for an image, in either form, means this one.
bool means(const std::string& written, const Reference& reference) {
  const auto read = parse_reference(written);
  return read && *read == reference;
}

std::optional<Resolved> find_local(const Search& search, const std::vector<LocalImage>& local) {
  for (const std::string& name : search.names) {
    const Reference reference = named(search.repository, name);
    for (const LocalImage& image : local) {
      const auto& names = reference.digest.empty() ? image.tags : image.digests;
      if (std::ranges::none_of(names, [&](const auto& written) { return means(written, reference); })) continue;
      Resolved resolved{.reference = reference,
                        .image_id = image.id,
                        .version = {},
                        .bytes = 0,
                        .created = image.created,
                        .registry_error = {}};
      resolved.reference.digest = digest_in(image, search.repository);
      resolved.version = version_of(image.labelled_version.value_or(""), reference.tag);
      return resolved;
    }
  }
  return std::nullopt;
}

Result<Resolved> find_remote(const Wish& wish, const Search& search, Repository& repository,
                             const std::vector<LocalImage>& local) {
  for (const std::string& name : search.names) {
    const auto image = TRY(repository.image(name));
    if (!image) continue;
    Resolved resolved{.reference = named(search.repository, name),
                      .image_id = {},
                      .version = {},
                      .bytes = image->bytes,
                      .created = image->created,
                      .registry_error = {}};
    resolved.reference.digest = image->digest;
    resolved.version = version_of(image->version, resolved.reference.tag);
    // One that was loaded from a file has no digest yet, but its id: of its configuration, or where the engine keeps
    // images as registries do (containerd), the digest itself.
    const auto here = std::ranges::find_if(local, [&](const LocalImage& one) {
      return digest_in(one, search.repository) == image->digest || one.id == image->id || one.id == image->digest;
    });
    if (here != local.end()) resolved.image_id = here->id;
    return resolved;
  }
  return unknown(wish, search, TRY(repository.tags()));
}

Result<Resolved> find(const Wish& wish, const Search& search, const Repositories& repositories,
                      const std::vector<LocalImage>& local) {
  auto repository = repositories(search.repository);
  auto remote = repository ? find_remote(wish, search, **repository, local)
                           : Result<Resolved>(std::unexpected(repository.error()));
  if (remote || remote.error().id == "platform-missing") return remote;
  auto resolved = find_local(search, local);
  if (!resolved) return remote;
  resolved->registry_error = std::move(remote).error();
  return *std::move(resolved);
}

}  // namespace

Result<void> check_pin(std::string_view pin, const Resolved& resolved) {
  const std::string& tag = resolved.reference.tag;
  const bool same_digest = is_digest(pin) && pin == resolved.reference.digest;
  if (same_digest || pin_allows(pin, read_tag(tag), resolved.version)) return {};
  return pinned(pin, resolved.version, fmt::format("Looking at {}", to_string(resolved.reference)));
}

Result<Resolved> resolve(const Wish& wish, const Repositories& repositories, const std::vector<LocalImage>& local) {
  const Search search = TRY(search_for(wish));
  Resolved resolved = TRY(find(wish, search, repositories, local));
  TRY(check_pin(wish.pin, resolved));
  return resolved;
}

}  // namespace liftlock::registry

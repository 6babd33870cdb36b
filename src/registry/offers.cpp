#include "registry/offers.hpp"

#include <algorithm>
#include <functional>

namespace liftlock::registry {

namespace {

using Kind = Tag::Kind;

bool is_wanted(const Tag& tag, const OfferQuestion& question) {
  if (tag.kind != Kind::release && tag.kind != Kind::channel) return false;
  return question.every_variant || tag.variant == question.variant;
}

/// Latest before main before dev; newer releases before older ones, the plain image before its variants; of two ways
/// of writing a release the one with 'v' first.
bool stands_before(const Offer& a, const Offer& b) {
  const auto channel = [](const Tag& tag) { return tag.base == "latest" ? 0 : tag.base == "main" ? 1 : 2; };
  if (a.tag.kind != b.tag.kind) return a.tag.kind == Kind::channel;
  if (a.tag.kind == Kind::channel && channel(a.tag) != channel(b.tag)) return channel(a.tag) < channel(b.tag);
  if (a.tag.version != b.tag.version) return a.tag.version > b.tag.version;
  if (a.tag.variant != b.tag.variant) return a.tag.variant < b.tag.variant;
  return a.tag.text > b.tag.text;
}

/// Of a release with two tags the one that is deployed, else the first; of "main-cuda" and "cuda" likewise.
void leave_one_of_each(std::vector<Offer>& offers, const InUse& in_use) {
  std::vector<Offer> kept;
  for (Offer& offer : offers) {
    const bool same = !kept.empty() && kept.back().tag.kind == offer.tag.kind &&
                      kept.back().tag.variant == offer.tag.variant && kept.back().tag.version == offer.tag.version &&
                      (offer.tag.kind == Kind::release || kept.back().tag.base == offer.tag.base);
    if (!same) {
      kept.push_back(std::move(offer));
    } else if (offer.tag.text == in_use.tag) {
      kept.back() = std::move(offer);
    }
  }
  offers = std::move(kept);
}

Offers sort_out(std::vector<Offer> found, const OfferQuestion& question) {
  std::ranges::sort(found, stands_before);
  leave_one_of_each(found, question.in_use);
  Offers offers;
  for (Offer& offer : found) {
    if (offer.tag.kind == Kind::channel) {
      offers.channels.push_back(std::move(offer));
    } else if (offers.releases.size() < question.limit) {
      offers.releases.push_back(std::move(offer));
    } else {
      ++offers.older;
    }
  }
  return offers;
}

bool is_in_use(const std::string& digest, const InUse& in_use) {
  return !digest.empty() && std::ranges::find(in_use.digests, digest) != in_use.digests.end();
}

/// The likeliest first: what it is called, what its program says, then from the newest on.
std::vector<Offer*> by_likelihood(std::vector<Offer>& releases, const InUse& in_use) {
  std::vector<Offer*> order;
  for (Offer& offer : releases) order.push_back(&offer);
  std::ranges::stable_partition(
      order, [&](const Offer* offer) { return in_use.version && offer->tag.version == *in_use.version; });
  std::ranges::stable_partition(order, [&](const Offer* offer) { return offer->tag.text == in_use.tag; });
  return order;
}

Result<void> look_up(Offers& offers, const InUse& in_use, Repository& repository) {
  for (Offer& offer : offers.channels) {
    const auto image = repository.image(offer.tag.text);
    if (!image && image.error().id != "platform-missing") return std::unexpected(image.error());
    if (!image || !*image) continue;
    offer.digest = (*image)->digest;
    offer.version = release::Version::parse((*image)->version);
    offer.created = (*image)->created;
    offer.deployed = is_in_use(offer.digest, in_use);
    if (offer.deployed && !offer.version) offer.version = in_use.version;
  }
  if (in_use.digests.empty()) return {};
  for (Offer* offer : by_likelihood(offers.releases, in_use)) {
    offer->digest = TRY(repository.digest_of(offer->tag.text)).value_or("");
    offer->deployed = is_in_use(offer->digest, in_use);
    if (offer->deployed) break;
  }
  return {};
}

Result<Offers> from_registry(const OfferQuestion& question, const Repositories& repositories) {
  const auto repository = TRY(repositories(question.repository));
  std::vector<Offer> found;
  for (const std::string& text : TRY(repository->tags())) {
    const Tag tag = read_tag(text);
    if (!is_wanted(tag, question)) continue;
    Offer offer{.tag = tag, .digest = {}, .version = {}, .created = {}, .deployed = false};
    if (tag.kind == Kind::release) offer.version = tag.version;
    found.push_back(std::move(offer));
  }
  Offers offers = sort_out(std::move(found), question);
  TRY(look_up(offers, question.in_use, *repository));
  return offers;
}

Offers from_engine(const OfferQuestion& question, const std::vector<LocalImage>& local) {
  std::vector<Offer> found;
  for (const LocalImage& image : local) {
    for (const std::string& text : image.tags) {
      const auto reference = parse_reference(text);
      if (!reference || repository_of(*reference) != repository_of(question.repository)) continue;
      const Tag tag = read_tag(reference->tag);
      if (!is_wanted(tag, question)) continue;
      Offer offer{.tag = tag,
                  .digest = digest_in(image, question.repository),
                  .version = release::Version::parse(image.labelled_version.value_or("")),
                  .created = image.created,
                  .deployed = false};
      if (tag.kind == Kind::release) offer.version = tag.version;
      offer.deployed =
          question.in_use.digests.empty() ? tag.text == question.in_use.tag : is_in_use(offer.digest, question.in_use);
      if (offer.deployed && !offer.version) offer.version = question.in_use.version;
      found.push_back(std::move(offer));
    }
  }
  return sort_out(std::move(found), question);
}

}  // namespace

Result<Offers> list_offers(const OfferQuestion& question, const Repositories& repositories,
                           const std::vector<LocalImage>& local) {
  auto offers = from_registry(question, repositories);
  if (offers) return offers;
  Offers at_hand = from_engine(question, local);
  if (at_hand.releases.empty() && at_hand.channels.empty()) return offers;
  at_hand.registry_error = std::move(offers).error();
  return at_hand;
}

}  // namespace liftlock::registry

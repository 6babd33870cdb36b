#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "registry/local_image.hpp"
#include "registry/reference.hpp"
#include "registry/repository.hpp"
#include "registry/tag.hpp"
#include "release/version.hpp"

namespace liftlock::registry {

/// A tag that could be deployed.
struct Offer {
  Tag tag;
  std::string digest;                       ///< that it names now; empty: not asked for, or not known
  std::optional<release::Version> version;  ///< a release's own; else what the label says, or what is deployed is
  std::string created;                      ///< ISO 8601; empty: not asked for, or not known
  bool deployed = false;                    ///< it names exactly the image that is deployed
};

/// What is deployed, as far as it is known.
struct InUse {
  std::string tag;
  std::vector<std::string> digests;         ///< "sha256:…", by which registries know it; none for an image made here
  std::optional<release::Version> version;  ///< of the program in it
};

struct OfferQuestion {
  Reference repository;        ///< its tag and digest do not count
  std::string variant;         ///< only these…
  bool every_variant = false;  ///< … or all
  std::size_t limit = 20;      ///< of releases
  InUse in_use;
};

struct Offers {
  std::vector<Offer> releases;          ///< newest first; each once, though it has two tags
  std::vector<Offer> channels;          ///< latest, main and dev, as far as they are there
  std::size_t older = 0;                ///< releases that the limit left out
  std::optional<Error> registry_error;  ///< why these are the engine's images, and not the registry's tags
};

/// Lists what the registry offers; where it cannot say, the images of that repository that the engine has. Channels
/// are looked up; of releases only as many as it takes to find the one that is deployed. Errors: those of Repository,
/// where the engine has nothing either.
[[nodiscard]] Result<Offers> list_offers(const OfferQuestion& question, const Repositories& repositories,
                                         const std::vector<LocalImage>& local);

}  // namespace liftlock::registry

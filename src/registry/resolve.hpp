#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "registry/local_image.hpp"
#include "registry/reference.hpp"
#include "registry/repository.hpp"
#include "release/version.hpp"

namespace liftlock::registry {

/// Which image is wanted.
struct Wish {
  Reference current;   ///< what is deployed: its repository and variant ("-cuda", …) are kept
  std::string wanted;  ///< "v0.12.4", "0.12.4", "latest", "main", a tag, a digest, or a whole reference
  std::string pin;     ///< of the configuration; empty: none
};

/// The image that a wish comes to.
struct Resolved {
  /// What to pull and to deploy, by its digest: "ghcr.io/open-webui/open-webui:v0.12.4-cuda@sha256:…". Without a
  /// digest only where the engine has the image and no registry ever had it.
  Reference reference;
  std::string image_id;                     ///< of the engine's image, if it has that one; empty: it must be pulled
  std::optional<release::Version> version;  ///< as the image's label says, else its tag; nullopt: not known
  std::int64_t bytes = 0;                   ///< that a pull of all its layers brings, compressed; 0: not known
  std::string created;                      ///< ISO 8601; empty: not known
  std::optional<Error> registry_error;      ///< why the registry was not heeded, and the engine's image taken
};

/// Asks the registry what the wish means; where it cannot say, takes the image of that name that the engine has at
/// hand, and says so in `registry_error`. Nothing is pulled. Errors: "tag-unknown" and "version-pinned" (refused),
/// "image-invalid" (usage), those of Repository.
[[nodiscard]] Result<Resolved> resolve(const Wish& wish, const Repositories& repositories,
                                       const std::vector<LocalImage>& local);

/// Refuses ("version-pinned") what `pin` does not allow: a release ("0.12.4"), a series ("0.12"), a tag or a digest.
/// Empty allows everything.
[[nodiscard]] Result<void> check_pin(std::string_view pin, const Resolved& resolved);

}  // namespace liftlock::registry

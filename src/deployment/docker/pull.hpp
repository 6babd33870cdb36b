#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "deployment/docker/engine.hpp"

/// Getting an image from its registry: the engine does, and tells how far it is.
namespace liftlock::deployment::docker {

struct PullRequest {
  std::string repository;          ///< "ghcr.io/open-webui/open-webui"
  std::string reference;           ///< a tag, or a digest: "sha256:…"
  std::string registry_auth = {};  ///< X-Registry-Auth, as the engine wants it; empty: nobody in particular asks
  std::string platform = {};       ///< "linux/arm64"; empty: the engine's own
  std::int64_t bytes = 0;          ///< what its layers weigh packed, for the progress; 0: not known
};

/// Adds up what an engine says of the layers of one pull. The first stage is the transfer; the second, which an image
/// that is here does not have, begins when all layers have come and says how much of them is unpacked.
class PullProgress {
 public:
  PullProgress(std::string_view image, std::int64_t bytes, Progress& progress);
  PullProgress(const PullProgress&) = delete;
  PullProgress& operator=(const PullProgress&) = delete;
  ~PullProgress();  ///< ends the stage
  void take(const Json& line);

 private:
  struct Layer {
    std::int64_t size = 0;
    std::int64_t come = 0;
    std::int64_t unpacked = 0;
    bool here = false;
  };
  void show();

  std::string image_;
  Progress& progress_;
  std::map<std::string, Layer> layers_;
  bool unpacking_ = false;
};

/// Pulls the image and answers what `/images/…/json` says of it then. Asks progress.cancelled(). The image that had the
/// tag before is kept by the engine, without a name; a pull that fails changes nothing.
/// Errors: "image-unknown" (usage): the registry has no such repository or tag, or does not show it to who asks;
/// "pull-denied": it wants another login; "pull-failed": all else, also a registry or an engine that was lost in the
/// middle; "pull-cancelled" (of that kind).
[[nodiscard]] Result<Json> pull(Engine& engine, const PullRequest& request, Progress& progress);

/// REPOSITORY:TAG, or REPOSITORY@DIGEST.
[[nodiscard]] std::string full_name(std::string_view repository, std::string_view reference);

}  // namespace liftlock::deployment::docker

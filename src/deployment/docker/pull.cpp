#include "deployment/docker/pull.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/json.hpp"

namespace liftlock::deployment::docker {

namespace {

/// An engine that waits for a silent registry says nothing either, and it has its own patience.
constexpr std::chrono::seconds patience{300};

bool says_any(const std::string& words, std::span<const std::string_view> phrases) {
  return std::ranges::any_of(phrases, [&](std::string_view phrase) { return words.contains(phrase); });
}

/// What engines and registries say of an image that is not there: errors of the distribution specification, and
/// Docker's "repository does not exist or may require 'docker login'" where a hub keeps that to itself; and
/// containerd's, whose store of images Docker 29 uses: 'failed to resolve reference "host/name:tag": host/name:tag: not
/// found'.
bool says_unknown(const std::string& words) {
  constexpr std::array<std::string_view, 5> phrases = {"manifest unknown", "name unknown", "repository name not known",
                                                       "repository does not exist", "not found: manifest"};
  const bool unresolved = words.contains("failed to resolve reference") && words.ends_with(": not found");
  return unresolved || says_any(words, phrases);
}

bool says_denied(const std::string& words) {
  constexpr std::array<std::string_view, 7> phrases = {
      "unauthorized", "authentication required", "access denied", "no basic auth credentials",
      "denied:",      "401 Unauthorized",        "403 Forbidden"};
  return says_any(words, phrases);
}

Error explained(Error error, const std::string& name) {
  error.doing =
      fmt::format("Pulling {}", name) + error.doing.substr(std::min(error.doing.find(" ("), error.doing.size()));
  error.state = "Nothing was changed; layers that had come whole are kept by the engine.";
  if (error.kind == ErrorKind::cancelled) {
    error.id = "pull-cancelled";
  } else if (says_unknown(error.what)) {
    error.kind = ErrorKind::usage;
    error.id = "image-unknown";
    error.state = "Nothing was changed.";
    error.next =
        "liftlock versions lists what the registry has. An image that is not public takes a docker login first.";
  } else if (says_denied(error.what)) {
    error.id = "pull-denied";
    error.state = "Nothing was changed.";
    error.next = "docker login to that registry, as a user who may pull this image.";
  } else {
    error.id = "pull-failed";
    error.next = "Do it again when the registry and the engine answer: what has come is not fetched twice.";
  }
  return error;
}

}  // namespace

PullProgress::PullProgress(std::string_view image, std::int64_t bytes, Progress& progress)
    : image_(image), progress_(progress) {
  progress_.begin("Pulling " + image_, bytes, Progress::Unit::bytes);
}

PullProgress::~PullProgress() { progress_.end(); }

void PullProgress::take(const Json& line) {
  const std::string id = json::text_at(line, {"id"});
  const std::string status = json::text_at(line, {"status"});
  if (id.empty() || status.starts_with("Pulling from")) return;  // its id is the tag
  Layer& layer = layers_[id];
  const std::int64_t current = json::number_at(line, {"progressDetail", "current"});
  const std::int64_t total = json::number_at(line, {"progressDetail", "total"});
  if (status == "Downloading") {
    layer.size = std::max(layer.size, total);
    layer.come = current;
  } else if (status == "Extracting") {
    layer.here = true;
    layer.size = std::max(layer.size, total);
    layer.unpacked = current;
  } else if (status == "Verifying Checksum" || status == "Download complete" || status == "Already exists") {
    layer.here = true;
  } else if (status == "Pull complete") {
    layer.here = true;
    layer.unpacked = layer.size;
  }
  if (layer.here) layer.come = layer.size;
  show();
}

void PullProgress::show() {
  std::int64_t size = 0;
  std::int64_t come = 0;
  std::int64_t unpacked = 0;
  bool all_here = true;
  for (const auto& [_, layer] : layers_) {
    size += layer.size;
    come += layer.come;
    unpacked += layer.unpacked;
    all_here = all_here && layer.here;
  }
  if (!unpacking_ && all_here && size > 0) {
    unpacking_ = true;
    progress_.advance(come);
    progress_.end();
    progress_.begin("Unpacking " + image_, size, Progress::Unit::bytes);
  }
  progress_.advance(unpacking_ ? unpacked : come);
}

std::string full_name(std::string_view repository, std::string_view reference) {
  return fmt::format("{}{}{}", repository, reference.contains(':') ? '@' : ':', reference);
}

Result<Json> pull(Engine& engine, const PullRequest& request, Progress& progress) {
  const std::string name = full_name(request.repository, request.reference);
  std::string path = fmt::format("/images/create?fromImage={}&tag={}", http::percent_encoded(request.repository),
                                 http::percent_encoded(request.reference));
  if (!request.platform.empty()) path += "&platform=" + http::percent_encoded(request.platform);
  std::vector<std::string> headers;
  if (!request.registry_auth.empty()) headers.push_back("X-Registry-Auth: " + request.registry_auth);
  {
    PullProgress shown(name, request.bytes, progress);
    auto done = engine.post_stream(
        path, "Pulling", [&](const Json& line) { shown.take(line); },
        {.patience = patience, .cancelled = [&] { return progress.cancelled(); }}, std::move(headers));
    if (!done) return std::unexpected(explained(std::move(done).error(), name));
  }
  auto image = TRY(engine.get(fmt::format("/images/{}/json", http::percent_encoded(name)), "Inspecting " + name));
  if (image) return *std::move(image);
  return failure("pull-failed", fmt::format("Pulling {}", name),
                 "The engine says that it is done, but has no image of that name.");
}

}  // namespace liftlock::deployment::docker

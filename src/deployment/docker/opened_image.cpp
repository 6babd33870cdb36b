#include "deployment/docker/opened_image.hpp"

#include <fmt/core.h>

#include <tuple>

#include "base/json.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/docker/tar_file.hpp"
#include "deployment/package.hpp"

namespace liftlock::deployment::docker {

namespace {

constexpr const char* fault_point = "engine-look";

std::string name_for(const std::string& instance) { return fmt::format("{}.liftlock-look", instance); }

}  // namespace

Result<void> OpenedImage::remove_left(Engine& engine, const std::string& instance) {
  const auto left = TRY(look_at(engine, name_for(instance)));
  if (!left || left->ever_started) return {};
  return remove(engine, *left, Volumes::go);
}

Result<OpenedImage> OpenedImage::open(Engine& engine, const std::string& image_id, const std::string& instance) {
  TRY(remove_left(engine, instance));
  const std::string doing = fmt::format("Looking into the image {}", short_id(image_id));
  TRY(pass_trap(doing, fault_point));
  // Of an image without a command, engines make a container only if it is given one.
  const Json body = {{"Image", image_id}, {"Cmd", {"never"}}, {"HostConfig", {{"NetworkMode", "none"}}}};
  OpenedImage opened(
      engine,
      json::text_at(TRY(engine.post(fmt::format("/containers/create?name={}", name_for(instance)), doing, body)),
                    {"Id"}));
  TRY(pass_trap(doing, fault_point));
  return opened;
}

OpenedImage::~OpenedImage() {
  if (container_.empty()) return;
  std::ignore = engine_.remove(fmt::format("/containers/{}?v=1", container_), "Removing the container of a look");
}

Result<std::optional<std::string>> OpenedImage::read(const std::filesystem::path& path, std::size_t most) {
  const auto found = TRY(tar(path, most));
  if (!found) return std::nullopt;
  return TRY(content_of_tar(*found));
}

Result<std::optional<std::string>> OpenedImage::tar(const std::filesystem::path& path, std::size_t most) {
  return file_as_tar(engine_, container_, path, most);
}

Result<void> OpenedImage::check_there() {
  TRY(need(engine_, container_));
  return {};
}

Result<std::optional<std::string>> version_in_image(Engine& engine, const std::string& image_id,
                                                    const std::string& instance) {
  OpenedImage image = TRY(OpenedImage::open(engine, image_id, instance));
  const auto package = TRY(image.read(package_file, largest_package));
  return package ? version_in_package(*package) : std::nullopt;
}

}  // namespace liftlock::deployment::docker

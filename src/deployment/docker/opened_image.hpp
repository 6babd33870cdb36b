#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"

namespace liftlock::deployment::docker {

/// The files of an image, without running anything of it: engines hand them out of a container, so one is made that is
/// never started, and removed in the end. One that a crash left behind goes when the next of that name is opened.
class OpenedImage {
 public:
  /// `instance`: the deployment's, whose name the container bears with Liftlock's mark.
  [[nodiscard]] static Result<OpenedImage> open(Engine& engine, const std::string& image_id,
                                                const std::string& instance);
  /// Removes the container that a crash left behind, if one did.
  [[nodiscard]] static Result<void> remove_left(Engine& engine, const std::string& instance);
  OpenedImage(OpenedImage&& other) noexcept
      : engine_(other.engine_), container_(std::exchange(other.container_, std::string())) {}
  OpenedImage(const OpenedImage&) = delete;
  OpenedImage& operator=(const OpenedImage&) = delete;
  OpenedImage& operator=(OpenedImage&&) = delete;
  /// An engine that does not remove the container is not complained about.
  ~OpenedImage();

  /// The content of a file of at most `most` bytes; nullopt: there is none.
  [[nodiscard]] Result<std::optional<std::string>> read(const std::filesystem::path& path, std::size_t most);
  /// A file or folder as a tar archive; as file_as_tar().
  [[nodiscard]] Result<std::optional<std::string>> tar(const std::filesystem::path& path, std::size_t most);
  /// An engine says the same of a path that is missing as of a container that somebody has removed; this tells them
  /// apart. Error: "container-missing".
  [[nodiscard]] Result<void> check_there();

 private:
  OpenedImage(Engine& engine, std::string container) : engine_(engine), container_(std::move(container)) {}

  Engine& engine_;
  std::string container_;  ///< its id; empty: moved from
};

/// The version that the program in an image says it is; nullopt where it does not tell. Errors: the engine's.
[[nodiscard]] Result<std::optional<std::string>> version_in_image(Engine& engine, const std::string& image_id,
                                                                  const std::string& instance);

}  // namespace liftlock::deployment::docker

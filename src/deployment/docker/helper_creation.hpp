#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "deployment/docker/identity.hpp"
#include "deployment/instance.hpp"

/// What a helper container is made of. Pure functions.
namespace liftlock::deployment::docker {

/// Its label; the value is the name of the deployment's container.
constexpr const char* helper_label = "liftlock.helper";

/// The folder in it of all that it brings, and the one that holds the program.
constexpr const char* helper_folder = "/.liftlock";
constexpr const char* program_folder = "/.liftlock/program";

/// The volume that keeps what Liftlock knows of the deployments of an engine whose files are not open to its users.
constexpr const char* state_volume = "liftlock";

struct HelperPlan {
  std::string name;
  std::string mark;                      ///< for the label
  std::string image;                     ///< id
  std::vector<std::string> words;        ///< of the command line
  std::vector<std::string> environment;  ///< "NAME=value", besides what every helper gets
  std::vector<Mount> mounts;             ///< shown at their places on the engine's machine
  std::filesystem::path state;           ///< the state volume's place on that machine; empty: there is none yet
  std::filesystem::path socket;          ///< the engine's, on that machine
  bool listens = false;                  ///< somebody may answer its questions
};

/// The mounts of `instance` that hold its data, its database and its secret key, each once.
[[nodiscard]] std::vector<Mount> mounts_of_data(const Instance& instance);

/// Where the engine's socket is in the helper: as its path really is, whatever the image has at /var/run, since the
/// path tells one engine from another.
[[nodiscard]] std::filesystem::path socket_inside(const std::filesystem::path& socket);

[[nodiscard]] Order helper_creation(const HelperPlan& plan);

}  // namespace liftlock::deployment::docker

#include "deployment/deployment.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "base/file.hpp"
#include "deployment/directory/directory.hpp"
#include "deployment/docker/find.hpp"
#include "deployment/docker/runner.hpp"
#include "deployment/driver.hpp"

namespace liftlock::deployment {

namespace fs = std::filesystem;

namespace {

constexpr const char* address_file = "deployment";
constexpr std::array<std::string_view, 2> later_drivers = {"compose:", "venv:"};
constexpr std::string_view docker_prefix = "docker:";
constexpr std::string_view directory_prefix = "dir:";

std::string without(std::string_view prefix, std::string_view address) {
  if (address.starts_with(prefix)) address.remove_prefix(prefix.size());
  return std::string(address);
}

bool may_be_a_name(std::string_view address) {
  return address.find_first_of("/:") == std::string_view::npos && !address.empty();
}

/// That the database is no file, and where it is, for a run that nothing tells it to.
Result<void> note_server(const Deployment& deployment) {
  const fs::path note = deployment.state_folder / server_note;
  if (!deployment.postgres) return {};
  const std::string text = deployment.postgres->url.safe + "\n";
  if (const auto now = file::read(note); now && *now == text) return {};
  return file::write_durably(note, text);
}

}  // namespace

Result<std::string> full_address(std::string_view address, const fs::path& home) {
  for (const std::string_view prefix : later_drivers) {
    if (!address.starts_with(prefix)) continue;
    return std::unexpected(
        Error{ErrorKind::usage, "driver-unknown", fmt::format("Looking for the deployment {}", address),
              fmt::format("This version of Liftlock has no driver \"{}\" yet.", prefix.substr(0, prefix.size() - 1)),
              "Nothing was changed.", "Stop Open WebUI and name its data directory instead: dir:DATA_DIR"});
  }
  if (address.starts_with(docker_prefix) || address.starts_with(directory_prefix)) return std::string(address);
  const bool container = may_be_a_name(address) && docker::has_container(address);
  auto directory = find_directory(std::string(address), home);
  if (container && directory) {
    return std::unexpected(Error{ErrorKind::usage, "deployment-ambiguous",
                                 fmt::format("Looking for the deployment {}", address),
                                 "There is a container of that name, and a data directory.", "Nothing was changed.",
                                 fmt::format("Say which: docker:{} or {}", address, directory->address)});
  }
  if (container) return fmt::format("{}{}", docker_prefix, address);
  return TRY(std::move(directory)).address;
}

Result<Deployment> find(std::string_view address, const fs::path& home) {
  const std::string full = TRY(full_address(address, home));
  if (full.starts_with(docker_prefix)) return docker::find_container(without(docker_prefix, full), home);
  return find_directory(without(directory_prefix, full), home);
}

Result<Deployment> find_lost(std::string_view address, const fs::path& home) {
  if (address.starts_with(docker_prefix)) return docker::find_lost_container(without(docker_prefix, address), home);
  return find_lost_directory(without(directory_prefix, address), home);
}

Result<std::vector<std::string>> known_addresses(const fs::path& home) {
  std::vector<std::string> addresses;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(home, code)) {
    const fs::path note = entry.path() / address_file;
    if (!file::exists(note)) continue;
    std::string address = TRY(file::read(note));
    if (address.ends_with('\n')) address.pop_back();
    addresses.push_back(std::move(address));
  }
  if (code && code != std::errc::no_such_file_or_directory) {
    return failure("file-error", fmt::format("Reading the folder {}", home.string()), code.message());
  }
  std::ranges::sort(addresses);
  return addresses;
}

Result<void> prepare_state_folder(const Deployment& deployment) {
  TRY(file::make_folder(deployment.state_folder));
  if (!deployment.instance.empty()) TRY(docker::note_places(deployment));
  TRY(note_server(deployment));
  const fs::path note = deployment.state_folder / address_file;
  if (file::exists(note)) return {};
  return file::write_durably(note, deployment.address + "\n");
}

bool is_own_name(std::string_view file_name) { return file_name.find(".liftlock-") != std::string_view::npos; }

Result<Size> measure(const Deployment& deployment) {
  Size size;
  const std::vector<fs::path> database =
      deployment.postgres ? std::vector<fs::path>{} : process::database_files(deployment.database);
  const auto belongs_to_database = [&](const fs::path& path) {
    return std::ranges::find(database, path) != database.end();
  };
  for (const auto& path : database) {
    if (const auto facts = file::facts(path)) size.database_bytes += facts->size;
  }
  std::error_code code;
  auto entry =
      fs::recursive_directory_iterator(deployment.data_directory, fs::directory_options::skip_permission_denied, code);
  for (; !code && entry != fs::recursive_directory_iterator(); entry.increment(code)) {
    std::error_code vanished;  // files may go while we look
    if (is_own_name(entry->path().filename().string())) {
      if (entry->is_directory(vanished)) entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file(vanished) || entry->is_symlink(vanished) || belongs_to_database(entry->path()))
      continue;
    const auto bytes = entry->file_size(vanished);
    if (vanished) continue;
    size.data_bytes += static_cast<std::int64_t>(bytes);
    ++size.data_files;
  }
  if (code) {
    return failure("file-error", fmt::format("Measuring {}", deployment.data_directory.string()), code.message());
  }
  return size;
}

Result<std::unique_ptr<Driver>> make_driver(const Deployment& deployment) {
  if (deployment.driver == "directory") return make_directory_driver();
  if (deployment.driver == "docker") return docker::make_driver(deployment);
  return failure("driver-unknown", fmt::format("Looking for the driver of {}", deployment.address),
                 fmt::format("There is no driver \"{}\".", deployment.driver));
}

}  // namespace liftlock::deployment

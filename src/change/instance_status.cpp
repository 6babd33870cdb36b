#include "change/instance_status.hpp"

#include <fmt/core.h>

#include <array>

#include "base/file.hpp"
#include "base/file_tree.hpp"
#include "base/format.hpp"
#include "change/run.hpp"
#include "change/swap.hpp"
#include "deployment/package.hpp"
#include "release/catalogue.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;

namespace {

using deployment::InsideFile;
using deployment::Instance;
using deployment::Platform;

constexpr std::int64_t largest_copy = 256'000'000;
constexpr std::array<const char*, 3> database_files = {"", "-wal", "-journal"};

/// What the program itself reads its version from, in the official image.
std::optional<std::string> packaged_version(Platform& platform, const Instance& instance) {
  const auto text = platform.read(instance, deployment::package_file, deployment::largest_package);
  return text ? deployment::version_in_package(*text) : std::nullopt;
}

Result<InstanceStatus::SecretKey> secret_key_of(Platform& platform, const Instance& instance) {
  using enum InstanceStatus::SecretKey;
  if (!instance.settings.secret_variable.empty()) return in_variable;
  if (!TRY(platform.look(instance, instance.settings.secret_file))) return none;
  return deployment::mount_of(instance, instance.settings.secret_file) == nullptr ? in_layer : in_kept_file;
}

/// The database's files as they are now; nullopt for one that is not there.
using Files = std::array<std::optional<InsideFile>, database_files.size()>;
Result<Files> look_at_database(Platform& platform, const Instance& instance) {
  Files files;
  for (std::size_t i = 0; i < files.size(); ++i)
    files[i] = TRY(platform.look(instance, instance.settings.database_file.string() + database_files[i]));
  return files;
}

std::unexpected<Error> unread(const Instance& instance, std::string id, std::string what) {
  return failure(std::move(id),
                 fmt::format("Reading the database {} of {}", instance.settings.database, instance.address),
                 std::move(what));
}

Result<migration::DatabaseState> state_in(const fs::path& database) {
  auto connection = TRY(open_to_look(database));
  return migration::inspect_state(connection);
}

std::int64_t bytes_of(const fs::path& database) {
  std::int64_t bytes = 0;
  for (const char* suffix : database_files) {
    if (const auto facts = file::facts(database.string() + suffix)) bytes += facts->size;
  }
  return bytes;
}

/// A copy of a database that is written to meanwhile would be of no single moment: then it is taken again.
Result<migration::DatabaseState> state_of_copy(Platform& platform, InstanceStatus& status) {
  constexpr int attempts = 3;
  const Instance& instance = status.instance;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto scratch = TRY(file::ScratchFolder::create(fs::temp_directory_path(), "liftlock-status-"));
    const fs::path copy = scratch.path() / "webui.db";
    const Files before = TRY(look_at_database(platform, instance));
    status.database_bytes = 0;
    for (const auto& file : before) *status.database_bytes += file ? file->size : 0;
    if (*status.database_bytes > largest_copy) {
      return unread(instance, "database-too-large",
                    fmt::format("This process may not open it, and it is too large to be copied for a look ({}).",
                                format_bytes(static_cast<std::uint64_t>(*status.database_bytes))));
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (!before[i]) continue;
      TRY(platform.copy_out(instance, instance.settings.database_file.string() + database_files[i],
                            copy.string() + database_files[i]));
    }
    if (before == TRY(look_at_database(platform, instance))) return state_in(copy);
  }
  return unread(instance, "database-busy", "It was written to while it was copied, three times.");
}

Result<migration::DatabaseState> ask_server(Platform& platform, InstanceStatus& status) {
  const auto access = TRY(platform.postgres_of(status.instance));
  if (!access) return unread(status.instance, "database-not-asked", "Nothing names its server.");
  status.postgres = TRY(change::status(*access));
  status.database_bytes = status.postgres->bytes;
  return status.postgres->state;
}

Result<migration::DatabaseState> read_database(Platform& platform, InstanceStatus& status) {
  const Instance& instance = status.instance;
  if (instance.settings.database_kind == "postgresql") return ask_server(platform, status);
  if (instance.settings.database_kind != "sqlite") {
    return unread(instance, "database-not-asked",
                  fmt::format("It is not a file of the container ({}), and its server is not asked.",
                              instance.settings.database_kind));
  }
  const fs::path& file = instance.settings.database_file;
  const auto found = TRY(platform.look(instance, file));
  if (!found) return unread(instance, "file-missing", fmt::format("There is no {} yet.", file.string()));
  if (!found->regular) return unread(instance, "file-error", fmt::format("{} is not a plain file.", file.string()));

  const auto here = deployment::on_this_machine(instance, file, *found);
  if (here) {
    auto state = state_in(*here);
    if (state) {
      status.database_file = here;
      status.database_bytes = bytes_of(*here);
      return state;
    }
  }
  return state_of_copy(platform, status);
}

/// Of what lies in the data directory on this machine; the database has shown that it is that directory.
std::optional<deployment::Size> size_of(const InstanceStatus& status) {
  if (!status.database_file) return std::nullopt;
  const auto folder = deployment::outside_path(status.instance, status.instance.settings.data_directory);
  if (!folder || status.database_file->parent_path() != *folder) return std::nullopt;
  deployment::Deployment there;
  there.data_directory = *folder;
  there.database = *status.database_file;
  const auto size = deployment::measure(there);
  return size ? std::optional(*size) : std::nullopt;
}

}  // namespace

std::string_view name_of(InstanceStatus::SecretKey key) {
  using enum InstanceStatus::SecretKey;
  switch (key) {
    case in_variable:
      return "variable";
    case in_kept_file:
      return "kept-file";
    case in_layer:
      return "layer";
    case none:
      break;
  }
  return "none";
}

std::optional<std::string> program_version(Platform& platform, const Instance& instance) {
  const auto packaged = packaged_version(platform, instance);
  return packaged ? packaged : instance.labelled_version;
}

std::optional<migration::DatabaseState> state_at_hand(Platform& platform, const Instance& instance) {
  if (instance.settings.database_kind != "sqlite") return std::nullopt;
  const auto found = platform.look(instance, instance.settings.database_file);
  if (!found || !*found) return std::nullopt;
  const auto here = deployment::on_this_machine(instance, instance.settings.database_file, **found);
  if (!here) return std::nullopt;
  const auto state = state_in(*here);
  return state ? std::optional(*state) : std::nullopt;
}

Result<InstanceStatus> status(Platform& platform, std::string_view name, const fs::path& home) {
  InstanceStatus status;
  status.instance = TRY(platform.inspect(name));
  const deployment::Deployment noted = TRY(deployment::state_of(status.instance, home));
  status.unfinished_change = TRY(unfinished_run(noted));
  if (const auto last = TRY(last_unsettled(noted))) status.unsettled_change = last->id;
  status.version = program_version(platform, status.instance);
  status.secret_key = TRY(secret_key_of(platform, status.instance));
  auto state = read_database(platform, status);
  if (state) {
    for (const auto* release : release::releases_of(*state)) status.releases.push_back(to_string(release->version));
    status.state = *std::move(state);
  } else {
    status.database_unread = std::move(state).error();
  }
  status.size = size_of(status);
  return status;
}

}  // namespace liftlock::change

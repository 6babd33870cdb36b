#include "deployment/docker/kept_program.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <system_error>

#include "deployment/docker/helper_creation.hpp"

namespace liftlock::deployment::docker {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = ".program-";

void remove_unused(const fs::path& state) {
  constexpr auto month = std::chrono::hours(24 * 30);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(state, ignored)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    const auto used = fs::last_write_time(entry.path(), ignored);
    if (!ignored && fs::file_time_type::clock::now() - used > month) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

fs::path kept_program(const fs::path& state, const std::string& id) { return state / (std::string(prefix) + id); }

void keep_program(const fs::path& state, const std::string& id) {
  std::error_code code;
  const fs::path kept = kept_program(state, id);
  if (!fs::is_directory(state, code)) return;
  if (fs::is_directory(kept, code)) return fs::last_write_time(kept, fs::file_time_type::clock::now(), code);
  remove_unused(state);
  const fs::path made = kept.string() + fmt::format("-{}", ::getpid());
  fs::copy(program_folder, made, code);
  if (!code) fs::rename(made, kept, code);
  if (code) fs::remove_all(made, code);
}

}  // namespace liftlock::deployment::docker

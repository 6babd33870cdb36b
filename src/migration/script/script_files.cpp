#include "migration/script/script_files.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <iterator>
#include <span>
#include <unordered_set>

#include "base/file.hpp"
#include "migration/script/read_script.hpp"
#include "migration/script/wheel.hpp"

namespace liftlock::migration::script {

namespace fs = std::filesystem;

namespace {

constexpr int folders_down = 2;

std::unexpected<Error> absent(const fs::path& place, std::string what) {
  return failure("scripts-absent", fmt::format("Looking for migration scripts in {}", place.string()), std::move(what),
                 "Name a folder of scripts, the folder above it, an installed package or a wheel.");
}

/// Folders named versions beside an env.py, no deeper than `depth` below `folder`.
void find_versions(const fs::path& folder, int depth, std::vector<fs::path>& found) {
  std::error_code ignored;
  if (fs::is_directory(folder / "versions", ignored) && fs::exists(folder / "env.py", ignored)) {
    found.push_back(folder / "versions");
    return;
  }
  if (depth == 0) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored)) find_versions(entry.path(), depth - 1, found);
  }
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool holds_scripts(const fs::path& folder) {
  std::error_code ignored;
  const fs::directory_iterator files(folder, ignored);
  return std::any_of(begin(files), end(files),
                     [](const fs::directory_entry& entry) { return is_script_name(entry.path().filename().string()); });
}

Result<fs::path> versions_folder(const fs::path& place) {
  std::error_code ignored;
  if (fs::is_directory(place / "versions", ignored)) return place / "versions";
  std::vector<fs::path> found;
  if (place.filename() != "versions") find_versions(place, folders_down, found);
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    std::ranges::sort(found);
    std::vector<std::string> names;
    for (const fs::path& folder : found) names.push_back(folder.string());
    return failure("scripts-several", fmt::format("Looking for migration scripts in {}", place.string()),
                   fmt::format("there are {} chains in it", found.size()),
                   fmt::format("Name one of them:\n{}", fmt::join(names, "\n")));
  }
  if (place.filename() != "versions" && !holds_scripts(place)) {
    return absent(place, "there are no scripts, and no folder versions beside an env.py");
  }
  return place;
}

/// Reads many small files with one buffer.
class Reader {
 public:
  Result<std::string_view> read(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return file::trouble("Opening", path, errno);
    std::size_t length = 0;
    ssize_t got = 0;
    while ((got = ::read(file, buffer_.data() + length, buffer_.size() - length)) != 0) {
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) break;
      length += static_cast<std::size_t>(got);
      if (length == buffer_.size()) buffer_.resize(buffer_.size() * 2);
    }
    const int code = errno;
    ::close(file);
    if (got < 0) return file::trouble("Reading", path, code);
    return std::string_view(buffer_).substr(0, length);
  }

 private:
  std::string buffer_ = std::string(std::size_t{1} << 16, '\0');
};

/// The files of a folder that Alembic would load: symlinks followed, a file with two names once.
Result<std::vector<std::string>> list_scripts(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (is_script_name(name_of(at->path().native()))) entries.push_back(*at);
  }
  if (error) return absent(folder, error.message());
  std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return name_of(entry.path().native()); });
  std::vector<std::string> paths;
  std::unordered_set<std::string> once;
  for (const fs::directory_entry& entry : entries) {
    std::string path = entry.path().native();
    if (entry.is_symlink(error)) path = fs::canonical(entry.path(), error).native();
    if (error) return absent(entry.path(), error.message());
    if (!is_script_name(name_of(path)) || entry.is_directory(error)) continue;
    if (once.insert(path).second) paths.push_back(std::move(path));
  }
  return paths;
}

Result<std::vector<Script>> read_files(std::span<const std::string> paths) {
  std::vector<Script> scripts;
  scripts.reserve(paths.size());
  Reader reader;
  for (const std::string& path : paths) {
    const std::string_view text = TRY(reader.read(path));
    scripts.push_back(TRY(read_script(path, text)));
  }
  return scripts;
}

/// On two threads where there is much to read; the error is that of the first file that has one.
Result<std::vector<Script>> read_all(std::span<const std::string> paths) {
  constexpr std::size_t worth_a_thread = 200;
  if (paths.size() < worth_a_thread) return read_files(paths);
  const std::size_t half = paths.size() / 2;
  auto second = std::async(std::launch::async, [&] { return read_files(paths.subspan(half)); });
  Result<std::vector<Script>> scripts = read_files(paths.first(half));
  Result<std::vector<Script>> rest = second.get();
  if (!scripts) return scripts;
  if (!rest) return rest;
  scripts->insert(scripts->end(), std::make_move_iterator(rest->begin()), std::make_move_iterator(rest->end()));
  return scripts;
}

}  // namespace

Result<ScriptFiles> read_scripts(const fs::path& place) {
  std::error_code error;
  const fs::path real = fs::canonical(place, error);
  if (error) return absent(place, "there is nothing of that name");
  if (fs::is_regular_file(real, error)) return read_wheel(real);
  ScriptFiles files{TRY(versions_folder(real)), {}};
  if (files.folder != real) files.folder = fs::canonical(files.folder, error);
  const std::vector<std::string> paths = TRY(list_scripts(files.folder));
  files.scripts = TRY(read_all(paths));
  return files;
}

}  // namespace liftlock::migration::script

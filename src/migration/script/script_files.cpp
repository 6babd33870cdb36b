#include "migration/script/script_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <expected>
#include <future>
#include <iterator>
#include <memory>
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

/// A folder that is held open, so that nobody walks down to it again for each of its files.
class Folder {
 public:
  static Result<Folder> open(const fs::path& path) {
    Folder folder(::opendir(path.c_str()));
    if (!folder.handle_) return absent(path, std::error_code(errno, std::generic_category()).message());
    return folder;
  }

  struct Entry {
    std::string name;
    bool plain = false;  ///< certainly neither a link nor a folder
  };
  /// In the order of the names. Error: the system's errno.
  std::expected<std::vector<Entry>, int> scripts() {
    std::vector<Entry> found;
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(handle_.get());
      if (entry == nullptr) break;
      const std::string_view name = &entry->d_name[0];
      if (is_script_name(name)) found.push_back({std::string(name), entry->d_type == DT_REG});
    }
    if (errno != 0) return std::unexpected(errno);
    std::ranges::sort(found, {}, &Entry::name);
    return found;
  }

  [[nodiscard]] int descriptor() const { return ::dirfd(handle_.get()); }

 private:
  struct Close {
    void operator()(DIR* handle) const { ::closedir(handle); }
  };
  explicit Folder(DIR* handle) : handle_(handle) {}
  std::unique_ptr<DIR, Close> handle_;
};

/// A script to be read.
struct File {
  std::string path;  ///< absolute
  std::size_t name;  ///< where the part of it begins by which the open folder finds it; 0: it is elsewhere
};

/// The files of a folder that Alembic would load: symlinks followed, a file with two names once.
Result<std::vector<File>> list_scripts(const fs::path& path, Folder& folder) {
  const auto entries = folder.scripts();
  if (!entries) return absent(path, std::error_code(entries.error(), std::generic_category()).message());
  const bool twice = !std::ranges::all_of(*entries, &Folder::Entry::plain);
  const std::string above = path.native() + "/";
  std::vector<File> files;
  files.reserve(entries->size());
  std::unordered_set<std::string> once;
  for (const Folder::Entry& entry : *entries) {
    File file{above + entry.name, above.size()};
    if (!entry.plain) {
      std::error_code error;
      file = {fs::canonical(file.path, error).native(), 0};
      if (error) return absent(above + entry.name, error.message());
      if (!is_script_name(name_of(file.path)) || fs::is_directory(file.path, error)) continue;
    }
    if (!twice || once.insert(file.path).second) files.push_back(std::move(file));
  }
  return files;
}

/// Reads many small files with one buffer.
class Reader {
 public:
  explicit Reader(const Folder& folder) : folder_(folder) {}

  Result<std::string_view> read(const File& script) {
    const int file = ::openat(folder_.descriptor(), script.path.c_str() + script.name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return file::trouble("Opening", script.path, errno);
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
    if (got < 0) return file::trouble("Reading", script.path, code);
    return std::string_view(buffer_).substr(0, length);
  }

 private:
  const Folder& folder_;
  std::string buffer_ = std::string(std::size_t{1} << 14, '\0');
};

Result<std::vector<Script>> read_files(std::span<const File> files, const Folder& folder) {
  std::vector<Script> scripts;
  scripts.reserve(files.size());
  Reader reader(folder);
  for (const File& file : files) {
    const std::string_view text = TRY(reader.read(file));
    scripts.push_back(TRY(read_script(file.path, text)));
  }
  return scripts;
}

/// On two threads where there is much to read; the error is that of the first file that has one.
Result<std::vector<Script>> read_all(std::span<const File> files, const Folder& folder) {
  constexpr std::size_t worth_a_thread = 200;
  if (files.size() < worth_a_thread) return read_files(files, folder);
  const std::size_t half = files.size() / 2;
  auto second = std::async(std::launch::async, [&] { return read_files(files.subspan(half), folder); });
  Result<std::vector<Script>> scripts = read_files(files.first(half), folder);
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
  auto folder = TRY(Folder::open(files.folder));
  const std::vector<File> listed = TRY(list_scripts(files.folder, folder));
  files.scripts = TRY(read_all(listed, folder));
  return files;
}

}  // namespace liftlock::migration::script

#include "base/file_tree.hpp"

#include <dirent.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/file.hpp"

namespace liftlock::file {

namespace {

EntryType type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return EntryType::directory;
    case S_IFLNK:
      return EntryType::symlink;
    case S_IFIFO:
      return EntryType::fifo;
    case S_IFSOCK:
      return EntryType::socket;
    case S_IFREG:
      return EntryType::regular;
    default:
      return EntryType::device;
  }
}

Result<std::string> link_target(const std::filesystem::path& path) {
  std::string target(256, '\0');
  while (true) {
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length < 0) return trouble("Reading the link", path, errno);
    if (static_cast<std::size_t>(length) < target.size()) {
      target.resize(static_cast<std::size_t>(length));
      return target;
    }
    target.resize(target.size() * 2);
  }
}

Result<std::vector<std::string>> names_in(const std::filesystem::path& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (!stream) return trouble("Reading the folder", directory, errno);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  if (errno != 0) return trouble("Reading the folder", directory, errno);
  std::ranges::sort(names);
  return names;
}

Result<void> walk_into(const std::filesystem::path& root, const std::string& below, std::vector<Entry>& entries) {
  auto names = names_in(below.empty() ? root : root / below);
  if (!names && names.error().id == "file-missing" && !below.empty()) return {};  // vanished meanwhile
  if (!names) return std::unexpected(std::move(names).error());
  for (const std::string& name : *names) {
    Entry entry;
    entry.path = below.empty() ? name : below + '/' + name;
    const std::filesystem::path path = root / entry.path;
    if (::lstat(path.c_str(), &entry.status) < 0) {
      if (errno == ENOENT) continue;
      return trouble("Looking at", path, errno);
    }
    entry.type = type_of(entry.status.st_mode);
    if (entry.type == EntryType::symlink) {
      auto target = link_target(path);
      if (!target && target.error().id == "file-missing") continue;
      if (!target) return std::unexpected(std::move(target).error());
      entry.link_target = *std::move(target);
    }
    const bool is_directory = entry.type == EntryType::directory;
    const std::string child = entry.path;
    entries.push_back(std::move(entry));
    if (is_directory) TRY(walk_into(root, child, entries));
  }
  return {};
}

}  // namespace

bool is_below(const std::filesystem::path& folder, const std::filesystem::path& path) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

Result<std::vector<Entry>> walk(const std::filesystem::path& root) {
  std::vector<Entry> entries;
  TRY(walk_into(root, {}, entries));
  return entries;
}

std::vector<std::pair<std::string, std::string>> extended_attributes(const std::filesystem::path& path) {
  std::vector<std::pair<std::string, std::string>> attributes;
  const ssize_t length = ::llistxattr(path.c_str(), nullptr, 0);
  if (length <= 0) return attributes;
  std::string names(static_cast<std::size_t>(length), '\0');
  const ssize_t listed = ::llistxattr(path.c_str(), names.data(), names.size());
  if (listed <= 0) return attributes;
  names.resize(static_cast<std::size_t>(listed));
  for (std::size_t at = 0; at < names.size();) {
    std::string name = names.c_str() + at;
    at += name.size() + 1;
    const ssize_t size = ::lgetxattr(path.c_str(), name.c_str(), nullptr, 0);
    if (size < 0) continue;
    std::string value(static_cast<std::size_t>(size), '\0');
    if (::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size()) != size) continue;
    attributes.emplace_back(std::move(name), std::move(value));
  }
  return attributes;
}

Result<ScratchFolder> ScratchFolder::create(const std::filesystem::path& parent, const std::string& prefix) {
  std::string name = (parent / (prefix + "XXXXXX")).string();
  if (const int code = trapped("mkdir"); code != 0) return trouble("Making a scratch folder in", parent, code);
  if (::mkdtemp(name.data()) == nullptr) return trouble("Making a scratch folder in", parent, errno);
  return ScratchFolder(std::filesystem::path(name));
}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

ScratchFolder::~ScratchFolder() {
  if (!path_.empty()) std::ignore = remove_folder(path_);  // scratch
}

}  // namespace liftlock::file

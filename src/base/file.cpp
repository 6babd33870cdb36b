#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "base/fault.hpp"

namespace liftlock::file {

namespace fs = std::filesystem;

namespace {

/// A file descriptor that is closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool valid() const { return number_ >= 0; }
  /// Closes now; for files written to, whose last error may show only here.
  [[nodiscard]] bool close() {
    const int number = std::exchange(number_, -1);
    return ::close(number) == 0;
  }

 private:
  int number_;
};

fs::path folder_of(const fs::path& path) {
  const fs::path folder = path.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

Result<void> write_all(int descriptor, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return trouble("Writing", path, errno);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> copy_content(int source, int target, const fs::path& from, const fs::path& to) {
  if (::ioctl(target, FICLONE, source) == 0) return {};
  std::vector<char> buffer(1U << 20U);
  while (true) {
    const ssize_t got = ::read(source, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return trouble("Reading", from, errno);
    if (got == 0) return {};
    TRY(write_all(target, {buffer.data(), static_cast<std::size_t>(got)}, to));
  }
}

}  // namespace

std::unexpected<Error> trouble(std::string_view doing, const fs::path& path, int code) {
  std::string id = "file-error";
  std::string next;
  if (code == ENOENT) {
    id = "file-missing";
  } else if (code == ENOSPC || code == EDQUOT) {
    id = "file-full";
    next = "Free some space on that file system, then run the command again.";
  } else if (code == EACCES || code == EPERM || code == EROFS) {
    id = "file-denied";
    next = "Run the command as a user who may write there.";
  }
  return failure(std::move(id), fmt::format("{} {}", doing, path.string()), std::strerror(code), std::move(next));
}

int trapped(const char* name) {
  switch (fault::point(name)) {
    case fault::Verdict::go_on:
      return 0;
    case fault::Verdict::fail:
      return EIO;
    case fault::Verdict::no_space:
      return ENOSPC;
  }
  return 0;
}

bool exists(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

Result<Facts> facts(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return trouble("Looking at", path, errno);
  Facts result;
  result.identity = {status.st_dev, status.st_ino};
  result.size = status.st_size;
  result.modified_nanoseconds = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  result.mode = status.st_mode & 07777U;
  result.owner = status.st_uid;
  result.group = status.st_gid;
  return result;
}

Result<std::string> read(const fs::path& path) {
  const Descriptor input(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!input.valid()) return trouble("Opening", path, errno);
  std::string content;
  std::vector<char> buffer(1U << 16U);
  while (true) {
    const ssize_t got = ::read(input.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return trouble("Reading", path, errno);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Result<void> write_durably(const fs::path& path, std::string_view content, mode_t mode) {
  const fs::path temporary = path.string() + ".tmp";
  if (const int code = trapped("write"); code != 0) return trouble("Writing", path, code);
  {
    Descriptor output(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!output.valid()) return trouble("Making", temporary, errno);
    auto written = write_all(output.get(), content, temporary);
    if (written && ::fsync(output.get()) != 0) written = trouble("Flushing", temporary, errno);
    if (written && !output.close()) written = trouble("Closing", temporary, errno);
    if (!written) {
      ::unlink(temporary.c_str());
      return written;
    }
  }
  auto renamed = file::rename(temporary, path);
  if (!renamed) ::unlink(temporary.c_str());
  return renamed;
}

Result<void> sync(const fs::path& path) {
  if (const int code = trapped("sync"); code != 0) return trouble("Flushing", path, code);
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened.valid()) return trouble("Opening", path, errno);
  // Some file systems cannot flush a folder and say EINVAL; there is nothing more to be done there.
  if (::fsync(opened.get()) != 0 && errno != EINVAL) return trouble("Flushing", path, errno);
  return {};
}

Result<void> make_folder(const fs::path& path, mode_t mode) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return {};
  if (const fs::path above = path.parent_path(); !above.empty() && above != path) TRY(make_folder(above, mode));
  if (const int code = trapped("mkdir"); code != 0) return trouble("Making the folder", path, code);
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return trouble("Making the folder", path, errno);
  return sync(folder_of(path));
}

Result<void> rename(const fs::path& from, const fs::path& to) {
  if (const int code = trapped("rename"); code != 0) return trouble("Renaming a file to", to, code);
  if (::rename(from.c_str(), to.c_str()) != 0) return trouble("Renaming a file to", to, errno);
  return sync(folder_of(to));
}

Result<void> hard_link(const fs::path& existing, const fs::path& name) {
  if (const int code = trapped("link"); code != 0) return trouble("Linking", name, code);
  if (::link(existing.c_str(), name.c_str()) != 0) return trouble("Linking", name, errno);
  return {};
}

Result<void> replace_keeping(const fs::path& from, const fs::path& to, const fs::path& kept) {
  if (file::exists(kept)) return trouble("Keeping the old file as", kept, EEXIST);
  if (const int code = trapped("link"); code != 0) return trouble("Keeping the old file as", kept, code);
  if (::link(to.c_str(), kept.c_str()) == 0) {
    auto replaced = sync(folder_of(kept));
    if (replaced) {
      if (const int code = trapped("rename"); code != 0)
        replaced = trouble("Renaming a file to", to, code);
      else if (::rename(from.c_str(), to.c_str()) != 0)
        replaced = trouble("Renaming a file to", to, errno);
    }
    if (!replaced) {
      ::unlink(kept.c_str());  // only the second name of a file that keeps its first
      return replaced;
    }
    return sync(folder_of(to));
  }
  if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK) return trouble("Keeping the old file as", kept, errno);
  if (const int code = trapped("exchange"); code != 0) return trouble("Exchanging files at", to, code);
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0) {
    return trouble("Exchanging files at", to, errno);
  }
  TRY(sync(folder_of(to)));
  return file::rename(from, kept);
}

Result<void> copy(const fs::path& from, const fs::path& to, mode_t mode) {
  if (const int code = trapped("copy"); code != 0) return trouble("Copying to", to, code);
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.valid()) return trouble("Opening", from, errno);
  Descriptor target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!target.valid()) return trouble("Making", to, errno);
  auto copied = copy_content(source.get(), target.get(), from, to);
  if (copied && ::fsync(target.get()) != 0) copied = trouble("Flushing", to, errno);
  if (copied && !target.close()) copied = trouble("Closing", to, errno);
  if (copied) copied = sync(folder_of(to));
  if (!copied) ::unlink(to.c_str());
  return copied;
}

Result<void> take_permissions(const fs::path& path, const Facts& model) {
  if (const int code = trapped("chmod"); code != 0) return trouble("Setting the permissions of", path, code);
  const Facts now = TRY(facts(path));
  if (now.owner != model.owner || now.group != model.group) {
    if (::chown(path.c_str(), model.owner, model.group) != 0 && errno != EPERM) {
      return trouble("Setting the owner of", path, errno);
    }
  }
  if (::chmod(path.c_str(), model.mode) != 0) return trouble("Setting the permissions of", path, errno);
  return {};
}

Result<void> remove(const fs::path& path) {
  if (!file::exists(path)) return {};
  if (const int code = trapped("remove"); code != 0) return trouble("Removing", path, code);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return trouble("Removing", path, errno);
  return sync(folder_of(path));
}

Result<void> remove_folder(const fs::path& path) {
  if (!file::exists(path)) return {};
  if (const int code = trapped("remove-folder"); code != 0) return trouble("Removing the folder", path, code);
  std::error_code code;
  fs::remove_all(path, code);
  if (code) return trouble("Removing the folder", path, code.value());
  return sync(folder_of(path));
}

Result<std::int64_t> free_space(const fs::path& path) {
  fs::path existing = fs::absolute(path);
  while (!file::exists(existing) && existing.has_parent_path() && existing != existing.parent_path()) {
    existing = existing.parent_path();
  }
  struct statvfs status {};
  if (::statvfs(existing.c_str(), &status) != 0) return trouble("Looking for free space at", existing, errno);
  return static_cast<std::int64_t>(status.f_bavail) * static_cast<std::int64_t>(status.f_frsize);
}

}  // namespace liftlock::file

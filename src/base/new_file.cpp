#include "base/new_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/fs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/file.hpp"
#include "base/file_stream.hpp"

namespace liftlock::file {

namespace fs = std::filesystem;

namespace {

Result<void> write_flushed(const fs::path& path, std::string_view content, mode_t mode) {
  Writer writer = TRY(Writer::create(path, mode));
  TRY(writer.write(content));
  return writer.sync();
}

/// The errno of a rename that replaces nothing; 0 if it is done.
int rename_to_free(const fs::path& from, const fs::path& to) {
  if (const int code = trapped("rename"); code != 0) return code;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system without that flag: a link does not replace anything either.
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  ::unlink(from.c_str());
  return 0;
}

std::unexpected<Error> taken(const fs::path& path) {
  return failure("file-exists", fmt::format("Making {}", path.string()), "there is a file of that name",
                 "Choose another name, or move that file away.");
}

}  // namespace

Result<void> write_new_durably(const fs::path& path, std::string_view content, mode_t mode) {
  if (file::exists(path)) return taken(path);
  const fs::path temporary = path.string() + ".liftlock-new";
  ::unlink(temporary.c_str());  // what a run that was killed has left
  if (const auto written = write_flushed(temporary, content, mode); !written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (const int code = rename_to_free(temporary, path); code != 0) {
    ::unlink(temporary.c_str());
    return code == EEXIST ? taken(path) : trouble("Making", path, code);
  }
  return sync(path.parent_path());
}

}  // namespace liftlock::file

#include "base/file_stream.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/fault.hpp"
#include "base/file.hpp"

namespace liftlock::file {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Result<Writer> Writer::create(const std::filesystem::path& path, mode_t mode) {
  if (const int code = trapped("create"); code != 0) return trouble("Making", path, code);
  Writer writer;
  writer.path_ = path;
  writer.descriptor_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (writer.descriptor() < 0) return trouble("Making", path, errno);
  return writer;
}

Result<void> Writer::write(std::string_view bytes) {
  if (const int code = trapped("write"); code != 0) return trouble("Writing", path_, code);
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return trouble("Writing", path_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> Writer::sync() {
  if (const int code = trapped("sync"); code != 0) return trouble("Flushing", path_, code);
  if (::fsync(descriptor()) != 0) return trouble("Flushing", path_, errno);
  return {};
}

Result<Reader> Reader::open(const std::filesystem::path& path) {
  Reader reader;
  reader.path_ = path;
  reader.descriptor_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (reader.descriptor() < 0) return trouble("Opening", path, errno);
  struct stat status {};
  if (::fstat(reader.descriptor(), &status) != 0) return trouble("Looking at", path, errno);
  if (!S_ISREG(status.st_mode)) return failure("file-error", fmt::format("Opening {}", path.string()), "not a file");
  return reader;
}

Result<std::size_t> Reader::read(std::span<char> buffer) {
  std::size_t total = 0;
  while (total < buffer.size()) {
    const ssize_t got = ::read(descriptor(), buffer.data() + total, buffer.size() - total);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return trouble("Reading", path_, errno);
    if (got == 0) break;
    total += static_cast<std::size_t>(got);
  }
  return total;
}

Result<std::uint64_t> Reader::size() const {
  struct stat status {};
  if (::fstat(descriptor(), &status) != 0) return trouble("Looking at", path_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace liftlock::file

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.hpp"

/// Files written and read piece by piece. Fault points and errors as in base/file.hpp.
namespace liftlock::file {

/// An open file descriptor, closed on destruction. A close can lose an error: sync before where that matters.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_ = -1;
};

/// A file being written. Not durable before sync(); a new file's name not before file::sync() of its folder.
class Writer {
 public:
  /// Makes a file that must not exist yet ("file-error").
  [[nodiscard]] static Result<Writer> create(const std::filesystem::path& path, mode_t mode = 0600);

  [[nodiscard]] Result<void> write(std::string_view bytes);
  [[nodiscard]] Result<void> sync();
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  Descriptor descriptor_;
  std::filesystem::path path_;
};

/// A file being read.
class Reader {
 public:
  /// Follows a symbolic link. Refuses what is not a regular file, without waiting for a FIFO's writer.
  [[nodiscard]] static Result<Reader> open(const std::filesystem::path& path);

  /// Fills the buffer; fewer bytes only at the end of the file.
  [[nodiscard]] Result<std::size_t> read(std::span<char> buffer);
  /// The open file's size, whatever has become of its name since.
  [[nodiscard]] Result<std::uint64_t> size() const;
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

 private:
  Descriptor descriptor_;
  std::filesystem::path path_;
};

}  // namespace liftlock::file

#include "base/own_program.hpp"

#include <elf.h>
#include <fmt/core.h>
#include <link.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "base/file.hpp"

namespace liftlock {

namespace {

namespace fs = std::filesystem;

constexpr const char* loader_name = "ld.so";

/// What the loader knows of a file that it has loaded.
struct Loaded {
  fs::path path;
  std::size_t end = 0;           ///< of what is loaded, in bytes of the file
  std::size_t loader_at = 0;     ///< where the file names its loader
  std::size_t loader_bytes = 0;  ///< how much room that name has; 0: it names none
};

/// The first one is the program itself.
std::vector<Loaded> all_loaded() {
  std::vector<Loaded> all;
  const auto note = [](dl_phdr_info* info, std::size_t, void* user) {
    auto& found = *static_cast<std::vector<Loaded>*>(user);
    Loaded one;
    one.path = found.empty() ? "/proc/self/exe" : info->dlpi_name;
    for (const auto* header = info->dlpi_phdr; header != info->dlpi_phdr + info->dlpi_phnum; ++header) {
      if (header->p_type == PT_LOAD) one.end = std::max<std::size_t>(one.end, header->p_offset + header->p_filesz);
      if (header->p_type != PT_INTERP) continue;
      one.loader_at = header->p_offset;
      one.loader_bytes = header->p_filesz;
    }
    found.push_back(std::move(one));
    return 0;
  };
  ::dl_iterate_phdr(note, &all);
  // The kernel's own piece has no file.
  std::erase_if(all, [](const Loaded& one) { return !one.path.is_absolute(); });
  return all;
}

constexpr const char* doing = "Making a copy of this program";

Result<std::string> beginning_of(const fs::path& path, std::size_t bytes) {
  std::string content(bytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(content.data(), static_cast<std::streamsize>(bytes));
  if (!file) return failure("program-unreadable", doing, fmt::format("{} cannot be read.", path.string()));
  return content;
}

Result<ProgramFile> read(const Loaded& one, const fs::path& where) {
  ProgramFile file{one.path.filename().string(), TRY(beginning_of(one.path, one.end))};
  if (one.loader_bytes == 0 || one.path != "/proc/self/exe") return file;
  const std::string loader = (where / loader_name).string();
  if (loader.size() >= one.loader_bytes || one.loader_at + one.loader_bytes > file.content.size()) {
    return failure("program-unreadable", doing, fmt::format("It has no room for the name of its loader, {}.", loader));
  }
  std::memset(file.content.data() + one.loader_at, 0, one.loader_bytes);
  loader.copy(file.content.data() + one.loader_at, loader.size());
  return file;
}

}  // namespace

std::string own_program_id() {
  std::string text;
  for (const Loaded& one : all_loaded()) {
    struct stat facts {};
    if (::stat(one.path.c_str(), &facts) != 0) facts = {};
    text += fmt::format("{} {} {} {}\n", one.path.string(), facts.st_ino, facts.st_size,
                        facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec);
  }
  return file::sha256_of(text).substr(0, 16);
}

Result<std::vector<ProgramFile>> own_program(const fs::path& where) {
  std::vector<ProgramFile> files;
  for (const Loaded& one : all_loaded()) {
    files.push_back(TRY(read(one, where)));
    if (files.size() == 1) files.back().name = "liftlock";
    if (files.back().name.starts_with("ld-linux") || files.back().name.starts_with("ld-musl"))
      files.back().name = loader_name;
  }
  return files;
}

}  // namespace liftlock

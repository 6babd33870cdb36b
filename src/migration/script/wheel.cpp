#include "migration/script/wheel.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "migration/script/read_script.hpp"

namespace liftlock::migration::script {

namespace fs = std::filesystem;

namespace {

using Handle = std::unique_ptr<struct archive, decltype(&archive_read_free)>;
using Texts = std::map<std::string, std::string, std::less<>>;  ///< by name in the wheel

constexpr std::size_t largest_script = std::size_t{16} << 20;  ///< a revision file is a few KiB
constexpr std::string_view versions = "/versions/";

std::string doing(const fs::path& wheel) { return fmt::format("Looking for migration scripts in {}", wheel.string()); }

std::unexpected<Error> damaged(const fs::path& wheel, std::string_view what) {
  return failure("scripts-damaged", doing(wheel), fmt::format("the file cannot be read as a wheel: {}", what));
}

std::unexpected<Error> damaged(const fs::path& wheel, struct archive* zip) {
  const char* text = archive_error_string(zip);
  return damaged(wheel, text != nullptr ? text : "it is not an archive");
}

Result<std::string> content_of(struct archive* zip, const fs::path& wheel, std::string_view name) {
  std::string text;
  std::string block(std::size_t{1} << 16, '\0');
  while (true) {
    const la_ssize_t count = archive_read_data(zip, block.data(), block.size());
    if (count < 0) return damaged(wheel, zip);
    if (count == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(count));
    if (text.size() > largest_script) return damaged(wheel, fmt::format("{} is larger than any script is", name));
  }
}

/// What stands directly in a folder versions, and in `with_env` the folders that have an env.py.
Result<Texts> read_candidates(const fs::path& wheel, std::set<std::string, std::less<>>& with_env) {
  const Handle zip(archive_read_new(), archive_read_free);
  archive_read_support_format_zip_seekable(zip.get());
  archive_read_set_options(zip.get(), "hdrcharset=BINARY");
  if (archive_read_open_filename(zip.get(), wheel.c_str(), std::size_t{1} << 16) != ARCHIVE_OK) {
    return damaged(wheel, zip.get());
  }
  Texts texts;
  struct archive_entry* entry = nullptr;
  int code = ARCHIVE_OK;
  while ((code = archive_read_next_header(zip.get(), &entry)) != ARCHIVE_EOF) {
    if (code < ARCHIVE_WARN) return damaged(wheel, zip.get());
    const char* raw = archive_entry_pathname(entry);
    const std::string name = fmt::format("/{}", raw != nullptr ? raw : "");
    const std::size_t file = name.rfind('/') + 1;
    if (name.substr(file) == "env.py") with_env.insert(name.substr(0, file - 1));
    const bool in_versions = std::string_view(name).substr(0, file).ends_with(versions);
    if (!in_versions || !is_script_name(std::string_view(name).substr(file))) continue;
    texts[name] = TRY(content_of(zip.get(), wheel, name));
  }
  return texts;
}

}  // namespace

bool is_script_name(std::string_view file) {
  return file.ends_with(".py") && !file.starts_with(".#") && !file.starts_with("__init__");
}

Result<ScriptFiles> read_wheel(const fs::path& wheel) {
  std::set<std::string, std::less<>> with_env;
  const Texts texts = TRY(read_candidates(wheel, with_env));
  std::set<std::string> chains;
  for (const auto& [name, text] : texts) {
    const std::string folder = name.substr(0, name.rfind(versions));
    if (with_env.contains(folder)) chains.insert(folder);
  }
  if (chains.empty()) {
    return failure("scripts-absent", doing(wheel), "there is no folder versions with scripts beside an env.py in it");
  }
  if (chains.size() > 1) {
    return failure("scripts-several", doing(wheel),
                   fmt::format("there are {} chains in it: {}", chains.size(), fmt::join(chains, ", ")),
                   "Unpack it, and name one of them.");
  }
  ScriptFiles files{fs::path(wheel.native() + *chains.begin()) / "versions", {}};
  const std::string inside = *chains.begin() + std::string(versions);
  for (const auto& [name, text] : texts) {
    if (name.size() <= inside.size() || !name.starts_with(inside)) continue;
    files.scripts.push_back(TRY(read_script(wheel.native() + name, text)));
  }
  return files;
}

}  // namespace liftlock::migration::script

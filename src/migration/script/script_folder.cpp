#include "migration/script/script_folder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/file.hpp"
#include "migration/script/template.hpp"

namespace liftlock::migration::script {

namespace fs = std::filesystem;

namespace {

using Options = std::map<std::string, std::string, std::less<>>;
using Sections = std::map<std::string, Options, std::less<>>;

std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view white = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(white);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return result;
}

/// As Python's configparser reads it: comments on lines of their own, values that go on in indented lines.
Sections read_ini(std::string_view text) {
  Sections sections;
  Options* section = nullptr;
  std::string* value = nullptr;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view raw = text.substr(at, end - at);
    const std::string_view line = trimmed(raw);
    at = end + 1;
    if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
    const bool indented = raw.front() == ' ' || raw.front() == '\t';
    if (indented && value != nullptr) {
      *value += fmt::format("{}{}", value->empty() ? "" : "\n", line);
    } else if (line.starts_with('[') && line.find(']') != std::string_view::npos) {
      section = &sections[std::string(line.substr(1, line.rfind(']') - 1))];
      value = nullptr;
    } else if (const std::size_t equals = line.find_first_of("=:"); equals != std::string_view::npos && section) {
      value = &(*section)[lower(trimmed(line.substr(0, equals)))];
      *value = trimmed(line.substr(equals + 1));
    }
  }
  return sections;
}

/// The [alembic] section of one file.
class Settings {
 public:
  Settings(fs::path file, Options options) : file_(std::move(file)), options_(std::move(options)) {}

  [[nodiscard]] const fs::path& file() const { return file_; }

  /// With "%(here)s" and "%%" replaced; nullopt where there is none. Error: another "%(name)s".
  [[nodiscard]] Result<std::optional<std::string>> text(std::string_view name) const {
    const auto found = options_.find(name);
    if (found == options_.end()) return std::nullopt;
    static constexpr std::string_view here = "%(here)s";
    std::string value;
    const std::string_view raw = found->second;
    for (std::size_t at = 0; at < raw.size();) {
      if (raw.substr(at, 2) == "%%") {
        value += '%';
        at += 2;
      } else if (raw.substr(at).starts_with(here)) {
        value += file_.parent_path().string();
        at += here.size();
      } else if (raw[at] == '%') {
        return unsupported(name, "it refers to another setting");
      } else {
        value += raw[at++];
      }
    }
    return value;
  }

  [[nodiscard]] Result<bool> flag(std::string_view name) const {
    const std::optional<std::string> value = TRY(text(name));
    static constexpr std::string_view yes[] = {"true", "yes", "on", "y", "t", "1"};
    return value && std::ranges::find(yes, lower(*value)) != std::end(yes);
  }

  [[nodiscard]] std::unexpected<Error> unsupported(std::string_view name, std::string_view why) const {
    return failure("settings-unsupported", fmt::format("Reading {}", file_.string()),
                   fmt::format("{} = {}: {}", name, options_.find(name)->second, why),
                   "Make the revision with `alembic revision`.");
  }

 private:
  fs::path file_;
  Options options_;
};

/// Whether the settings are those of this chain: their script_location is the folder above its scripts.
Result<bool> are_of(const Settings& settings, const fs::path& versions) {
  const auto location = TRY(settings.text("script_location"));
  if (!location) return false;
  std::error_code ignored;
  return fs::equivalent(settings.file().parent_path() / *location, versions.parent_path(), ignored);
}

Result<void> refuse_unsupported(const Settings& settings, const fs::path& versions) {
  if (TRY(settings.flag("revision_environment"))) {
    return settings.unsupported("revision_environment", "env.py takes part in making a revision");
  }
  for (const std::string_view name : {"recursive_version_locations", "sourceless"}) {
    if (TRY(settings.flag(name))) return settings.unsupported(name, "Liftlock reads no such folders of scripts");
  }
  if (const auto encoding = TRY(settings.text("output_encoding")); encoding && lower(*encoding) != "utf-8") {
    return settings.unsupported("output_encoding", "Liftlock writes UTF-8");
  }
  std::error_code ignored;
  const auto locations = TRY(settings.text("version_locations"));
  if (locations && !fs::equivalent(settings.file().parent_path() / *locations, versions, ignored)) {
    return settings.unsupported("version_locations", "Liftlock knows one folder of scripts a chain");
  }
  return {};
}

Result<void> apply(const Settings& settings, ScriptFolder& folder) {
  if (const auto name = TRY(settings.text("file_template"))) folder.file_template = *name;
  if (const auto length = TRY(settings.text("truncate_slug_length"))) {
    std::size_t number = 0;
    const auto [stop, error] = std::from_chars(length->data(), length->data() + length->size(), number);
    if (error != std::errc() || stop != length->data() + length->size()) {
      return settings.unsupported("truncate_slug_length", "this is no number");
    }
    if (number > 0) folder.slug_length = number;
  }
  if (const auto zone = TRY(settings.text("timezone"))) {
    if (lower(*zone) != "utc") return settings.unsupported("timezone", "Liftlock knows the machine's zone and UTC");
    folder.utc = true;
  }
  return {};
}

/// A file of settings that is the chain's, and its hooks.
struct Found {
  Settings settings;
  std::string hooks;
};

Result<std::optional<Found>> find_settings(const fs::path& versions) {
  const fs::path above = versions.parent_path();
  for (const fs::path& place : {above, above.parent_path()}) {
    const fs::path file = place / "alembic.ini";
    if (!file::exists(file)) continue;
    const std::string text = TRY(file::read(file));
    Sections sections = read_ini(text);
    Settings settings(file, std::move(sections["alembic"]));
    if (TRY(are_of(settings, versions))) return Found{std::move(settings), sections["post_write_hooks"]["hooks"]};
  }
  return std::nullopt;
}

Result<void> read_settings(ScriptFolder& folder) {
  const std::optional<Found> found = TRY(find_settings(folder.versions));
  if (!found) return {};
  TRY(refuse_unsupported(found->settings, folder.versions));
  TRY(apply(found->settings, folder));
  folder.settings = found->settings.file();
  if (!found->hooks.empty()) {
    folder.notes.push_back(fmt::format("{} names hooks to be run on a new file ({}); none was run.",
                                       folder.settings.string(), found->hooks));
  }
  return {};
}

}  // namespace

Result<fs::path> settings_of(const fs::path& versions) {
  const std::optional<Found> found = TRY(find_settings(versions));
  return found ? found->settings.file() : fs::path();
}

Result<ScriptFolder> script_folder(const fs::path& versions) {
  ScriptFolder folder{.versions = versions, .template_file = {}, .template_text = {}, .settings = {}, .notes = {}};
  for (const fs::path& place : {versions, versions.parent_path()}) {
    const fs::path file = place / "script.py.mako";
    // Beside env.py is where Alembic looks, and nowhere else where there is a folder versions.
    if (place.filename() == "versions" || !file::exists(file)) continue;
    folder.template_file = file;
    folder.template_text = TRY(file::read(file));
    break;
  }
  if (folder.template_file.empty()) folder.template_text = default_template();
  TRY(read_settings(folder));
  return folder;
}

}  // namespace liftlock::migration::script

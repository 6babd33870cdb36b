#include "deployment/docker/image_migrations.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/json.hpp"
#include "deployment/docker/opened_image.hpp"
#include "deployment/docker/podman.hpp"
#include "deployment/docker/tar_file.hpp"
#include "migration/script/read_script.hpp"
#include "migration/script/wheel.hpp"

namespace liftlock::deployment::docker {

namespace fs = std::filesystem;

namespace {

using migration::script::Script;

constexpr const char* usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";  ///< where an image sets none
constexpr std::size_t most_bytes = std::size_t{64} << 20;  ///< scripts and their compiled forms are some 2 MB

std::string variable(const Json& config, std::string_view name) {
  const std::string begin = fmt::format("{}=", name);
  for (const std::string& one : json::texts_at(config, {"Env"})) {
    if (one.starts_with(begin)) return one.substr(begin.size());
  }
  return {};
}

std::vector<fs::path> paths_in(const std::string& list) {
  std::vector<fs::path> paths;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(':', at), list.size());
    const fs::path path = list.substr(at, end - at);
    if (path.is_absolute()) paths.push_back(path.lexically_normal());
    at = end + 1;
  }
  return paths;
}

/// Of an installation of Python, or of a virtual environment.
std::vector<fs::path> package_folders(const fs::path& root) {
  std::vector<fs::path> folders;
  for (const char* minor : {"11", "12", "13", "14", "10", "9"}) {
    const fs::path library = root / "lib" / fmt::format("python3.{}", minor);
    folders.push_back(library / "site-packages");
    folders.push_back(library / "dist-packages");
  }
  folders.push_back(root / "lib/python3/dist-packages");
  return folders;
}

/// Of those files that Alembic would load.
Result<std::vector<Script>> read_scripts(std::string_view tar, const fs::path& folder) {
  auto files = TRY(files_of_tar(tar));
  std::erase_if(files, [](const TarFile& file) {
    const fs::path name = fs::path(file.name).lexically_normal();
    return std::distance(name.begin(), name.end()) != 2 || !migration::script::is_script_name(name.filename().native());
  });
  std::ranges::sort(files, {}, &TarFile::name);
  std::vector<Script> scripts;
  for (const TarFile& file : files) {
    const fs::path path = folder / fs::path(file.name).filename();
    scripts.push_back(TRY(migration::script::read_script(path.native(), file.content)));
  }
  return scripts;
}

}  // namespace

std::vector<fs::path> package_places(const Json& config) {
  std::vector<fs::path> places;
  const auto add = [&](const fs::path& place) {
    if (std::ranges::find(places, place) == places.end()) places.push_back(place);
  };
  std::vector<fs::path> backends;
  if (const fs::path work = json::text_at(config, {"WorkingDir"}); work.is_absolute())
    backends.push_back(work.lexically_normal());
  backends.emplace_back("/app/backend");
  for (const fs::path& backend : backends) add(backend / "open_webui");
  for (const fs::path& folder : paths_in(variable(config, "PYTHONPATH"))) add(folder / "open_webui");
  std::vector<fs::path> roots = paths_in(variable(config, "VIRTUAL_ENV"));
  const std::string path_list = variable(config, "PATH");
  for (const fs::path& path : paths_in(path_list.empty() ? usual_path : path_list)) {
    if (path.filename() == "bin") roots.push_back(path.parent_path());
  }
  for (const fs::path& root : roots) {
    for (const fs::path& folder : package_folders(root)) add(folder / "open_webui");
  }
  for (const fs::path& backend : backends) add(backend);
  return places;
}

Result<std::vector<Script>> migrations_in_image(Engine& engine, const std::string& image_id,
                                                const std::string& instance) {
  const auto image = TRY(inspect_image(engine, image_id, "Reading the migrations in an image"));
  OpenedImage opened = TRY(OpenedImage::open(engine, image_id, instance));
  for (const fs::path& place : package_places(json::at(image.value_or(Json()), {"Config"}))) {
    const fs::path folder = place / "migrations/versions";
    if (const auto tar = TRY(opened.tar(folder, most_bytes))) return read_scripts(*tar, folder);
  }
  TRY(opened.check_there());
  return std::vector<Script>{};
}

}  // namespace liftlock::deployment::docker

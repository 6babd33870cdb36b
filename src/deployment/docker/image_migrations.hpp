#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"
#include "migration/script/script.hpp"

namespace liftlock::deployment::docker {

/// Where the program's package may be, the folder with `migrations/versions` in it, likeliest first: where official
/// images have it (`/app/backend/open_webui`; early 0.3.x `/app/backend`), and where Python finds packages by what an
/// image's `Config` says of PATH, PYTHONPATH and VIRTUAL_ENV.
[[nodiscard]] std::vector<std::filesystem::path> package_places(const Json& config);

/// The Alembic scripts in an image, in the order of their files, with their paths in it; none where there are none at
/// package_places(). Nothing of the image is run. `instance`: see OpenedImage. Errors: the engine's;
/// "file-error" where they are far larger than they ever were; "script-unreadable", with file and line.
[[nodiscard]] Result<std::vector<migration::script::Script>> migrations_in_image(Engine& engine,
                                                                                 const std::string& image_id,
                                                                                 const std::string& instance);

}  // namespace liftlock::deployment::docker

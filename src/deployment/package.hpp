#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace liftlock::deployment {

/// What the program reads its own version from, in images of the official shape; it answers that at /api/version.
/// backend/open_webui/env.py: PACKAGE_DATA
constexpr const char* package_file = "/app/package.json";
constexpr std::size_t largest_package = 1'000'000;  ///< bytes; a larger one is something else

/// The version in that file; nullopt where it holds none.
[[nodiscard]] std::optional<std::string> version_in_package(std::string_view content);

}  // namespace liftlock::deployment

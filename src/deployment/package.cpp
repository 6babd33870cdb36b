#include "deployment/package.hpp"

#include "base/json.hpp"

namespace liftlock::deployment {

std::optional<std::string> version_in_package(std::string_view content) {
  const json::Json package = json::Json::parse(content, nullptr, false);
  std::string version = json::text_at(package, {"version"});
  if (version.empty()) return std::nullopt;
  return version;
}

}  // namespace liftlock::deployment

#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// Reading JSON that others wrote: what is missing, or of another type, counts as not said.
namespace liftlock::json {

using Json = nlohmann::json;
using Path = std::initializer_list<const char*>;

/// A member of any depth; null where one on the way is missing. Lives as long as `object`.
[[nodiscard]] const Json& at(const Json& object, Path path);
[[nodiscard]] std::string text_at(const Json& object, Path path);
/// The texts in an array.
[[nodiscard]] std::vector<std::string> texts_at(const Json& object, Path path);
/// 0 where it is no whole number.
[[nodiscard]] std::int64_t number_at(const Json& object, Path path);

}  // namespace liftlock::json

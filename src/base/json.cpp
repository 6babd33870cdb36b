#include "base/json.hpp"

namespace liftlock::json {

const Json& at(const Json& object, Path path) {
  static const Json nothing;
  const Json* here = &object;
  for (const char* name : path) {
    if (!here->is_object()) return nothing;
    const auto found = here->find(name);
    if (found == here->end()) return nothing;
    here = &*found;
  }
  return *here;
}

std::string text_at(const Json& object, Path path) {
  const Json& value = at(object, path);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::vector<std::string> texts_at(const Json& object, Path path) {
  std::vector<std::string> texts;
  for (const Json& value : at(object, path)) {
    if (value.is_string()) texts.push_back(value.get<std::string>());
  }
  return texts;
}

std::int64_t number_at(const Json& object, Path path) {
  const Json& value = at(object, path);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

}  // namespace liftlock::json

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/repository.hpp"

namespace liftlock::registry {

/// A repository that answers from a table, or always with an error. Both live longer than it does.
class Table final : public Repository {
 public:
  Table(const std::map<std::string, Image>& images, const std::optional<Error>& error)
      : images_(images), error_(error) {}
  Result<std::vector<std::string>> tags() override {
    if (error_) return std::unexpected(*error_);
    std::vector<std::string> tags;
    for (const auto& [tag, image] : images_) tags.push_back(tag);
    return tags;
  }
  Result<std::optional<std::string>> digest_of(std::string_view tag) override {
    const auto found = TRY(image(tag));
    return found ? std::optional(found->digest) : std::nullopt;
  }
  Result<std::optional<Image>> image(std::string_view name) override {
    if (error_) return std::unexpected(*error_);
    for (const auto& [tag, image] : images_) {
      if (tag == name || image.digest == name) return image;
    }
    return std::nullopt;
  }

 private:
  const std::map<std::string, Image>& images_;
  const std::optional<Error>& error_;
};

}  // namespace liftlock::registry

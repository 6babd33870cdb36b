#pragma once

#include <string>
#include <string_view>

/// Until c1d2e3f4a5b6, a shared snapshot of the chat X is a row of chat that belongs to the user "shared-X".
namespace liftlock::migration::openwebui {

/// SQL's `user_id LIKE 'shared-%'`, which takes small and capital letters for the same.
[[nodiscard]] inline bool is_share(std::string_view user_id) {
  constexpr std::string_view prefix = "shared-";
  if (user_id.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const char c = user_id[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != prefix[i]) return false;
  }
  return true;
}

/// The id of the chat that a snapshot of this user was made of.
[[nodiscard]] inline std::string original_of(std::string_view user_id) {
  std::string original(user_id);
  const std::size_t at = original.find("shared-");
  if (at != std::string::npos) original.erase(at, std::string_view("shared-").size());
  return original;
}

}  // namespace liftlock::migration::openwebui

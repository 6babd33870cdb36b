#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace liftlock::release {

/// The number of a published release of Open WebUI: three decimal numbers, ordered as numbers (0.3.35 < 0.10.0), and
/// for a development release its own number, ordered before the release itself (0.5.0.dev2 < 0.5.0).
struct Version {
  static constexpr int not_development = 1'000'000;

  std::array<int, 3> parts{};
  int development = not_development;

  /// Understands "0.12.4", "v0.12.4" and "0.5.0.dev2", surrounding blanks included; nullopt for anything else
  /// ("latest", "0.12").
  [[nodiscard]] static std::optional<Version> parse(std::string_view text);

  [[nodiscard]] bool is_development() const { return development != not_development; }

  friend constexpr auto operator<=>(const Version&, const Version&) = default;
};

/// "0.12.4", "0.5.0.dev2".
[[nodiscard]] std::string to_string(const Version& version);

}  // namespace liftlock::release

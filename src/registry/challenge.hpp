#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace liftlock::registry {

/// One way in which a registry wants to be asked: of a header WWW-Authenticate.
struct Challenge {
  std::string scheme;                                          ///< in lower case: "bearer", "basic"
  std::map<std::string, std::string, std::less<>> parameters;  ///< names in lower case
};

/// All of them, in order; RFC 9110, section 11.6.1. What cannot be understood ends the list.
[[nodiscard]] std::vector<Challenge> read_challenges(std::string_view header);

/// The target of the link whose relation is "next" in a header Link (RFC 8288); empty where there is none.
[[nodiscard]] std::string next_link(std::string_view header);

}  // namespace liftlock::registry

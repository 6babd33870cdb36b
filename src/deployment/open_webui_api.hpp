#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/http.hpp"

/// Open WebUI's HTTP API as one of its users sees it, as far as that one's chats go; the same in 0.3.35 to 0.12.4.
namespace liftlock::deployment {

/// Of whom a session token is.
struct SessionUser {
  std::string id;
  std::optional<std::string> stamp;  ///< auth.session_stamp (0.12.0 on); where it is not NULL, a token must have it
};

/// A token that a program with this WEBUI_SECRET_KEY takes for that of a user who has signed in: a JWT, HS256.
/// `now`: seconds since the epoch; it is good for ten minutes.
[[nodiscard]] std::string session_token(std::string_view secret, const SessionUser& user, std::int64_t now);

struct ListedChat {
  std::string id;
  std::string title;
  friend auto operator<=>(const ListedChat&, const ListedChat&) = default;
};

/// A user's session. Errors: "api-refused" where the program does not let itself be asked so (401, 403, 404, 405);
/// "api-failed" for any other answer than a good one.
class UserSession {
 public:
  /// `transport` is not owned. `address`: "http://172.18.0.2:8080".
  UserSession(http::Transport& transport, std::string address, std::string token)
      : transport_(transport), address_(std::move(address)), token_(std::move(token)) {}

  /// A page of the chats that the program lists at first sight: neither archived, nor pinned, nor in a folder. From 1;
  /// empty behind the last.
  [[nodiscard]] Result<std::vector<ListedChat>> chats(int page);
  /// A chat as it is opened; its messages are in ["chat"]["history"]["messages"].
  [[nodiscard]] Result<nlohmann::json> chat(const std::string& id);

 private:
  [[nodiscard]] Result<nlohmann::json> get(const std::string& path);

  http::Transport& transport_;
  std::string address_;
  std::string token_;
};

}  // namespace liftlock::deployment

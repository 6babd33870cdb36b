#include "deployment/open_webui_api.hpp"

#include <fmt/core.h>

#include "base/base64.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"

namespace liftlock::deployment {

using Json = nlohmann::json;

namespace {

constexpr std::int64_t good_for_seconds = 600;

/// As JWTs have it: without padding.
std::string part(std::string_view bytes) {
  std::string text = base64_url(bytes);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string shortened(std::string text) {
  constexpr std::size_t most = 200;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text.size() > most ? text.substr(0, most) + "…" : text;
}

}  // namespace

std::string session_token(std::string_view secret, const SessionUser& user, std::int64_t now) {
  Json payload = {{"id", user.id}, {"iat", now}, {"exp", now + good_for_seconds}};
  if (user.stamp) payload["session_stamp"] = *user.stamp;
  const std::string text =
      part(R"({"alg":"HS256","typ":"JWT"})") + "." + part(payload.dump(-1, ' ', false, Json::error_handler_t::replace));
  return text + "." + part(hmac_sha256(secret, text));
}

Result<Json> UserSession::get(const std::string& path) {
  const std::string doing = fmt::format("Asking the program as a user for {}", path);
  auto answer =
      transport_.send({.url = address_ + path, .headers = {"Authorization: Bearer " + token_}, .direct = true});
  if (!answer) {
    Error error = std::move(answer).error();
    return failure("api-failed", doing, error.what);
  }
  const int status = answer->status;
  if (status == 401 || status == 403 || status == 404 || status == 405)
    return failure("api-refused", doing, fmt::format("It answers with status {}.", status));
  if (status != 200) {
    return failure("api-failed", doing,
                   fmt::format("It answers with status {}: {}", status, shortened(std::move(answer->body))));
  }
  Json body = Json::parse(answer->body, nullptr, false);
  if (!body.is_discarded()) return body;
  return failure("api-failed", doing, "Its answer is not JSON.");
}

Result<std::vector<ListedChat>> UserSession::chats(int page) {
  const Json body = TRY(get(fmt::format("/api/v1/chats/?page={}", page)));
  std::vector<ListedChat> listed;
  if (!body.is_array()) return failure("api-failed", "Asking the program for the list of chats", "It is no list.");
  for (const Json& entry : body) listed.push_back({json::text_at(entry, {"id"}), json::text_at(entry, {"title"})});
  return listed;
}

Result<Json> UserSession::chat(const std::string& id) { return get("/api/v1/chats/" + http::percent_encoded(id)); }

}  // namespace liftlock::deployment

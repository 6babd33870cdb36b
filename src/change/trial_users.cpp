#include "change/trial_users.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.hpp"
#include "database/sqlite_schema.hpp"

namespace liftlock::change {

using database::Connection;
using database::Value;
using deployment::ListedChat;
using deployment::SessionUser;
using deployment::UserSession;
using Json = nlohmann::json;

namespace {

constexpr int most_pages = 20;
constexpr std::size_t most_opened = 6;  // of each user

std::unexpected<Error> differ(const SessionUser& user, const std::string& what) {
  return failure("chats-differ", "Comparing what the program shows its users with the database",
                 fmt::format("For the user {}, {}", user.id, what));
}

/// Which of a user's chats the program lists at first sight.
Result<std::string> listed_condition(Connection& database) {
  std::string condition = "user_id = ? AND archived = 0";
  if (TRY(database::has_column(database, "chat", "pinned"))) condition += " AND coalesce(pinned, 0) = 0";
  if (TRY(database::has_column(database, "chat", "folder_id"))) condition += " AND folder_id IS NULL";
  if (TRY(database::has_column(database, "chat", "meta")))
    condition += " AND (CASE WHEN json_valid(meta) THEN json_extract(meta, '$.internal') END) IS NOT 1";
  return condition;
}

Result<std::set<ListedChat>> chats_in(Connection& database, const SessionUser& user) {
  const std::string sql = fmt::format("SELECT id, title FROM chat WHERE {}", TRY(listed_condition(database)));
  auto statement = TRY(database.prepare(sql));
  statement.bind(1, Value::text(user.id));
  std::set<ListedChat> chats;
  while (TRY(statement.step())) chats.insert({statement.text(0), statement.text(1)});
  return chats;
}

/// The list, as far as the pages go; `whole` where they came to their end.
struct Listing {
  std::vector<ListedChat> chats;
  bool whole = false;
};

Result<Listing> list(UserSession& session) {
  Listing listing;
  std::set<std::string> seen;
  for (int page = 1; page <= most_pages; ++page) {
    const auto listed = TRY(session.chats(page));
    if (listed.empty()) {
      listing.whole = true;
      return listing;
    }
    const std::size_t before = seen.size();
    for (const ListedChat& chat : listed) {
      if (seen.insert(chat.id).second) listing.chats.push_back(chat);
    }
    if (seen.size() == before) return listing;  // releases that do not know pages give the first one again
  }
  return listing;
}

Result<void> compare_lists(const SessionUser& user, const Listing& listing, const std::set<ListedChat>& expected) {
  for (const ListedChat& chat : listing.chats) {
    if (!expected.contains(chat))
      return differ(user, fmt::format("it lists the chat {}, which the database does not have so.", chat.id));
  }
  if (!listing.whole || listing.chats.size() == expected.size()) return {};
  return differ(user, fmt::format("it lists {} of {} chats.", listing.chats.size(), expected.size()));
}

using Said = std::map<std::string, std::pair<Json, Json>>;  ///< message id → role and content

/// Programs leave the character NUL out, which PostgreSQL could not hold.
Json without_nul(Json value) {
  if (value.is_string()) {
    auto text = value.get<std::string>();
    std::erase(text, '\0');
    return text;
  }
  return value;
}

Said said_in(const Json& chat) {
  Said said;
  const Json& messages = json::at(chat, {"history", "messages"});
  if (!messages.is_object()) return said;
  for (const auto& [id, message] : messages.items())
    said[id] = {json::at(message, {"role"}), without_nul(json::at(message, {"content"}))};
  return said;
}

Result<Json> document_of(Connection& database, const std::string& id) {
  const auto text = TRY(database.query_text("SELECT chat FROM chat WHERE id = ?", {Value::text(id)})).value_or("");
  Json document = Json::parse(text, nullptr, false);
  if (document.is_string()) document = Json::parse(document.get<std::string>(), nullptr, false);
  return document;
}

Result<void> compare_chat(UserSession& session, Connection& database, const SessionUser& user,
                          const ListedChat& listed) {
  const Json document = TRY(document_of(database, listed.id));
  const auto answer = session.chat(listed.id);
  if (!answer && answer.error().id == "api-refused")
    return differ(user, fmt::format("it lists the chat {}, and does not open it.", listed.id));
  const Json opened = TRY(answer);
  if (json::text_at(opened, {"title"}) != listed.title)
    return differ(user, fmt::format("the chat {} has another title once it is opened.", listed.id));
  const Said expected = said_in(document);
  const Said found = said_in(json::at(opened, {"chat"}));
  for (const auto& [id, message] : expected) {
    const auto there = found.find(id);
    if (there == found.end())
      return differ(user, fmt::format("the message {} of the chat {} is missing.", id, listed.id));
    if (there->second != message)
      return differ(user, fmt::format("the message {} of the chat {} is another one.", id, listed.id));
  }
  return {};
}

/// From the newest to the oldest, at even distances.
std::vector<ListedChat> some_of(const std::vector<ListedChat>& chats) {
  if (chats.size() <= most_opened) return chats;
  std::vector<ListedChat> chosen;
  for (std::size_t i = 0; i < most_opened; ++i) chosen.push_back(chats[i * (chats.size() - 1) / (most_opened - 1)]);
  return chosen;
}

Result<void> ask_as(UserSession session, Connection& database, const SessionUser& user, UsersAsked& asked) {
  const Listing listing = TRY(list(session));
  const auto expected = TRY(chats_in(database, user));
  TRY(compare_lists(user, listing, expected));
  for (const ListedChat& chat : some_of(listing.chats)) {
    TRY(compare_chat(session, database, user, chat));
    ++asked.chats_opened;
  }
  asked.chats_listed += static_cast<std::int64_t>(listing.chats.size());
  ++asked.users;
  return {};
}

}  // namespace

Result<std::vector<SessionUser>> sample_of_users(Connection& database, std::size_t most) {
  std::vector<SessionUser> users;
  if (!TRY(database::has_column(database, "user", "role")) || !TRY(database::has_column(database, "chat", "user_id")))
    return users;
  const bool stamped = TRY(database::has_column(database, "auth", "session_stamp"));
  // One of each without rights to sign in has nothing to be asked for: roles are "admin", "user" and "pending".
  auto statement = TRY(database.prepare(fmt::format(
      R"(WITH chats AS (SELECT user_id, count(*) AS number FROM chat GROUP BY user_id)
         SELECT u.id, {} FROM "user" u JOIN auth a ON a.id = u.id LEFT JOIN chats c ON c.user_id = u.id
         WHERE u.role IN ('admin', 'user') AND a.active = 1
         ORDER BY u.id = (SELECT x.id FROM "user" x LEFT JOIN chats y ON y.user_id = x.id WHERE x.role = 'admin'
                          ORDER BY coalesce(y.number, 0) DESC, x.id LIMIT 1) DESC,
                  coalesce(c.number, 0) DESC, u.id
         LIMIT {})",
      stamped ? "a.session_stamp" : "NULL", most)));
  while (TRY(statement.step())) {
    SessionUser user{statement.text(0), std::nullopt};
    if (!statement.column(1).is_null()) user.stamp = statement.text(1);
    users.push_back(std::move(user));
  }
  return users;
}

Result<UsersAsked> ask_as_users(http::Transport& transport, const UsersRequest& request, Clock& clock,
                                Progress& progress) {
  auto database = TRY(Connection::open(request.database, database::OpenMode::immutable));
  UsersAsked asked;
  const auto users = TRY(sample_of_users(database));
  if (users.empty()) asked.not_asked = "there is no user who could sign in";
  for (const SessionUser& user : users) {
    if (progress.cancelled())
      return std::unexpected(Error{ErrorKind::cancelled, "cancelled", "Asking as users", "It was cancelled.", {}, {}});
    const std::string token = deployment::session_token(request.secret, user, clock.seconds());
    const auto done = ask_as({transport, request.address, token}, database, user, asked);
    if (done) continue;
    if (done.error().id != "api-refused") return std::unexpected(done.error());
    asked.not_asked = fmt::format("{}: {}", done.error().doing, done.error().what);
  }
  return asked;
}

}  // namespace liftlock::change

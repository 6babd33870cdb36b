#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/http.hpp"
#include "base/progress.hpp"
#include "database/sqlite.hpp"
#include "deployment/open_webui_api.hpp"

/// Some of a deployment's users, and whether the program shows them the chats that are theirs.
namespace liftlock::change {

/// Up to `most` who may use the program: an administrator, then those with the most chats.
[[nodiscard]] Result<std::vector<deployment::SessionUser>> sample_of_users(database::Connection& database,
                                                                           std::size_t most = 5);

/// What they were asked for.
struct UsersAsked {
  int users = 0;
  std::int64_t chats_listed = 0;
  std::int64_t chats_opened = 0;
  std::string not_asked;  ///< why nobody, or not everybody, could be asked; else empty
};

struct UsersRequest {
  std::filesystem::path database;  ///< what they must see; nobody writes to it
  std::string address;             ///< of the program
  std::string secret;              ///< its WEBUI_SECRET_KEY
};

/// Lists the chats of a sample of users as each of them sees it, and opens some. Opening changes when a chat was last
/// read. Errors: "chats-differ" (they are not those of the database: ids, titles, who said what), "api-failed",
/// cancelled. A program that does not let itself be asked so is no error.
[[nodiscard]] Result<UsersAsked> ask_as_users(http::Transport& transport, const UsersRequest& request, Clock& clock,
                                              Progress& progress);

}  // namespace liftlock::change

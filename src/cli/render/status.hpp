#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "change/change.hpp"
#include "cli/render/style.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

[[nodiscard]] std::string render_status(const change::Status& status, const Style& style);

/// As `status --json` gives it (docs/reference/json.md).
[[nodiscard]] nlohmann::ordered_json status_json(const change::Status& status);

/// "revision 242a2047eae0, born under Peewee": where a database stands.
[[nodiscard]] std::string database_text(const migration::DatabaseState& state);
/// The releases that it may come from; "unknown".
[[nodiscard]] std::string origin_text(const migration::DatabaseState& state, const std::vector<std::string>& releases);
/// What a half-finished migration left, and what to do; empty where there is nothing of that.
[[nodiscard]] std::string leftovers_text(const migration::DatabaseState& state, const Style& style);
/// That a change of `address` was interrupted, or can still be rolled back, with the command; empty where there is
/// none.
[[nodiscard]] std::string changes_text(const std::string& address, const std::optional<std::string>& unfinished,
                                       const std::optional<std::string>& unsettled, const Style& style);
/// The members that say so.
[[nodiscard]] nlohmann::ordered_json changes_json(const std::optional<std::string>& unfinished,
                                                  const std::optional<std::string>& unsettled);
/// The members of "database" that say where it stands.
[[nodiscard]] nlohmann::ordered_json state_json(const migration::DatabaseState& state);

/// Where a PostgreSQL database is.
void add_server(TextTable& table, const change::PostgresStatus& server, const Style& style);
/// Who uses a database, or "nobody".
void add_sessions(TextTable& table, const std::vector<std::string>& users, const Style& style);
[[nodiscard]] nlohmann::ordered_json server_json(const change::PostgresStatus& server);

}  // namespace liftlock::cli

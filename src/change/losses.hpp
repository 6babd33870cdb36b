#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.hpp"
#include "change/report.hpp"
#include "database/sqlite.hpp"

/// What was written after a point in time, and would be left behind by going back to it.
namespace liftlock::change {

/// The highest rowid of every table: rows that come later have a higher one, unless the last was deleted.
[[nodiscard]] Result<nlohmann::ordered_json> marks_of(database::Connection& database);

[[nodiscard]] Result<nlohmann::ordered_json> marks_of_file(const std::filesystem::path& database);

/// Rows above the marks or created after `since` (seconds since the epoch), and others that were updated after it.
/// Tables WITHOUT ROWID, which Open WebUI has none of, are left out.
[[nodiscard]] Result<std::vector<Loss>> written_since(database::Connection& database,
                                                      const nlohmann::ordered_json& marks, std::int64_t since);

/// Rows whose key is not in the database `base`, and rows that are in both and were updated after `since`; of tables
/// that `base` does not have, those created after `since`, as far as that shows.
/// `database` must have been opened with OpenMode::immutable or read_only; `base` is not written to by anybody.
[[nodiscard]] Result<std::vector<Loss>> missing_in(const std::filesystem::path& base, database::Connection& database,
                                                   std::int64_t since);

/// "chat: 3 new, 1 changed"
[[nodiscard]] std::vector<std::string> lines_of(const std::vector<Loss>& losses);

}  // namespace liftlock::change

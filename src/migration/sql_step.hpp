#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace liftlock::migration {

/// Rows for which a script must stop: what the migration would do about them, SQL cannot.
struct SqlGuard {
  std::string query;   ///< a SELECT; one row is enough
  std::string reason;  ///< "a chat that is not JSON"
};

/// A data step in one database's SQL. In `statements`, each of which ends with a semicolon, $uuid stands for a new
/// random UUID, $now for the seconds and $nanoseconds for the nanoseconds since 1970.
struct SqlText {
  std::vector<SqlGuard> guards;
  std::string statements;
};

/// What row steps do, in SQL, for a script that runs without this program. It must do the same to every row that no
/// guard stops at; JSON may be written otherwise, as long as it means the same. UUIDs and times are new at each run.
struct SqlStep {
  std::string_view what;                 ///< for the comment: "tags become part of their chats"
  std::vector<std::string_view> tables;  ///< all that it reads or writes
  std::optional<SqlText> sqlite = {};
  std::optional<SqlText> postgresql = {};
  std::string_view why_not = {};  ///< why a database's SQL is missing; a clause: "PostgreSQL keeps …"
};

}  // namespace liftlock::migration

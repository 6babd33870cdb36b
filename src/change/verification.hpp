#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "database/sqlite.hpp"
#include "migration/builder.hpp"
#include "migration/state.hpp"

namespace liftlock::change {

/// One question that the verification asked.
struct Check {
  std::string id;     ///< "revision", "schema", "integrity", "foreign-keys", "rows", "proof-group-memberships", …
  std::string title;  ///< "Every row of every table is there"
  bool ok = false;
  std::string detail;  ///< where not ok: what is wrong, with a few keys; never a user's content
  std::vector<std::pair<std::string, std::int64_t>> numbers;  ///< {"tables", 31}, {"rows compared", 160000}
};

/// How many things of a kind there were and are.
struct Count {
  std::string kind;                    ///< "users", "auths", "chats", "messages", "files", "folders", "tags", …
  std::optional<std::int64_t> before;  ///< nullopt: that version had no such thing
  std::optional<std::int64_t> after;
};

/// A difference between before and after that a revision in the path declares.
struct ExplainedDifference {
  std::string revision;
  std::string table;
  std::string what;  ///< "3 rows removed", "column pinned of 12 rows changed"
  std::string why;   ///< the revision's own words
  std::int64_t rows = 0;
};

struct Verification {
  std::vector<Check> checks;
  std::vector<Count> counts;
  std::vector<ExplainedDifference> explained;
  double seconds = 0;

  /// True if there are checks and all are ok.
  [[nodiscard]] bool ok() const;
};

struct VerifyRequest {
  std::filesystem::path before;           ///< the database as it was; only read; nobody writes to it meanwhile
  std::filesystem::path after;            ///< the changed one; only read; likewise
  const migration::Path* path = nullptr;  ///< what was run; not owned
  const migration::DatabaseState* state = nullptr;  ///< of `before`; not owned
  migration::Head head;                             ///< where `after` must be
};

/// Asks everything: revision, schema equal to the one that this revision has in this lineage (order-free; tables and
/// columns that were there before and that no revision knows may stay), integrity_check, foreign_key_check against
/// what was broken before, accounting for every row, the revisions' proofs. Bounded memory. A failed check is a
/// result, not an error; an error means that the question could not be asked.
[[nodiscard]] Result<Verification> verify(const VerifyRequest& request, Progress& progress);

/// The part that takes a moment, on an open database (opened with OpenMode::immutable where it is locked): revision,
/// schema, foreign tables unharmed in their definition. For the file just swapped in, whose bytes were verified before.
[[nodiscard]] Result<Verification> verify_at_a_glance(database::Connection& database,
                                                      const migration::DatabaseState& state_before,
                                                      const migration::Head& head);

/// For a database that is to be gone back to: integrity_check, foreign_key_check, revision as expected, counts.
[[nodiscard]] Result<Verification> verify_alone(const std::filesystem::path& database, const std::string& revision,
                                                Progress& progress);

[[nodiscard]] nlohmann::ordered_json to_json(const Verification& verification);
[[nodiscard]] Verification verification_from_json(const nlohmann::ordered_json& json);

}  // namespace liftlock::change

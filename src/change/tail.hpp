#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "change/change.hpp"
#include "change/plan.hpp"
#include "change/run.hpp"

/// The tail of a path: migrations that a program brings and that are not compiled in. The program runs them itself at
/// its start, on what the native engine has made of the rest; first on a copy.
namespace liftlock::change {

/// The plan's engine becomes "app". Error: "revisions-unknown" (refused) where only the native one is wanted.
[[nodiscard]] Result<void> choose_tail_engine(Plan& plan, const std::string& wanted);

/// Error: "tail-without-trial" (refused) where nothing would be tried on a copy.
[[nodiscard]] Result<void> refuse_untried_tail(const Plan& plan);

/// Asks, unless the engine "app" was asked for. Error: "revisions-unknown" (refused).
[[nodiscard]] Result<void> agree_to_tail(const Request& request, const Plan& plan, Context& context);

/// What the program's own migrations did, as far as that can be told without knowing what they are for.
struct TailOutcome {
  std::int64_t tables = 0;           ///< that were there before, and whose rows were looked for
  std::int64_t rows = 0;             ///< all of them still there
  std::vector<std::string> changes;  ///< in the schema: "user/column/colour is new"
};

/// Compares the database that the native engine made with what the program has made of it: it must be at `head`,
/// and have every table and, by its key (without one: by number), every row. What is in the columns, only the
/// program knows. Settings that are kept in `config` may go, as at any start. Error: "tail-wrong".
[[nodiscard]] Result<TailOutcome> look_at_tail(const std::filesystem::path& native,
                                               const std::filesystem::path& database, const std::string& head);

/// Keeps what the native engine made until the program has done its part; for look_after_tail, also of a later run.
[[nodiscard]] Result<void> keep_native_copy(const Run& run);
[[nodiscard]] bool has_native_copy(const Run& run);
/// look_at_tail() of the deployment's database; says what came out.
[[nodiscard]] Result<void> look_after_tail(Run& run, const std::string& head);

/// For the person who waits: "Its own migrations were done: 41 tables, 1,234 rows, none is missing."
[[nodiscard]] std::string describe(const TailOutcome& outcome);

}  // namespace liftlock::change

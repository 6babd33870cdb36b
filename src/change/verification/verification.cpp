#include "change/verification.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "change/verification/accounting.hpp"
#include "change/verification/checks.hpp"
#include "database/sqlite_schema.hpp"

namespace liftlock::change {

namespace {

using database::Connection;
using database::OpenMode;

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Check rows_check(const verification::Accounting& accounting) {
  constexpr std::size_t shown = 10;
  const auto& wrong = accounting.unexplained;
  const auto end = wrong.begin() + static_cast<std::ptrdiff_t>(std::min(wrong.size(), shown));
  return {"rows",
          "Every row of every table is accounted for",
          wrong.empty(),
          fmt::format("{}", fmt::join(wrong.begin(), end, "; ")),
          {{"tables", accounting.tables}, {"rows compared", accounting.rows_compared}}};
}

void take(std::vector<Check>& checks, std::vector<Check> more) { std::ranges::move(more, std::back_inserter(checks)); }

}  // namespace

Result<Verification> verify(const VerifyRequest& request, Progress& progress) {
  const Stopwatch stopwatch;
  Verification result;
  auto after = TRY(Connection::open(request.after, OpenMode::read_only));
  const auto schema_after = TRY(database::read_schema(after));
  const auto lineage = verification::lineage_after(*request.state, request.head);
  const bool has_before = std::filesystem::exists(request.before);
  auto before = has_before ? TRY(Connection::open(request.before, OpenMode::read_only)) : TRY(Connection::memory());
  const auto schema_before = TRY(database::read_schema(before));

  result.checks.push_back(TRY(verification::check_revision(after, request.head, lineage)));
  result.checks.push_back(
      TRY(verification::check_schema(schema_before, *request.state, schema_after, lineage, request.head)));
  result.checks.push_back(TRY(verification::check_integrity(after, progress)));
  result.checks.push_back(TRY(verification::check_foreign_keys(&before, after)));
  auto accounting =
      TRY(verification::account_for_rows(before, schema_before, after, schema_after, *request.path, progress));
  result.checks.push_back(rows_check(accounting));
  result.explained = std::move(accounting.explained);
  take(result.checks, TRY(verification::check_proofs(before, after, *request.path)));
  take(result.checks, TRY(verification::check_messages(before, after, *request.path, progress)));
  result.counts = TRY(verification::count_things(&before, after));
  result.seconds = stopwatch.seconds();
  return result;
}

Result<Verification> verify_at_a_glance(Connection& database, const migration::DatabaseState& state_before,
                                        const migration::Head& head) {
  const Stopwatch stopwatch;
  Verification result;
  const auto lineage = verification::lineage_after(state_before, head);
  result.checks.push_back(TRY(verification::check_revision(database, head, lineage)));
  result.counts = TRY(verification::count_things(nullptr, database));
  result.seconds = stopwatch.seconds();
  return result;
}

Result<Verification> verify_alone(const std::filesystem::path& file, const std::string& revision, Progress& progress) {
  const Stopwatch stopwatch;
  Verification result;
  auto database = TRY(Connection::open(file, OpenMode::read_only));
  result.checks.push_back(TRY(verification::check_revision(database, {0, revision}, migration::Lineage::none)));
  result.checks.push_back(TRY(verification::check_integrity(database, progress)));
  result.counts = TRY(verification::count_things(nullptr, database));
  result.seconds = stopwatch.seconds();
  return result;
}

}  // namespace liftlock::change

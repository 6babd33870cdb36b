#include "change/verification.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <future>

#include "change/verification/accounting.hpp"
#include "change/verification/checks.hpp"
#include "database/sqlite_schema.hpp"
#include "database/streaming_vfs.hpp"

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

Result<Connection> open_to_read(const std::filesystem::path& file) {
  return Connection::open(file, OpenMode::read_only, database::streaming_vfs());
}

/// What SQLite itself checks. Takes about as long as all other questions together, so it is asked beside them, on
/// connections of its own. It looks up each row in each index: reading ahead would bring in five times the file.
Result<std::vector<Check>> sound_file(const VerifyRequest& request) {
  NoProgress unseen;
  auto after = TRY(Connection::open(request.after, OpenMode::read_only));
  const bool has_before = std::filesystem::exists(request.before);
  auto before = has_before ? TRY(Connection::open(request.before, OpenMode::read_only)) : TRY(Connection::memory());
  std::vector<Check> checks;
  checks.push_back(TRY(verification::check_integrity(after, unseen)));
  checks.push_back(TRY(verification::check_foreign_keys(&before, after)));
  return checks;
}

Result<std::vector<Check>> wait_for(std::future<Result<std::vector<Check>>>& answer, Progress& progress) {
  progress.begin("Checking the integrity of the database", 0, Progress::Unit::steps);
  auto checks = answer.get();
  progress.end();
  return checks;
}

void take(std::vector<Check>& checks, std::vector<Check> more) { std::ranges::move(more, std::back_inserter(checks)); }

}  // namespace

Result<Verification> verify(const VerifyRequest& request, Progress& progress) {
  const Stopwatch stopwatch;
  Verification result;
  auto sound = std::async(std::launch::async, [&] { return sound_file(request); });
  auto after = TRY(open_to_read(request.after));
  const auto schema_after = TRY(database::read_schema(after));
  const auto lineage = verification::lineage_after(*request.state, request.head);
  const bool has_before = std::filesystem::exists(request.before);
  auto before = has_before ? TRY(open_to_read(request.before)) : TRY(Connection::memory());
  const auto schema_before = TRY(database::read_schema(before));

  result.checks.push_back(TRY(verification::check_revision(after, request.head, lineage)));
  result.checks.push_back(TRY(
      verification::check_schema(schema_before, *request.state, schema_after, lineage, request.head, *request.path)));
  auto accounting =
      TRY(verification::account_for_rows(before, schema_before, after, schema_after, *request.path, progress));
  auto proofs = TRY(verification::check_proofs(before, after, *request.path));
  auto messages = TRY(verification::check_messages(before, after, *request.path, progress));
  result.counts = TRY(verification::count_things(&before, after));
  take(result.checks, TRY(wait_for(sound, progress)));
  result.checks.push_back(rows_check(accounting));
  result.explained = std::move(accounting.explained);
  take(result.checks, std::move(proofs));
  take(result.checks, std::move(messages));
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

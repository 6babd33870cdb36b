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

void take(std::vector<Check>& checks, std::vector<Check> more) {
  std::ranges::move(more, std::back_inserter(checks));
}

}  // namespace

bool Verification::ok() const { return !checks.empty() && std::ranges::all_of(checks, &Check::ok); }

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

nlohmann::ordered_json to_json(const Verification& verification) {
  nlohmann::ordered_json json;
  json["ok"] = verification.ok();
  json["seconds"] = verification.seconds;
  json["checks"] = nlohmann::ordered_json::array();
  for (const Check& check : verification.checks) {
    nlohmann::ordered_json numbers = nlohmann::ordered_json::object();
    for (const auto& [name, number] : check.numbers) numbers[name] = number;
    json["checks"].push_back({{"id", check.id}, {"title", check.title}, {"ok", check.ok}, {"detail", check.detail}, {"numbers", numbers}});
  }
  json["counts"] = nlohmann::ordered_json::array();
  const auto number_or_null = [](const std::optional<std::int64_t>& number) {
    return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json();
  };
  for (const Count& count : verification.counts) {
    json["counts"].push_back({{"kind", count.kind}, {"before", number_or_null(count.before)}, {"after", number_or_null(count.after)}});
  }
  json["explained"] = nlohmann::ordered_json::array();
  for (const ExplainedDifference& difference : verification.explained) {
    json["explained"].push_back({{"revision", difference.revision},
                                 {"table", difference.table},
                                 {"what", difference.what},
                                 {"why", difference.why},
                                 {"rows", difference.rows}});
  }
  return json;
}

Verification verification_from_json(const nlohmann::ordered_json& json) {
  Verification verification;
  verification.seconds = json.value("seconds", 0.0);
  for (const auto& item : json.value("checks", nlohmann::ordered_json::array())) {
    Check check{item.value("id", ""), item.value("title", ""), item.value("ok", false), item.value("detail", ""), {}};
    for (const auto& [name, number] : item.value("numbers", nlohmann::ordered_json::object()).items()) {
      check.numbers.emplace_back(name, number.get<std::int64_t>());
    }
    verification.checks.push_back(std::move(check));
  }
  const auto optional_number = [](const nlohmann::ordered_json& item, const char* key) {
    const auto found = item.find(key);
    return found == item.end() || found->is_null() ? std::optional<std::int64_t>() : found->get<std::int64_t>();
  };
  for (const auto& item : json.value("counts", nlohmann::ordered_json::array())) {
    verification.counts.push_back({item.value("kind", ""), optional_number(item, "before"), optional_number(item, "after")});
  }
  for (const auto& item : json.value("explained", nlohmann::ordered_json::array())) {
    verification.explained.push_back({item.value("revision", ""), item.value("table", ""), item.value("what", ""),
                                      item.value("why", ""), item.value("rows", std::int64_t{0})});
  }
  return verification;
}

}  // namespace liftlock::change

// The native chain on one database, for tests/differential: it can stop inside the Peewee part, which no command can,
// and prints what a change's report would hold, and how often it passed over each table.
//
//   migrate-tool SOURCE DESTINATION REVISION|- PEEWEE_MIGRATIONS|down
//   migrate-tool postgresql://… - REVISION|- PEEWEE_MIGRATIONS|down      (in place)
#include <fmt/core.h>

#include <chrono>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "change/postgres_upgrade.hpp"
#include "database/postgres.hpp"
#include "database/url.hpp"
#include "migration/builder.hpp"
#include "migration/reversal.hpp"
#include "migration/state.hpp"

namespace {

using namespace liftlock;

/// The real clock and real random ids; notes and quarantined values are kept for the answer.
class ToolEnvironment final : public migration::Environment {
 public:
  std::int64_t now() override { return since_epoch<std::chrono::seconds>(); }
  std::int64_t now_nanoseconds() override { return since_epoch<std::chrono::nanoseconds>(); }
  std::string uuid4() override {
    const std::uint64_t high = random_(), low = random_();
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU, high & 0xfffU,
                       0x8000U | ((low >> 48U) & 0x3fffU), low & 0xffffffffffffULL);
  }
  void note(migration::Note note) override {
    notes_[fmt::format("{}:{}", note.revision, note.id)] += note.count;
    if (std::find(texts.begin(), texts.end(), note.text) == texts.end()) texts.push_back(note.text);
  }
  void quarantine(migration::QuarantinedValue value) override {
    quarantined.push_back({{"revision", value.revision},
                           {"table", value.table},
                           {"key", value.key},
                           {"column", value.column},
                           {"bytes", value.value.size()},
                           {"reason", value.reason}});
  }
  void progress(std::string_view table, std::int64_t done, std::int64_t /*total*/) override {
    std::int64_t& before = done_[std::string(table)];
    if (before == 0 || done <= before) ++passes_[std::string(table)];
    before = done;
  }

  [[nodiscard]] nlohmann::json answer() const {
    return {{"notes", notes_}, {"texts", texts}, {"quarantine", quarantined}, {"passes", passes_}};
  }

 private:
  template <class Unit>
  static std::int64_t since_epoch() {
    return std::chrono::duration_cast<Unit>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  std::mt19937_64 random_{std::random_device{}()};
  std::map<std::string, std::int64_t> notes_;
  std::map<std::string, std::int64_t> passes_;  // how often steps went over all rows of a table
  std::map<std::string, std::int64_t> done_;
  std::vector<std::string> texts;
  nlohmann::json quarantined = nlohmann::json::array();
};

Result<void> migrate(const std::string& source, const std::string& destination, migration::Head head,
                     migration::Environment& environment) {
  auto connection = TRY(database::Connection::open(source, database::OpenMode::read_only));
  const auto state = TRY(migration::inspect_state(connection));
  // Of a database that is empty the real Alembic alone makes one without Peewee's tables.
  const bool is_new = state.lineage == migration::Lineage::none && !head.revision.empty();
  if (is_new) head.peewee_migrations = 0;
  const auto path = TRY(migration::plan_path(state, head));
  migration::BuildOptions options;
  return migration::build_migrated(source, destination, path, options, environment);
}

nlohmann::json to_json(const std::vector<migration::DownwardLoss>& losses) {
  auto json = nlohmann::json::array();
  for (const auto& loss : losses)
    json.push_back({{"table", loss.table}, {"column", loss.column}, {"count", loss.count}});
  return json;
}

/// The same downward; answers with the losses counted beforehand.
Result<nlohmann::json> migrate_down(const std::string& source, const std::string& destination,
                                    const std::string& revision, migration::Environment& environment) {
  auto connection = TRY(database::Connection::open(source, database::OpenMode::read_only));
  const auto state = TRY(migration::inspect_state(connection));
  const auto path = TRY(migration::plan_downgrade(state, revision));
  const auto losses = TRY(migration::count_downward_losses(connection, path));
  TRY(migration::build_migrated(source, destination, path, {}, environment));
  return to_json(losses);
}

int fail(const Error& error) {
  std::cerr << error.id << ": " << error.doing << ": " << error.what << " " << error.state << " " << error.next << "\n";
  return 1;
}

Result<void> migrate_in_place(const std::string& url, const migration::Head& head,
                              migration::Environment& environment) {
  const auto parsed = TRY(database::parse_url(url));
  auto connection = TRY(database::postgres::Connection::open(parsed));
  TRY(change::upgrade_postgres(connection, head, environment, [] { return Result<void>(); }));
  return {};
}

Result<nlohmann::json> migrate_down_in_place(const std::string& url, const std::string& revision,
                                             migration::Environment& environment) {
  const auto parsed = TRY(database::parse_url(url));
  auto connection = TRY(database::postgres::Connection::open(parsed));
  const auto agree = [](const auto&) { return Result<void>(); };
  const auto done =
      TRY(change::downgrade_postgres(connection, revision, agree, environment, [] { return Result<void>(); }));
  return to_json(done.losses);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const std::string revision = std::string_view(arguments[3]) == "-" ? "" : arguments[3];
  ToolEnvironment environment;
  nlohmann::json losses = nlohmann::json::array();
  const std::string source = arguments[1];
  const bool is_postgres = source.starts_with("postgresql://");
  if (std::string_view(arguments[4]) == "down") {
    auto result = is_postgres ? migrate_down_in_place(source, revision, environment)
                              : migrate_down(source, arguments[2], revision, environment);
    if (!result) return fail(result.error());
    losses = *std::move(result);
  } else {
    const migration::Head head{std::stoi(arguments[4]), revision};
    const auto result =
        is_postgres ? migrate_in_place(source, head, environment) : migrate(source, arguments[2], head, environment);
    if (!result) return fail(result.error());
  }
  auto answer = environment.answer();
  answer["losses"] = std::move(losses);
  std::cout << answer.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << "\n";
}

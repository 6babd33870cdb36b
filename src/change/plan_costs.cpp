#include "change/plan_costs.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "database/sqlite_schema.hpp"

namespace liftlock::change {

namespace {

// Bytes a second on two old cores; a machine that is faster only makes the plan look careful.
constexpr double migrate_speed = 250e6;
constexpr double verify_speed = 250e6;
constexpr double snapshot_speed = 300e6;
constexpr double copy_speed = 600e6;
constexpr double swap_seconds = 0.3;

constexpr std::int64_t mebibyte = 1 << 20;
constexpr std::int64_t program_bytes = 24 * mebibyte;
constexpr std::int64_t cache_bytes = 2 * 16 * mebibyte;
constexpr std::int64_t largest_chat_times = 12;

/// Known to be needed: the copy that is migrated, and a result of up to twice its size.
constexpr std::int64_t database_times = 3;

/// The largest of some of the newest and the oldest chats: all of them would mean reading the whole file.
Result<std::int64_t> sampled_chat(database::Connection& database) {
  if (!TRY(database::has_column(database, "chat", "chat"))) return 0;
  return TRY(database.query_integer("SELECT max(length(CAST(chat AS BLOB))) FROM ("
                                    "SELECT * FROM (SELECT chat FROM chat ORDER BY rowid DESC LIMIT 100) UNION ALL "
                                    "SELECT * FROM (SELECT chat FROM chat ORDER BY rowid LIMIT 100))"))
      .value_or(0);
}

/// Where a folder is that may not have been made yet, or what will hold it.
std::filesystem::path nearest(std::filesystem::path folder) {
  while (!file::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

bool same_file_system(const std::filesystem::path& a, const std::filesystem::path& b) {
  const auto left = file::facts(a);
  const auto right = file::facts(b);
  return left && right && left->identity.device == right->identity.device;
}

Result<void> put_snapshot(Costs& costs, const CostQuestion& question) {
  const auto needed = static_cast<std::int64_t>(TRY(snapshot::space_needed(question.source)));
  const std::filesystem::path place = nearest(question.deployment->state_folder);
  if (same_file_system(question.deployment->database, place)) {
    costs.disk_bytes += needed;
    return {};
  }
  costs.snapshot_bytes = needed;
  costs.snapshot_free_bytes = TRY(file::free_space(place));
  return {};
}

}  // namespace

Result<Costs> estimate_costs(const CostQuestion& question, database::Connection& database) {
  const deployment::Deployment& deployment = *question.deployment;
  Costs costs;
  costs.disk_free_bytes = TRY(file::free_space(deployment.database));
  if (question.direction == Direction::none) return costs;

  const deployment::Size size = TRY(deployment::measure(deployment));
  const auto before = static_cast<double>(size.database_bytes);
  const auto data = static_cast<double>(size.database_bytes + size.data_bytes);
  const bool down = question.direction == Direction::down;
  const std::int64_t moved = down && question.restore_point
                                 ? static_cast<std::int64_t>(question.restore_point->database.bytes)
                                 : size.database_bytes;
  costs.disk_bytes = (down ? 2 : database_times) * moved;
  TRY(put_snapshot(costs, question));
  costs.memory_bytes = program_bytes + cache_bytes + largest_chat_times * TRY(sampled_chat(database));
  costs.cutover_seconds = costs.downtime_seconds = swap_seconds + before / copy_speed;
  const double restore = data / snapshot_speed;
  const double migrate = down ? 0 : before / migrate_speed;
  costs.seconds = data / snapshot_speed + restore + migrate + before / verify_speed + costs.downtime_seconds;
  return costs;
}

}  // namespace liftlock::change

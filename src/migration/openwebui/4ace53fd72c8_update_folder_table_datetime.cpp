#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/need_table.hpp"
#include "migration/openwebui/sql_steps.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Takes a number of `digits` digits and, where it is not 0, the character `after` off the front of `text`.
std::optional<unsigned> take(std::string_view& text, std::size_t digits, char after) {
  const std::size_t length = digits + (after == 0 ? 0 : 1);
  unsigned number = 0;
  if (text.size() < length || (after != 0 && text[digits] != after)) return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (error != std::errc() || stop != text.data() + digits) return std::nullopt;
  text.remove_prefix(length);
  return number;
}

/// Seconds since the epoch of "2026-11-21 09:44:31", as SQLite's CURRENT_TIMESTAMP (UTC) and SQLAlchemy write it; a
/// fraction of a second is cut off.
std::optional<std::int64_t> seconds_of_date(std::string_view text) {
  const auto year = take(text, 4, '-');
  const auto month = year ? take(text, 2, '-') : std::nullopt;
  const auto day = month ? take(text, 2, 0) : std::nullopt;
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const std::int64_t midnight = std::chrono::sys_seconds(std::chrono::sys_days(date)).time_since_epoch().count();
  if (text.empty()) return midnight;
  if (text.front() != ' ' && text.front() != 'T') return std::nullopt;
  text.remove_prefix(1);
  const auto hour = take(text, 2, ':');
  const auto minute = hour ? take(text, 2, ':') : std::nullopt;
  const auto second = minute ? take(text, 2, 0) : std::nullopt;
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (!text.empty() && text.front() == '.')
    text.remove_prefix(std::min(text.find_first_not_of("0123456789", 1), text.size()));
  if (!text.empty() && text != "Z") return std::nullopt;
  return midnight + *hour * 3600 + *minute * 60 + *second;
}

/// The official revision casts the text to a number, which leaves the year: 2026 for every date of 2026.
class DatesToSeconds final : public RowStep {
 public:
  explicit DatesToSeconds(Operations& op) : op_(op) {}

  void apply(Row& row) override {
    convert(row, "created_at");
    convert(row, "updated_at");
  }

  void end() override {
    if (dates_ != 0) {
      op_.note("folder", "folder-dates",
               "{} date(s) of folders became seconds, where the official revision keeps the year.", dates_);
    }
    if (unreadable_ != 0) {
      op_.note("folder", "unreadable-folder-date",
               "{} date(s) of folders could not be read and are now the time of this change; they are kept in "
               "quarantine.jsonl.",
               unreadable_);
    }
  }

 private:
  void convert(Row& row, std::string_view column_name) {
    const Value value = row.get(column_name);
    if (value.is_integer()) return;
    if (value.kind() == Value::Kind::real && std::fabs(value.as_real()) < 1e18) {
      row.set(column_name, Value::integer(static_cast<std::int64_t>(value.as_real())));
    } else if (const auto seconds = seconds_of_date(value.bytes())) {
      ++dates_;
      row.set(column_name, Value::integer(*seconds));
    } else {
      ++unreadable_;
      op_.quarantine("folder", row.text("id"), column_name, value.bytes(), "This is not a date.");
      row.set(column_name, Value::integer(op_.environment().now()));
    }
  }

  Operations& op_;
  std::int64_t dates_ = 0;
  std::int64_t unreadable_ = 0;
};

void upgrade(Operations& op) {
  const database::Column* created_at = need_table(op, "folder").column("created_at");
  if (created_at == nullptr || created_at->type == types::big_integer) return;
  const Alteration to_seconds{.type = std::string(types::big_integer),
                              .nullable = {},
                              .new_column_name = {},
                              .server_default = std::optional<std::string>()};
  op.alter_column("folder", "created_at", to_seconds);
  op.alter_column("folder", "updated_at", to_seconds);
  if (!op.write_sql(sql_folder_dates_to_seconds())) op.rewrite_rows("folder", std::make_unique<DatesToSeconds>(op));
}

/// "2026-11-21 09:44:31", UTC, as CURRENT_TIMESTAMP writes it; nullopt where that is no date of four digits' year.
std::optional<std::string> date_of_seconds(std::int64_t seconds) {
  constexpr std::int64_t year_0 = -62167219200;
  constexpr std::int64_t year_10000 = 253402300800;
  if (seconds < year_0 || seconds >= year_10000) return std::nullopt;
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

/// The official way back leaves the numbers, which programs of that time cannot read as dates.
void downgrade(Operations& op) {
  const Alteration to_dates{.type = std::string(types::date_time),
                            .nullable = {},
                            .new_column_name = {},
                            .server_default = std::optional<std::string>("CURRENT_TIMESTAMP")};
  for (const std::string_view name : {"created_at", "updated_at"}) op.alter_column("folder", name, to_dates);
  if (op.write_sql(sql_folder_seconds_to_dates())) return;
  op.rewrite_rows("folder", [](Row& row) {
    for (const std::string_view name : {"created_at", "updated_at"}) {
      const Value value = row.get(name);
      if (!value.is_integer()) continue;
      if (const auto date = date_of_seconds(value.as_integer())) row.set(name, Value::text(*date));
    }
  });
}

}  // namespace

const Revision& revision_4ace53fd72c8() {
  static const Revision revision{
      .id = "4ace53fd72c8",
      .down_revision = "af906e964978",
      .message = "Update folder table and change DateTime to BigInteger for timestamp fields",
      .create_date = "2024-10-23 03:00:00.000000",
      .summary = "The times of folders become seconds since 1970.",
      .upgrade = upgrade,
      .downgrade = downgrade,
      .effects = {{.kind = Effect::Kind::changes_column,
                   .table = "folder",
                   .column = "created_at",
                   .condition = "typeof(created_at) <> 'integer'",
                   .why = "dates become seconds since 1970"},
                  {.kind = Effect::Kind::changes_column,
                   .table = "folder",
                   .column = "updated_at",
                   .condition = "typeof(updated_at) <> 'integer'",
                   .why = "dates become seconds since 1970"}},
      .proofs = {},
      .down_effects = {{Effect::Kind::changes_column, "folder", "created_at", "", "seconds become dates"},
                       {Effect::Kind::changes_column, "folder", "updated_at", "", "seconds become dates"}},
  };
  return revision;
}

}  // namespace liftlock::migration::openwebui

#include "migration/postgres/rows.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

namespace liftlock::migration::postgres {

Value Defaults::of(const database::Column& column) {
  if (!column.server_default || *column.server_default == "nextval") return {};
  const std::string sql =
      fmt::format("SELECT CAST({} AS {})", *column.server_default, column.type == "JSON" ? "text" : "varchar");
  const std::string key = fmt::format("{}|{}", column.type, *column.server_default);
  auto found = known_.find(key);
  if (found == known_.end()) {
    background_.wait();
    const bool is_number = column.type == "BIGINT" || column.type == "INTEGER" || column.type == "BOOLEAN";
    found =
        known_.emplace(key, must(connection_.query(is_number ? fmt::format("SELECT {}", *column.server_default) : sql)))
            .first;
  }
  return found->second.value(0, 0);
}

MovingRow::MovingRow(const database::Table& table, Defaults& defaults)
    : table_(table), defaults_(defaults), values_(table.columns.size()), touched_(table.columns.size()) {}

void MovingRow::begin_row() {
  touched_.assign(touched_.size(), false);
  bytes_.clear();
  attachments_.clear();
  dropped_ = false;
  touched_any_ = false;
}

void MovingRow::begin(const pg::Answer& answer, int row, int first_column) {
  begin_row();
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = answer.value(row, first_column + static_cast<int>(i));
  is_new_ = false;
}

void MovingRow::begin_new() {
  begin_row();
  std::ranges::fill(values_, Value());
  is_new_ = true;
}

std::size_t MovingRow::position(std::string_view column) const {
  const auto found = std::ranges::find(table_.columns, column, &database::Column::name);
  if (found == table_.columns.end()) throw std::logic_error(fmt::format("no column {} in this row", column));
  return static_cast<std::size_t>(found - table_.columns.begin());
}

Value MovingRow::get(std::string_view column) const {
  const std::size_t at = position(column);
  return is_new_ && !touched_[at] ? defaults_.of(table_.columns[at]) : values_[at];
}

void MovingRow::set(std::string_view column, const Value& value) {
  const std::size_t at = position(column);
  touched_[at] = true;
  touched_any_ = true;
  if (value.kind() == Value::Kind::text || value.kind() == Value::Kind::blob) {
    bytes_.emplace_back(value.bytes());
    values_[at] = Value::text(bytes_.back());
  } else {
    values_[at] = value;
  }
}

std::any& MovingRow::attachment(std::string_view name) {
  const auto found = attachments_.find(name);
  return found != attachments_.end() ? found->second : attachments_[std::string(name)];
}

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The length of the well-formed UTF-8 sequence at the front; 0 where there is none, or where it is 0x00.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead == 0) return 0;
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || length > text.size()) return 0;
  return simdjson::validate_utf8(text.data(), length) ? length : 0;
}

}  // namespace

Value Fitter::fit(const Value& value, const database::Column& column, std::string& scratch, bool& replaced) {
  if (value.kind() == Value::Kind::real && (column.type == "BIGINT" || column.type == "INTEGER") &&
      std::fabs(value.as_real()) < 9e18) {
    return Value::integer(std::llround(value.as_real()));
  }
  const std::string_view text = value.bytes();
  if (text.empty()) return value;
  if (text.find('\0') == std::string_view::npos && simdjson::validate_utf8(text.data(), text.size())) return value;
  replaced = true;
  scratch.clear();
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    scratch += length == 0 ? replacement : text.substr(i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return Value::text(scratch);
}

bool SeenKeys::add(std::string_view key) {
  constexpr std::size_t words = std::size_t{1} << 21U;  // 16 MiB: 1 in 1,000 at ten million keys
  constexpr int probes = 5;
  if (bits_.empty()) bits_.resize(words);
  const std::uint64_t hash = std::hash<std::string_view>{}(key);
  const std::uint64_t step = (hash * 0x9E3779B97F4A7C15ULL) | 1U;
  bool is_new = false;
  for (int i = 0; i < probes; ++i) {
    const std::uint64_t bit = (hash + static_cast<std::uint64_t>(i) * (step >> 17U)) % (words * 64);
    std::uint64_t& word = bits_[bit / 64];
    const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
    is_new = is_new || (word & mask) == 0;
    word |= mask;
  }
  return is_new;
}

}  // namespace liftlock::migration::postgres

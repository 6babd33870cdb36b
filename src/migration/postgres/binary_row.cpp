#include "migration/postgres/binary_row.hpp"

#include <cstdint>
#include <limits>

namespace liftlock::migration::postgres {

using database::Value;

namespace {

template <class Integer>
void append_integer(std::string& bytes, Integer number) {
  for (int shift = static_cast<int>(sizeof(Integer)) * 8 - 8; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> static_cast<unsigned>(shift));
  }
}

template <class Integer>
bool append_number(std::string& bytes, const Value& value) {
  const std::int64_t number = value.as_integer();
  const bool fits = number >= std::numeric_limits<Integer>::min() && number <= std::numeric_limits<Integer>::max();
  if (!value.is_integer() || !fits) return false;
  append_integer(bytes, static_cast<std::int32_t>(sizeof(Integer)));
  append_integer(bytes, static_cast<Integer>(number));
  return true;
}

bool append_field(std::string& bytes, std::string_view type, const Value& value) {
  if (value.is_null()) {
    append_integer(bytes, std::int32_t{-1});
    return true;
  }
  if (type == "BIGINT") return append_number<std::int64_t>(bytes, value);
  if (type == "INTEGER") return append_number<std::int32_t>(bytes, value);
  if (type == "BOOLEAN") {
    if (!value.is_integer() || (value.as_integer() != 0 && value.as_integer() != 1)) return false;
    append_integer(bytes, std::int32_t{1});
    bytes += static_cast<char>(value.as_integer());
    return true;
  }
  const bool is_text = type == "TEXT" || type == "JSON" || type.substr(0, type.find('(')) == "VARCHAR";
  if (!is_text || !value.is_text()) return false;
  append_integer(bytes, static_cast<std::int32_t>(value.bytes().size()));
  bytes += value.bytes();
  return true;
}

}  // namespace

bool append_binary_row(std::string& rows, const std::vector<const database::Column*>& columns,
                       const std::vector<Value>& values) {
  const std::size_t before = rows.size();
  append_integer(rows, static_cast<std::int16_t>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (append_field(rows, columns[i]->type, values[i])) continue;
    rows.resize(before);
    return false;
  }
  return true;
}

}  // namespace liftlock::migration::postgres

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/schema.hpp"
#include "database/value.hpp"

namespace liftlock::migration::postgres {

/// What stands before and after the rows of a COPY … WITH (FORMAT binary), which the server reads faster than text.
/// https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
inline constexpr std::string_view binary_begin{"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19};
inline constexpr std::string_view binary_end{"\xff\xff", 2};

/// Appends one row; false, and nothing is appended, where a value has no plain binary form in its column's type.
[[nodiscard]] bool append_binary_row(std::string& rows, const std::vector<const database::Column*>& columns,
                                     const std::vector<database::Value>& values);

}  // namespace liftlock::migration::postgres

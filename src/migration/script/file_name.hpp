#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

/// Names of revision files, by Alembic's rules.
namespace liftlock::migration::script {

/// A moment in some time zone.
struct LocalTime {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, microsecond = 0;
  std::int64_t epoch = 0;
  std::string offset;  ///< "+00:00" where it is told; empty for the zone of the machine

  [[nodiscard]] static LocalTime here(std::int64_t nanoseconds);
  [[nodiscard]] static LocalTime utc(std::int64_t nanoseconds);
  /// As Python prints it: "2026-11-21 10:45:26.123456".
  [[nodiscard]] std::string text() const;
};

/// The words of a message, in lower case with "_" between them, cut behind a word where it is longer than `limit`
/// characters. What a letter is, and its lower case, beyond ASCII is the C library's opinion, which differs from
/// Python's for some rare scripts.
[[nodiscard]] std::string slug_of(std::string_view message, std::size_t limit);

/// Fills a file_template such as "%(year)d_%(month).2d-%(rev)s_%(slug)s", and adds ".py".
/// Error: "template-unsupported", something in it that Alembic does not know either, or a name with "/".
[[nodiscard]] Result<std::string> file_name(std::string_view file_template, std::string_view revision,
                                            std::string_view slug, const LocalTime& time);

}  // namespace liftlock::migration::script

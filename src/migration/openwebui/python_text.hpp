#pragma once

#include <string>
#include <string_view>

namespace liftlock::migration::openwebui {

/// str.lower() of Python 3.11 (Unicode 14): tags are found by the lower case of their names, so "ÉTÉ" must become what
/// the program will look for. Bytes that are not UTF-8 stay. The one approximation: which letters surround a capital
/// sigma, and so make it a final one, is told without Unicode's table of ignorable characters.
[[nodiscard]] std::string lower(std::string_view text);

}  // namespace liftlock::migration::openwebui

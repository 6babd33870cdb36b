#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"
#include "cli/render/style.hpp"

namespace liftlock::cli {

/// An error for a person: what was being done, what went wrong, what state things are in, what to do next.
[[nodiscard]] std::string render_error(const Error& error, const Style& style);

/// The same as the documented JSON object {"error": {…}}.
[[nodiscard]] nlohmann::ordered_json error_json(const Error& error);

/// "refused", "rolled-back", …: the kind's name in JSON.
[[nodiscard]] std::string_view kind_name(ErrorKind kind);

}  // namespace liftlock::cli

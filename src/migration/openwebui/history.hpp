#pragma once

#include <functional>
#include <string_view>

#include "migration/openwebui/json.hpp"
#include "migration/operations.hpp"

/// Skills, models, tools and functions each have a table <kind>_history since 0.12.0, whose rows are snapshots; the
/// column version_id names the one in use.
namespace liftlock::migration::openwebui {

/// The first snapshot of a row, and the time that it is given.
struct FirstVersion {
  Json snapshot;
  Value created_at;
};

/// Adds <kind>.version_id and <kind>_history, and gives each row without a version a first one. `make` may change the
/// row's own new columns; `op` must outlive the build.
void add_history(Operations& op, std::string_view kind, std::function<FirstVersion(Row& row)> make);

/// Text as JSON; NULL as null.
[[nodiscard]] Json text_or_null(const Value& value);
/// The JSON value in a column, decoded until it is no string. One that cannot be read (noted in the report, and left
/// as it is in its own row) is an empty object, as are NULL and the empty text.
[[nodiscard]] Json stored_json(Operations& op, std::string_view kind, const Value& value);
/// The same, where only an object will do.
[[nodiscard]] Json stored_object(Operations& op, std::string_view kind, const Value& value);

/// Python's `first or second or 0`.
[[nodiscard]] Value first_true(const Value& first, const Value& second);

}  // namespace liftlock::migration::openwebui

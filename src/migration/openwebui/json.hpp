#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

/// JSON as Python's json module reads and writes it, since that is what wrote these databases. For small documents;
/// chats go through simdjson (chat_document.hpp).
namespace liftlock::migration::openwebui {

/// Python keeps the order of keys. Two things stand in an unusual form: an integer beyond 64 bits is a `binary` value
/// that holds its decimal digits, and a lone surrogate in a string is its three bytes of generalised UTF-8 (which
/// nlohmann's own dump() refuses; use dump_json()).
using Json = nlohmann::ordered_json;

/// What json.loads makes of `text`; nullopt where it raises. Unlike strict parsers it takes NaN, Infinity, lone
/// surrogates and integers of up to 4,300 digits, and of a repeated key the last value wins (at the first one's
/// place). Invalid UTF-8 and nesting deeper than 990 count as raising.
[[nodiscard]] std::optional<Json> load_json(std::string_view text);

/// Whether json.loads would take `text`, without building anything; for texts of any size.
[[nodiscard]] bool is_json(std::string_view text);

/// json.dumps(value): ", " and ": " between items, everything beyond ASCII escaped, floats in their shortest form.
/// Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string dump_json(const Json& value);

}  // namespace liftlock::migration::openwebui

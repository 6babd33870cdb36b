#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

/// JSON as Python's json module reads and writes it, since that is what wrote these databases. For small documents;
/// chats go through simdjson (chat_document.hpp).
namespace liftlock::migration::openwebui {

using Json = nlohmann::ordered_json;  // Python keeps the order of keys

/// What json.loads makes of `text`; nullopt where it raises. Unlike strict parsers it takes NaN, Infinity, lone
/// surrogates and numbers of any size, and of a repeated key the last value wins (at the first one's place).
[[nodiscard]] std::optional<Json> load_json(std::string_view text);

/// Whether json.loads would take `text`, without building anything; for texts of any size.
[[nodiscard]] bool is_json(std::string_view text);

/// json.dumps(value): ", " and ": " between items, everything beyond ASCII escaped.
[[nodiscard]] std::string dump_json(const Json& value);

}  // namespace liftlock::migration::openwebui

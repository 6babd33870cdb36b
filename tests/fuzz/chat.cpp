/// Chats: both readers of JSON agree on what is JSON, and what is written can be read.
#include "migration/openwebui/chat_document.hpp"
#include "migration/openwebui/json.hpp"
#include "target.hpp"

void fuzz(std::string_view input) {
  namespace openwebui = liftlock::migration::openwebui;
  static openwebui::ChatReader reader;
  const auto json = openwebui::load_json(input);
  require(json.has_value() == openwebui::is_json(input), "is_json says what load_json does");
  const openwebui::ChatDocument& chat = reader.read(input, openwebui::ChatReader::Parts::messages);
  for (const openwebui::ChatMessage& message : chat.messages) {
    for (const openwebui::JsonPiece piece : {message.content, message.output, message.files, message.error}) {
      require(openwebui::is_json(chat.text(piece)), "a piece of a chat is JSON");
    }
  }
  using Kind = openwebui::ChatDocument::Kind;
  if (chat.kind == Kind::object) require(json.has_value(), "a chat is JSON");
  if (!json) return;
  const std::string text = openwebui::dump_json(*json);
  const auto again = openwebui::load_json(text);
  require(again.has_value(), "what was written can be read");
  require(openwebui::dump_json(*again) == text, "what was written and read is written the same");
}

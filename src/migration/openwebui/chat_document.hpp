#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/value.hpp"

/// A chat as Open WebUI keeps it in chat.chat: {"history": {"currentId": …, "messages": {id: {…}}}, "messages": […],
/// …}.
namespace liftlock::migration::openwebui {

/// JSON text made for one value of a chat; text() of the document that it came from turns it into bytes.
struct JsonPiece {
  std::size_t begin = 0;
  std::size_t size = 0;  ///< 0: the value is null or not there
};

/// A JSON scalar as a text column takes it: NULL, text, integer, real; true and false are 1 and 0.
struct ChatScalar {
  database::Value value;
  bool fits = true;       ///< false: a list, an object, or text that is no Unicode; `value` is NULL then
  bool is_true = false;   ///< as Python sees it
  bool is_there = false;  ///< false: the key is missing
  bool is_boolean = false;
};

/// An entry of history.messages that is an object.
struct ChatMessage {
  std::string_view id;
  bool id_fits = true;  ///< false: not Unicode, so no key of a table
  ChatScalar role, parent_id, model, done, timestamp;
  // Made with Parts::messages only.
  JsonPiece content, output, files, sources, embeds, status_history, error, usage;
};

/// A message as a place in the tree: of history.messages, or where that is empty, of the list "messages".
struct ChatNode {
  std::string_view id;
  std::optional<std::string_view> parent_id;  ///< where it is text
  double timestamp = 0;                       ///< as written, in whatever unit; 0 where it is no number
};

struct ChatDocument {
  enum class Kind {
    nothing,     ///< what Python counts as false: NULL, null, {}, [], "", 0
    object,      ///< the usual
    other,       ///< JSON, but no object
    unreadable,  ///< not JSON
  };
  Kind kind = Kind::nothing;
  std::vector<ChatMessage> messages;  ///< in the order of the text; of a repeated id the last, at the first one's place
  std::vector<ChatNode> nodes;        ///< the same order; also entries that are no objects
  // Which message is on view, by three names; empty where missing or no text.
  std::string_view history_current_id, current_id, branch_point_message_id;

  [[nodiscard]] std::string_view text(JsonPiece piece) const {
    return piece.size == 0 ? std::string_view("null") : std::string_view(json).substr(piece.begin, piece.size);
  }
  std::string json;  ///< where the pieces lie
};

/// Reads one chat after the other. Takes all that Python's json.loads takes; a JSON string that holds JSON is read
/// once more. Memory: about ten times the chat while it is read; that of a chat of many megabytes is given back.
class ChatReader {
 public:
  enum class Parts {
    outline,   ///< no JsonPieces
    messages,  ///< everything
  };
  ChatReader();
  ~ChatReader();
  ChatReader(const ChatReader&) = delete;
  ChatReader& operator=(const ChatReader&) = delete;

  /// The document and its views are valid until the next read() of this reader.
  [[nodiscard]] const ChatDocument& read(std::string_view chat, Parts parts);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Row::attachment() of a chat's row: what a step of 8452d01d26d7 leaves for later steps of the same pass.
/// Type `const ChatDocument*`; the document has both parts. Empty where the step left the chat out.
inline constexpr std::string_view chat_document_attachment = "chat-document";

/// A row just written into chat_message; ids are without the chat's id before them.
struct WrittenMessage {
  std::string_view id;
  std::optional<std::string_view> parent_id;
  std::int64_t created_at = 0;
};
/// Type `const std::vector<WrittenMessage>*`: all the rows that chat_message has for this chat, in the order written.
/// Empty where that is not known; chat_message must be asked then.
inline constexpr std::string_view written_messages_attachment = "written-messages";

}  // namespace liftlock::migration::openwebui

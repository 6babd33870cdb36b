#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "migration/openwebui/chat_document.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

/// A message as a place in its chat's tree; `created_at` in any unit that is the same for all.
struct TreeNode {
  std::string_view id;
  std::optional<std::string_view> parent_id;
  double created_at = 0;
};

/// The leaf with the greatest created_at, the first one of equals; where there is no leaf (a circle), the same of all.
/// Of a repeated id the last node counts, at the first one's place. Empty without nodes.
[[nodiscard]] std::string_view latest_leaf(std::span<const TreeNode> nodes);

/// Fills chat.current_message_id: the first of the ids that the chat gives (its own column, history.currentId,
/// currentId, branchPointMessageId) which is a message of this chat, else the latest leaf; by the rows of
/// chat_message, or where the chat has none, by its JSON.
class CurrentMessageStep final : public RowStep {
 public:
  explicit CurrentMessageStep(Operations& op) : op_(op), has_messages_(op.has_table("chat_message")) {}
  void apply(Row& row) override;

 private:
  struct Chat;
  [[nodiscard]] const ChatDocument& document(Row& row);
  [[nodiscard]] std::string_view choose(Row& row, const Chat& chat);
  [[nodiscard]] std::string_view choose_stored(const Chat& chat);
  void prepare_lookups();

  Operations& op_;
  bool has_messages_;
  ChatReader reader_;
  std::unique_ptr<Lookup> is_message_, messages_of_;  // made when a chat first needs them
  std::deque<std::string> texts_;                     // of the chat at hand
};

}  // namespace liftlock::migration::openwebui

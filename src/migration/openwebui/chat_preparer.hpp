#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "migration/openwebui/chat_document.hpp"
#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

/// What ChatPreparer makes of a row.
struct PreparedChat {
  std::string_view text;  ///< what was read: the bytes themselves, where they lie
  const ChatDocument* document = nullptr;
  std::unique_ptr<ChatReader> reader;  ///< whose document it is
};

/// The document that was prepared from exactly these bytes; nullptr where there is none.
[[nodiscard]] const ChatDocument* prepared_document(const Row& row, std::string_view text);

/// Reads the chats of all rows that become messages (8452d01d26d7), with both parts.
class ChatPreparer final : public RowPreparer {
 public:
  [[nodiscard]] std::shared_ptr<const void> prepare(const Row& old) override;

 private:
  /// Readers that are free again. Documents are given back by another thread.
  struct Pool {
    std::mutex mutex;
    std::vector<std::unique_ptr<ChatReader>> readers;
  };
  std::shared_ptr<Pool> pool_ = std::make_shared<Pool>();
};

}  // namespace liftlock::migration::openwebui

#include "migration/openwebui/chat_preparer.hpp"

#include <utility>

#include "migration/openwebui/shares.hpp"

namespace liftlock::migration::openwebui {

namespace {

/// Readers keep some ten times this; that of a larger chat is not kept.
constexpr std::size_t chat_worth_keeping = std::size_t{512} << 10;

}  // namespace

const ChatDocument* prepared_document(const Row& row, std::string_view text) {
  const auto* chat = static_cast<const PreparedChat*>(row.prepared());
  if (chat == nullptr || chat->text.data() != text.data() || chat->text.size() != text.size()) return nullptr;
  return chat->document;
}

std::shared_ptr<const void> ChatPreparer::prepare(const Row& old) {
  const Value user = old.get("user_id");
  const Value text = old.get("chat");
  if (user.is_null() || is_share(user.bytes()) || text.bytes().empty()) return nullptr;
  auto chat = std::make_unique<PreparedChat>();
  {
    const std::scoped_lock lock(pool_->mutex);
    if (!pool_->readers.empty()) {
      chat->reader = std::move(pool_->readers.back());
      pool_->readers.pop_back();
    }
  }
  if (chat->reader == nullptr) chat->reader = std::make_unique<ChatReader>();
  chat->text = text.bytes();
  chat->document = &chat->reader->read(chat->text, ChatReader::Parts::messages);
  const auto give_back = [pool = pool_](PreparedChat* used) {
    const std::unique_ptr<PreparedChat> owned(used);
    if (owned->text.size() > chat_worth_keeping) return;
    const std::scoped_lock lock(pool->mutex);
    pool->readers.push_back(std::move(owned->reader));
  };
  return std::shared_ptr<PreparedChat>(chat.release(), give_back);
}

}  // namespace liftlock::migration::openwebui

#pragma once

#include <string>

#include "migration/operations.hpp"

namespace liftlock::migration::openwebui {

/// Queues the step that gives chat.chat the first of `sources` (columns of chat, best first, chat.chat itself
/// allowed) that holds JSON, byte for byte. Where none does, it becomes JSON's null; every other text that something
/// would lose goes to the quarantine. NULL stays NULL.
void gather_chat_json(Operations& op, Names sources);

}  // namespace liftlock::migration::openwebui

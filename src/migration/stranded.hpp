#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "database/sqlite.hpp"
#include "migration/state.hpp"

namespace liftlock::migration {

/// Looks for data that a data step should have moved, at a revision that says it has: the official scripts return at
/// once where a killed or failed run has left their table.
///
/// What cannot be seen: messages that 8452d01d26d7 had not written to chat_message when it was killed, once the
/// official chain has gone on from there. That would take parsing every chat, and releases after it write chats whose
/// messages need no rows. Nothing is lost: they stand in their chats.
[[nodiscard]] Result<std::vector<DatabaseState::Leftover>> find_stranded_data(database::Connection& connection,
                                                                              const database::Schema& schema,
                                                                              const DatabaseState& state);

/// What it says of so many chats that stand in chat.old_chat alone.
[[nodiscard]] DatabaseState::Leftover stranded_chats(const DatabaseState& state, std::int64_t count);

}  // namespace liftlock::migration

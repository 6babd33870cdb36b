#pragma once

#include "migration/sql_step.hpp"

/// The steps of sql/chats.cpp that look into chats, for PostgreSQL.
namespace liftlock::migration::openwebui {

[[nodiscard]] SqlText messages_of_chats_in_postgresql();
[[nodiscard]] SqlText current_messages_in_postgresql();
[[nodiscard]] SqlText due_timers_in_postgresql();

}  // namespace liftlock::migration::openwebui

#pragma once

#include "migration/revision.hpp"

/// What half-finished migrations left behind, put in order before the chain goes on. Repairs look like revisions (they
/// have effects, for the verification), but are recorded nowhere.
namespace liftlock::migration::openwebui {

/// 0.9.6 renamed chat.chat to old_chat and never filled the new chat.chat: the chats are brought home.
const Revision& repair_stranded_chats();

/// _alembic_tmp_<table>: an interrupted table rebuild. A copy beside its table goes; one whose table is gone is the table.
const Revision& repair_temporary_tables();

}  // namespace liftlock::migration::openwebui

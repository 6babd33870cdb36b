#pragma once

#include "migration/operations.hpp"

/// Data steps that a release cut short or skipped leaves data behind for, so that they must be runnable outside their
/// revision too. Each does nothing where its source column is gone, and each may run twice.
namespace liftlock::migration::openwebui {

/// Brings what is in chat.old_chat home into chat.chat and drops old_chat; 0.9.6 moved the chats there and left them.
/// Where both hold something, chat.chat stays and a different old_chat goes to the quarantine.
void bring_old_chats_home(Operations& op);

/// Makes rows of group_member from the lists in group.user_ids and drops that column; run again after a failure, the
/// official revision leaves the members behind there. A missing group_member is made.
void move_group_members(Operations& op);

/// Makes rows of knowledge_file from the lists in knowledge.data, which may be left there by a run that failed. The
/// column is dropped, or only relieved of the lists where a later revision has brought it back.
void move_knowledge_files(Operations& op);

}  // namespace liftlock::migration::openwebui

#pragma once

#include <string_view>

#include "migration/operations.hpp"
#include "migration/sql_step.hpp"

/// The data steps of the revisions as SQL, for scripts (migration/offline). They lie in sql/, by subject. A guard
/// stands wherever SQL would read a value otherwise than the revision does, or where the revision would set something
/// aside.
namespace liftlock::migration::openwebui {

// sql/tags.cpp
[[nodiscard]] const SqlStep& sql_shared_tags();            ///< 1af9b942657b: nothing is asked
[[nodiscard]] const SqlStep& sql_rename_tags();            ///< 1af9b942657b
[[nodiscard]] const SqlStep& sql_tags_into_chats();        ///< 1af9b942657b
[[nodiscard]] const SqlStep& sql_tags_out_of_chats();      ///< 1af9b942657b, back
[[nodiscard]] const SqlStep& sql_tags_of_one_user_only();  ///< 3ab32c4b8f59, back: a guard only

// sql/chats.cpp
[[nodiscard]] const SqlStep& sql_chat_text_to_json();  ///< 242a2047eae0; reads chat_text
[[nodiscard]] const SqlStep& sql_empty_chats();        ///< 242a2047eae0, back
[[nodiscard]] const SqlStep& sql_messages_of_chats();  ///< 8452d01d26d7
[[nodiscard]] const SqlStep& sql_current_messages();   ///< 9a1b2c3d4e5f
[[nodiscard]] const SqlStep& sql_chats_are_read();     ///< b7c8d9e0f1a2
[[nodiscard]] const SqlStep& sql_due_timers();         ///< d4c1a8e37b62

// sql/shares.cpp
[[nodiscard]] const SqlStep& sql_shares_out_of_chats();  ///< c1d2e3f4a5b6
/// c1d2e3f4a5b6, back. `chat` as it is then: what it must hold is filled in.
[[nodiscard]] SqlStep sql_shares_into_chats(const database::Table& chat);

// sql/users.cpp
/// b10670c03dd5: user.<column> (info, settings), text until now, into user.<column>_json; on SQLite only.
[[nodiscard]] SqlStep sql_user_json(std::string_view column);
/// b10670c03dd5, on PostgreSQL: what was JSON in a JSON text.
[[nodiscard]] SqlStep sql_decoded_user_json(std::string_view column);
[[nodiscard]] const SqlStep& sql_oauth_of_users();       ///< b10670c03dd5
[[nodiscard]] const SqlStep& sql_keys_of_users();        ///< b10670c03dd5
[[nodiscard]] const SqlStep& sql_users_as_before();      ///< b10670c03dd5, back
[[nodiscard]] const SqlStep& sql_twice_encoded_users();  ///< 6d09d1bf1f23
[[nodiscard]] const SqlStep& sql_emails_differ();        ///< f0bd01a18a3d: a guard only
[[nodiscard]] const SqlStep& sql_members_of_groups();    ///< 37f288994c47
[[nodiscard]] const SqlStep& sql_lists_of_members();     ///< 37f288994c47, back

// sql/knowledge.cpp
[[nodiscard]] const SqlStep& sql_documents_to_knowledge();  ///< 6a39f3d8e55c
[[nodiscard]] const SqlStep& sql_files_of_knowledge();      ///< 3e0e00844bb0
[[nodiscard]] const SqlStep& sql_lists_of_files();          ///< 3e0e00844bb0, back
[[nodiscard]] const SqlStep& sql_paths_of_files();          ///< c29facfe716b

// sql/access.cpp
[[nodiscard]] SqlStep sql_grants_of(std::string_view resource);          ///< f1e2d3c4b5a6
[[nodiscard]] SqlStep sql_access_control_of(std::string_view resource);  ///< f1e2d3c4b5a6, back

// sql/prompts.cpp
[[nodiscard]] const SqlStep& sql_prompts_with_history();  ///< 374d2f66af06
[[nodiscard]] const SqlStep& sql_prompts_as_before();     ///< 374d2f66af06, back

// sql/config.cpp
[[nodiscard]] SqlStep sql_config_is_object(std::string_view table);  ///< 3ff2c63645b8: a guard only
[[nodiscard]] const SqlStep& sql_config_to_rows();                   ///< 3ff2c63645b8; reads config_old
[[nodiscard]] const SqlStep& sql_config_from_rows();                 ///< 3ff2c63645b8, back

// sql/histories.cpp
/// d6a8c3f912ab, e7b9d4a023bc, f8c0e5b134cd: the first version of each skill, model, tool or function.
[[nodiscard]] SqlStep sql_first_versions(std::string_view kind);

// sql/others.cpp
[[nodiscard]] const SqlStep& sql_folder_dates_to_seconds();      ///< 4ace53fd72c8
[[nodiscard]] const SqlStep& sql_folder_seconds_to_dates();      ///< 4ace53fd72c8, back
[[nodiscard]] const SqlStep& sql_members_joined();               ///< 2f1211949ecc
[[nodiscard]] const SqlStep& sql_pins();                         ///< 4de81c2a3af1
[[nodiscard]] const SqlStep& sql_pinned_notes();                 ///< 4de81c2a3af1, back
[[nodiscard]] const SqlStep& sql_members_of_nobody();            ///< c92da83b017f: a guard only
[[nodiscard]] SqlStep sql_rows_of_apps(std::string_view table);  ///< c92da83b017f, back

}  // namespace liftlock::migration::openwebui

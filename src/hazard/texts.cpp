#include "hazard/texts.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace liftlock::hazard {

namespace {

constexpr Severity note = Severity::note;
constexpr Severity warning = Severity::warning;
constexpr Severity blocks = Severity::blocks;

constexpr Text all_texts[] = {
    // Where the database stands
    {"database-foreign", blocks, "Not Open WebUI's database",
     "The database has tables, but they are not those of Open WebUI. Another program's data would be at risk.",
     "Name the data directory of an Open WebUI installation; it holds webui.db and the folder uploads."},
    {"revision-unknown", blocks, "A revision that Liftlock does not know",
     "The database is at revision {revision}, which is on no chain that this version of Liftlock knows: it comes from "
     "a "
     "newer release of Open WebUI, or from a changed one. What its tables mean can only be guessed.",
     "Look for a newer version of Liftlock. To go back to an earlier state, restore a snapshot of it:\n"
     "    liftlock backups {address}"},
    {"half-migrated-beyond-repair", blocks, "A half-finished migration that cannot be completed without guessing",
     "{explanation}", "{repair}"},
    {"half-migrated", warning, "A half-finished migration", "{explanation}", "Nothing is to be done by hand. {repair}"},
    {"database-empty", note, "There is nothing in the database yet",
     "The database holds no table. It will get the schema that {target} starts with, and no data.",
     "If there should be data, check that this is the right data directory: a container without its volume and a new "
     "virtual environment both begin with an empty one."},
    {"peewee-steps-dropped", note, "Migrations that newer releases have dropped",
     "The database is older than 0.3.8: {count} of the 18 Peewee migrations have not run on it. Releases from 0.9.6 on "
     "do not ship them, call such a database up to date, and lose user settings and model files.",
     "Nothing is to be done: Liftlock runs the dropped migrations first."},
    {"peewee-history-missing", blocks, "The target would start its migrations over",
     "The database was made by a release >= 0.9.6 or by a newer chain, without Peewee's list of migrations. Release "
     "{target} would run Peewee's migrations from the first one on and fail (\"duplicate column name: share_id\").",
     "Choose release 0.9.6 or a later one:\n    liftlock plan {address} latest"},

    // Releases
    {"release-strands-chats", warning, "The migrations of 0.9.6 leave chats behind",
     "On its own, 0.9.6 moves every chat of this database to a column where no release finds it, and still answers as "
     "healthy. This change is safe: Liftlock migrates the data before the program starts, so that 0.9.6 finds nothing "
     "to do. Older data that is put under it later is not.",
     "Prefer {safe}, the nearest release without this fault:\n    liftlock plan {address} {safe}\n"
     "Never let {target} start on an older database or backup by itself."},
    {"release-breaks-user-table", warning, "The migrations of 0.9.6 to 0.10.1 stop in the user table",
     "On its own, {target} stops half-way in a database with two or more users (\"column object 'info_json' already "
     "assigned\"), and later releases do not start on what it leaves. This change is safe: Liftlock migrates the data "
     "before the program starts, so that {target} finds nothing to do. Older data that is put under it later is not.",
     "Prefer {safe}, the nearest release without this fault:\n    liftlock plan {address} {safe}\n"
     "Never let {target} start on an older database or backup by itself."},
    {"release-encodes-oauth-twice", warning, "The migrations of 0.10.2 and 0.11.0 encode external sign-ins twice",
     "On its own, {target} writes every user's external sign-in (OAuth) as text within text, which it cannot read. "
     "This "
     "change is safe: Liftlock migrates the data before the program starts, so that {target} finds nothing to do. "
     "Older "
     "data that is put under it later is not.",
     "Prefer {safe}, the nearest release without this fault:\n    liftlock plan {address} {safe}"},
    {"release-hides-failures", note, "The target does not say when its migration fails",
     "Releases up to 0.11.2 go on and answer as healthy when their own migration fails. Liftlock migrates the data "
     "itself and verifies every row, so that this change does not depend on it.",
     "After later changes by other means, look at what was reached:\n    liftlock status {address}"},
    {"program-must-follow", note, "Only the data is changed",
     "Liftlock does not know which program runs on this data directory. After the change, only release {target} (or a "
     "later one) fits the data; another one fails, or damages it while it answers as healthy.",
     "Stop Open WebUI before the change. Start it again as release {target}."},
    {"program-not-tried", warning, "The new program is not tried beforehand",
     "Whether {target} runs on the changed data, with this machine's memory and this deployment's settings, only shows "
     "while nobody can use it. If it does not, the old program comes back by itself.",
     "Leave out --no-trial, so that {target} is started on a copy first."},
    {"program-older", warning, "An older program on the same schema",
     "{target} is older than {newer}, which runs now. Both have the same schema, so no row is touched; but {target} "
     "may "
     "not know settings and features that {newer} has written down, and may overwrite them.",
     "Look at what you set up since {newer} came. If something is amiss, go back:\n    liftlock rollback {address}"},

    // The machine and the files
    {"disk-space", blocks, "Not enough space on the disk",
     "The change needs {needed} at its worst moment in {folder}; {free} are free.",
     "Free {missing} on that file system, then run the command again."},
    {"folder-read-only", blocks, "Nothing can be written", "The database or its folder {folder} cannot be written to.",
     "Run the command as a user who may write there, on a file system that is mounted for writing."},
    {"database-in-use", warning, "The database is in use",
     "{count} process(es) have the database open. Plan and rehearsal can go on; the change itself is refused until "
     "they "
     "have let go, because old and new must never run on one database.",
     "Stop Open WebUI before the change."},
    {"write-ahead-log", note, "The newest writes are in the -wal file",
     "webui.db has a -wal file beside it, which holds what was written last. Liftlock's snapshot includes it; a copy "
     "of "
     "webui.db alone would lose it.",
     "Nothing is to be done. Do not remove or copy these files by themselves."},
    {"secret-key-elsewhere", note, "The secret key is not in the data directory",
     "No .webui_secret_key was found in or beside the data directory. Open WebUI signs sessions with WEBUI_SECRET_KEY "
     "and "
     "encrypts tokens with it; where it is lost, everybody is signed out and stored tokens cannot be read.",
     "Make sure that the new program gets the same WEBUI_SECRET_KEY as the old one, and that you have a copy of it."},
    {"vector-store-one-way", note, "The vector store may go one way",
     "Liftlock does not change the vector store (vector_db). A newer program may upgrade it at its first start, and an "
     "older one may then not read it.",
     "Nothing is to be done: the snapshot holds it as it is now, and going back by snapshot brings it back."},
    {"no-restore-point", blocks, "No snapshot of that version",
     "The way down to {target} needs a snapshot of that version: releases before 0.3.8 have no migrations that can be "
     "reversed, and for newer ones a snapshot was asked for. {snapshots}",
     "Choose a version that there is a snapshot of, or a release from 0.3.8 on without --from-snapshot:\n"
     "    liftlock backups {address}"},
    {"newer-data-left-behind", warning, "Newer data is left behind",
     "Going back to {target} brings the data of the snapshot. What was written since is not in it; it is counted, and "
     "you "
     "are asked, before anything is changed. It stays in a snapshot of its own.",
     "Export what is to be kept first, or agree to it:\n    liftlock change {address} {target} --from-snapshot latest "
     "--accept-loss"},

    // Users
    {"emails-differ-by-case", blocks, "E-mail addresses that differ only by case",
     "From 0.11.0 on, two users cannot have the same address in another case. {count} users of this database do, and "
     "which of them should keep it is not for a program to say.",
     "In Open WebUI (Admin Panel, Users), give all but one of each another address, or delete them; then run the "
     "command "
     "again."},
    {"api-key-shared", warning, "Users with the same API key",
     "{count} user(s) have the API key of another. A key belongs to one user from here on.",
     "Nothing is lost: the first one keeps the key, and it is kept for the others in quarantine.jsonl. They need new "
     "keys."},
    {"user-without-sign-in", note, "Users without a way to sign in",
     "{count} user(s) have no row in the table auth. Each gets one, with a password that nobody can give.",
     "Set a password for those who are to sign in with one (Admin Panel, Users)."},
    {"user-encoded-twice", note, "User settings encoded twice",
     "An earlier migration (0.9.6 to 0.11.0) wrote the settings, info or external sign-in of {count} user(s) as text "
     "within text.",
     "Nothing is to be done: Liftlock repairs it."},
    {"group-member-repeated", note, "A user twice in one group",
     "{count} membership(s) stand more than once in their group's list. The official migration stops at them and then "
     "loses the group's members; Liftlock counts each once.",
     "Nothing is to be done."},
    {"group-member-deleted", note, "Deleted users in groups",
     "{count} membership(s) are those of users who are gone. They are dropped, and counted in the report.",
     "Nothing is to be done."},
    {"group-members-unreadable", warning, "Lists of group members that cannot be read",
     "{count} group(s) have a list of members that is no list. These groups will have no members; the text is kept in "
     "quarantine.jsonl.",
     "Look at the members of these groups before and after the change."},
    {"channel-members-present", note, "Members of channels",
     "{count} row(s) of channel_member stop the official migration. Liftlock keeps them; they count as joined when "
     "they "
     "were made.",
     "Nothing is to be done."},

    // Chats
    {"chat-unreadable", warning, "Chats that are not JSON",
     "{count} chat(s) hold text that Open WebUI cannot read. The migration makes them empty, as the official one does; "
     "the "
     "text is kept in quarantine.jsonl, beside the report.",
     "Nothing is lost. Look at the quarantine file after the change."},
    {"chat-not-read-yet", note, "Chats are read in the rehearsal",
     "The database is large: whether every chat can be read is found out, and counted, in the rehearsal.",
     "To know it before the change:\n    liftlock rehearse {address} {target}"},
    {"tag-shared", note, "Tags that several users have",
     "{count} tag(s) are used by more than one user. The official migration deletes all but one user's; Liftlock keeps "
     "each user's own.",
     "Nothing is to be done."},
    {"tag-differs-by-case", note, "Tags that differ only by case or spaces",
     "{count} tag(s) of one user are the same but for case and spaces. They become one; the chats keep it.",
     "Nothing is to be done."},
    {"share-without-chat", warning, "Shared chats whose original is gone",
     "{count} shared chat(s) are copies of chats that were deleted. They will not be shared any more; their text is "
     "kept in "
     "quarantine.jsonl.",
     "Save what is still needed of them before the change."},
    {"folder-dates", note, "Dates of folders",
     "{count} folder(s) hold dates as text. The official migration keeps only the year; Liftlock keeps the whole date.",
     "Nothing is to be done."},

    // Knowledge, prompts, settings
    {"knowledge-file-repeated", note, "A file twice in one knowledge collection",
     "{count} file(s) stand more than once in their collection's list. The official migration stops at them and then "
     "loses "
     "the collection's files; Liftlock counts each once.",
     "Nothing is to be done."},
    {"knowledge-file-missing", note, "Files of knowledge collections that are gone",
     "{count} file(s) in the lists of knowledge collections are not there any more. They are passed over.",
     "Nothing is to be done."},
    {"document-without-collection", blocks, "Documents without a collection",
     "{count} document(s) have no collection. Every document becomes a knowledge collection of that name, and these "
     "have none to become.",
     "Give each a collection_name of its own, or remove those that are of no use, then run the command again."},
    {"document-collection-repeated", warning, "Documents with the same collection",
     "{count} document(s) have the collection of another. Every collection becomes one knowledge collection, which "
     "gets the title of its first document; the documents themselves stay.",
     "Look at the names of these knowledge collections after the change."},
    {"prompt-incomplete", note, "Prompts with something missing",
     "{count} prompt(s) have no owner, title, content or date. The official migration stops at them; Liftlock leaves "
     "what "
     "is missing empty.",
     "Nothing is to be done."},
    {"config-rows-older", note, "Older states of the configuration",
     "Besides the newest, {count} older row(s) of the table config are there. Only the newest is the configuration; "
     "the "
     "others stay in the table config_old, where no release looks.",
     "Nothing is to be done."},

    // Schema
    {"repeated-key", blocks, "Several rows with the same id",
     "{count} id(s) stand on more than one row in tables where an id has to be the only one. Which row counts is not "
     "for "
     "a program to say.",
     "Remove the rows that are superfluous, then run the command again."},
    {"row-without-id", warning, "Rows without an id",
     "{count} row(s) have no id, where every release writes one: the schema has been altered. No release can address "
     "them. They are kept as they are; where other rows are to be made from one (who may see it, its messages), the "
     "rehearsal stops, and nothing is changed.",
     "Give each of them an id, or remove those that are of no use."},
    {"tables-of-others", note, "Tables that are not Open WebUI's",
     "{count} table(s) were not made by this release of Open WebUI. They are kept as they are.",
     "Nothing is to be done."},
    {"triggers-kept", note, "Triggers, views and virtual tables",
     "{count} object(s) in the database are not Open WebUI's. They are kept as they are; whether they still fit the "
     "tables "
     "that they name is for you to see.",
     "Look at them after the change."},
};

}  // namespace

std::span<const Text> texts() { return all_texts; }

const Text& text_of(std::string_view id) {
  const auto found = std::ranges::find(all_texts, id, &Text::id);
  if (found == std::ranges::end(all_texts)) throw std::logic_error("no text for the hazard " + std::string(id));
  return *found;
}

}  // namespace liftlock::hazard

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
     "The database is at revision {revision}, which is on no chain that this version of Liftlock knows: it comes from a "
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
     "On its own, {target} writes every user's external sign-in (OAuth) as text within text, which it cannot read. This "
     "change is safe: Liftlock migrates the data before the program starts, so that {target} finds nothing to do. Older "
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

    // The machine and the files
    {"disk-space", blocks, "Not enough space on the disk",
     "The change needs {needed} at its worst moment in {folder}; {free} are free.",
     "Free {missing} on that file system, then run the command again."},
    {"folder-read-only", blocks, "Nothing can be written",
     "The database or its folder {folder} cannot be written to.",
     "Run the command as a user who may write there, on a file system that is mounted for writing."},
    {"database-in-use", warning, "The database is in use",
     "{count} process(es) have the database open. Plan and rehearsal can go on; the change itself is refused until they "
     "have let go, because old and new must never run on one database.",
     "Stop Open WebUI before the change."},
    {"write-ahead-log", note, "The newest writes are in the -wal file",
     "webui.db has a -wal file beside it, which holds what was written last. Liftlock's snapshot includes it; a copy of "
     "webui.db alone would lose it.",
     "Nothing is to be done. Do not remove or copy these files by themselves."},
    {"secret-key-elsewhere", note, "The secret key is not in the data directory",
     "No .webui_secret_key was found in or beside the data directory. Open WebUI signs sessions with WEBUI_SECRET_KEY and "
     "encrypts tokens with it; where it is lost, everybody is signed out and stored tokens cannot be read.",
     "Make sure that the new program gets the same WEBUI_SECRET_KEY as the old one, and that you have a copy of it."},
    {"vector-store-one-way", note, "The vector store may go one way",
     "Liftlock does not change the vector store (vector_db). A newer program may upgrade it at its first start, and an "
     "older one may then not read it.",
     "Nothing is to be done: the snapshot holds it as it is now, and going back by snapshot brings it back."},
    {"no-restore-point", blocks, "No snapshot of that version",
     "The database is newer than {target}, and Liftlock goes back only to what a snapshot holds. {snapshots}",
     "Choose a version that there is a snapshot of, or one that is not older than the database:\n"
     "    liftlock backups {address}"},
    {"newer-data-left-behind", warning, "Newer data is left behind",
     "Going back to {target} brings the data of the snapshot. What was written since is not in it; it is counted, and you "
     "are asked, before anything is changed. It stays in a snapshot of its own.",
     "Export what is to be kept first, or agree to it:\n    liftlock change {address} {target} --accept-loss"},

    // HERE
};

}  // namespace

std::span<const Text> texts() { return all_texts; }

const Text& text_of(std::string_view id) {
  const auto found = std::ranges::find(all_texts, id, &Text::id);
  if (found == std::ranges::end(all_texts)) throw std::logic_error("no text for the hazard " + std::string(id));
  return *found;
}

}  // namespace liftlock::hazard

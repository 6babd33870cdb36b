#include "change/doctor/texts.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace liftlock::change::doctor {

namespace {

constexpr Severity note = Severity::note;
constexpr Severity warning = Severity::warning;
constexpr Severity serious = Severity::serious;

constexpr Text all_texts[] = {
    // What runs it
    {"cannot-be-looked-at", serious, "", "It cannot be looked at", "{what}", "{next}"},
    {"not-running", warning, "It runs: {state}", "It does not run: {state}",
     "Nobody can use it. What was written last may say why.",
     "Look at its log, then start it:\n    liftlock logs {address}\n    docker start {name}"},
    {"crash-loop", serious, "", "It starts again and again",
     "The program ends by itself soon after each start ({restarts} restarts so far).",
     "Look at its log:\n    liftlock logs {address}"},
    {"unhealthy", serious, "", "Its health check fails",
     "The program runs, but does not answer as it should. Users see errors or nothing.",
     "Look at its log:\n    liftlock logs {address}"},
    {"no-restart-policy", note, "It comes back by itself after a reboot (restart policy {policy})",
     "It stays down after a reboot",
     "The container has no restart policy: when the machine or the engine starts anew, it does not.",
     "    docker update --restart unless-stopped {name}"},
    {"image-moves", warning, "Its image names one release: {image}", "Its image's tag moves on: {image}",
     "What the tag stands for changes by itself. Whoever makes the container anew after a pull gets another version, "
     "which migrates the database, without a snapshot and with no way back.",
     "Change versions with Liftlock, to a release that is named:\n    liftlock versions {address}\n"
     "    liftlock change {address} VERSION"},
    {"auto-updater", warning, "", "{updater} replaces it by itself",
     "A running {updater} puts the newest image of a tag under running containers: it migrates the database without a "
     "snapshot, and goes on with a warning when the new version fails.",
     "Keep it away from this container with the label com.centurylinklabs.watchtower.enable=false, or name a release "
     "as its image:\n    liftlock change {address} VERSION"},

    // Where its things are
    {"data-in-container", serious, "Its data outlives the container: {where}", "Its data is in the container itself",
     "Nothing is mounted at {folder}: whoever removes this container removes every chat. That is what an update by "
     "hand "
     "does.",
     "Copy the data out, and make the container anew with it:\n    docker cp {name}:{folder} DATA_DIR\n"
     "    docker run … -v DATA_DIR:{folder} …"},
    {"data-on-anonymous-volume", serious, "", "Its data is on a volume without a name",
     "The volume was made for this container alone. A container made anew gets another, empty one, and `docker rm -v`, "
     "`docker compose down -v` and `docker volume prune` remove this one with every chat.",
     "Copy the data out, and make the container anew with a named volume or a folder:\n"
     "    docker cp {name}:{folder} DATA_DIR\n    docker run … -v DATA_DIR:{folder} …"},
    {"secret-key-in-container", warning, "Its secret key outlives the container",
     "Its secret key is in the container itself",
     "WEBUI_SECRET_KEY is set nowhere, and its file {file} goes with the container. When that is made anew by hand, "
     "everybody is logged out, and stored tokens cannot be read any more. A change by Liftlock carries the file over.",
     "Keep a snapshot, which has the key, too; or set WEBUI_SECRET_KEY to what the file holds when you make the "
     "container anew:\n    liftlock backup {address}"},
    {"secret-key-elsewhere", note, "Its secret key is in {file}", "Its secret key was not found",
     "It is not in the data directory: where the program gets WEBUI_SECRET_KEY from is not known. Snapshots do not "
     "hold "
     "it, and without it everybody is logged out and stored tokens cannot be read.",
     "Keep a copy of it yourself: it is in the program's environment, or in .webui_secret_key where that starts."},
    {"cannot-be-changed", warning, "", "Liftlock could neither save nor change it", "{what}", "{next}"},
    {"data-not-writable", serious, "Its data can be written to", "Its data cannot be written to by this user",
     "This user may not write to {what}. Liftlock could neither change nor restore it, and if the program runs as this "
     "user, it cannot keep a chat.",
     "Run Liftlock as the owner of the data, or as root."},
    {"disk-space", warning, "There is room for a snapshot and a rehearsal: {needed} of {free} free",
     "There is too little room for a change: {free} free, {needed} needed",
     "A change needs room for a snapshot and for a copy on which it is rehearsed; without it, it is refused. Where "
     "nothing is free at all, the program cannot write either.",
     "Make room in {folder}. Snapshots that nothing needs any more:\n    liftlock prune {address} --dry-run"},

    // Its database
    {"database-unreadable", serious, "", "Its database cannot be read", "{what}", "{next}"},
    {"database-damaged", serious, "Its database is intact (integrity_check)", "Its database is damaged",
     "SQLite finds damage in the file: {complaint}. Some of what is in it may be lost already, and every further write "
     "may make it worse.",
     "Stop Open WebUI. Restore the newest snapshot from before, or save what can be saved:\n"
     "    liftlock backups {address}\n    sqlite3 {database} .recover | sqlite3 saved.db"},
    {"schema-drift", warning, "Its schema is that of revision {revision}", "Its schema is not that of its revision",
     "{count} from what revision {revision} has: somebody has changed the schema, or a migration ended half-way. A "
     "later migration may fail on it.",
     "See which:\n    liftlock db check --database {url}"},
    {"program-older-than-database", serious, "Program and database fit: {version}",
     "The program is older than its database",
     "Release {version} runs on a database at revision {revision}, which it does not know: it fails, or writes what "
     "newer releases do not understand.",
     "Change to the release that the database comes from ({origin}), or bring back what was there:\n"
     "    liftlock plan {address} {newest}\n    liftlock backups {address}"},
    {"database-behind-program", warning, "", "The database is older than its program",
     "Release {version} brings a database to another revision than {revision}, where this one is: it has not started "
     "on it yet, or its migration failed. Releases up to 0.11.2 answer as healthy all the same.",
     "Look at its log for errors of Alembic:\n    liftlock logs {address}"},
    {"release-harmful", warning, "", "Release {version} migrates older data wrongly",
     "Releases 0.9.6 to 0.11.0 lose chats, or stop half-way in the user table, when they are started on older data. "
     "What is deployed now need not be harmed; older data or a backup that is put under it will be.",
     "Prefer a later release:\n    liftlock change {address} latest"},

    // Changes and snapshots
    {"change-unfinished", serious, "No change of it was interrupted",
     "Change {change} was interrupted, or runs just now",
     "Until it is finished or undone, nothing else is changed, saved or restored.", "    liftlock resume {address}"},
    {"change-unsettled", note, "", "Change {change} can still be rolled back",
     "What was there before is kept, and takes room. It is given up by itself only where `settle` runs regularly.",
     "When you are content with it, or not:\n    liftlock settle {address} --now\n    liftlock rollback {address}"},
    {"snapshot-missing", warning, "Its newest snapshot is {age} old: {snapshot}", "There is no snapshot of it",
     "Should the disk or the data be lost, all of it is. A change takes one beforehand, but other things happen, too.",
     "    liftlock backup {address}"},
    {"snapshot-old", warning, "", "Its newest snapshot is {age} old", "What was written since is in no snapshot.",
     "Take one now, and regularly:\n    liftlock backup {address}"},
    {"snapshot-damaged", warning, "", "A snapshot is damaged: {snapshot}", "{what}",
     "See what can be taken from it, then remove its folder by hand:\n    liftlock verify {snapshot}"},
};

const Text& text_of(std::string_view id) {
  const auto* found = std::ranges::find(all_texts, id, &Text::id);
  if (found == std::end(all_texts)) throw std::logic_error("no doctor's text for " + std::string(id));
  return *found;
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::fine:
      return "fine";
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::serious:
      break;
  }
  return "serious";
}

std::span<const Text> texts() { return all_texts; }

Finding wrong(std::string_view id, const hazard::Blanks& blanks) {
  const Text& text = text_of(id);
  return {std::string(text.id), text.severity, hazard::fill_in(text.title, blanks),
          hazard::fill_in(text.meaning, blanks), hazard::fill_in(text.solution, blanks)};
}

Finding fine(std::string_view id, const hazard::Blanks& blanks) {
  const Text& text = text_of(id);
  return {std::string(text.id), Severity::fine, hazard::fill_in(text.fine, blanks), {}, {}};
}

}  // namespace liftlock::change::doctor

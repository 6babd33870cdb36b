#include "cli/render/snapshot.hpp"

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/format.hpp"
#include "cli/render/error.hpp"
#include "cli/render/plan.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string size_text(const snapshot::Manifest& manifest) {
  return fmt::format("{} of {}", format_bytes(manifest.bytes_on_disk()), format_bytes(manifest.bytes_of_data()));
}

std::string revision_text(const snapshot::Manifest& manifest) {
  return manifest.revision.empty() ? fmt::format("Peewee {}", manifest.peewee_migrations) : manifest.revision;
}

}  // namespace

std::string render_snapshot(const snapshot::Snapshot& snapshot, const Style& style) {
  const snapshot::Manifest& manifest = snapshot.manifest;
  TextTable table({{""}, {""}});
  table.add({style.dim("folder"), printable(snapshot.folder.string())});
  table.add({style.dim("taken"), iso_time(manifest.created)});
  table.add({style.dim("of"), printable(manifest.address)});
  table.add({style.dim("version"), fmt::format("{}  ({})", release_span(manifest.releases), revision_text(manifest))});
  table.add({style.dim("size"), size_text(manifest)});
  for (const std::string& note : manifest.notes) table.add({style.yellow("note"), printable(note)});
  return style.bold(snapshot.name()) + "\n" + table.render(2);
}

Json snapshot_json(const snapshot::Snapshot& snapshot) {
  const snapshot::Manifest& manifest = snapshot.manifest;
  return {{"name", snapshot.name()},
          {"folder", snapshot.folder.string()},
          {"created", iso_time(manifest.created)},
          {"deployment", manifest.address},
          {"releases", manifest.releases},
          {"revision", manifest.revision.empty() ? Json() : Json(manifest.revision)},
          {"lineage", manifest.lineage},
          {"peewee_migrations", manifest.peewee_migrations},
          {"files", manifest.files.size()},
          {"bytes_on_disk", manifest.bytes_on_disk()},
          {"bytes_of_data", manifest.bytes_of_data()},
          {"notes", manifest.notes}};
}

std::string render_snapshots(const std::vector<snapshot::Listed>& listed, const Style& style) {
  if (listed.empty()) return "No snapshots yet.\n";
  TextTable table({{style.dim("name")},
                   {style.dim("taken")},
                   {style.dim("version")},
                   {style.dim("revision")},
                   {style.dim("on disk"), TextTable::Align::right},
                   {style.dim("data"), TextTable::Align::right},
                   {""}});
  for (const snapshot::Listed& one : listed) {
    const std::string name = one.folder.filename().string();
    if (!one.snapshot) {
      table.add({name, "", "", "", "", "", style.red("damaged: ") + printable(one.snapshot.error().what)});
      continue;
    }
    const snapshot::Manifest& manifest = one.snapshot->manifest;
    table.add({name, iso_time(manifest.created), release_span(manifest.releases), revision_text(manifest),
               format_bytes(manifest.bytes_on_disk()), format_bytes(manifest.bytes_of_data()),
               one.pinned ? "pinned" : ""});
  }
  return table.render();
}

Json listed_json(const std::vector<snapshot::Listed>& listed) {
  Json list = Json::array();
  for (const snapshot::Listed& one : listed) {
    Json entry = one.snapshot ? snapshot_json(*one.snapshot) : error_json(one.snapshot.error());
    if (!one.snapshot) entry["folder"] = one.folder.string();
    entry["pinned"] = one.pinned;
    list.push_back(std::move(entry));
  }
  return list;
}

namespace {

std::string_view way_text(snapshot::Proof::Way way) {
  using enum snapshot::Proof::Way;
  switch (way) {
    case scratch_database:
      return "Proven by restoring it into a scratch database";
    case transaction:
      return "Proven by restoring it beside the tables, in a transaction that was taken back";
    case read_back:
      return "Read back";
    case file:
      break;
  }
  return "Proven by restoring it";
}

std::string_view way_name(snapshot::Proof::Way way) {
  using enum snapshot::Proof::Way;
  switch (way) {
    case scratch_database:
      return "scratch-database";
    case transaction:
      return "transaction";
    case read_back:
      return "read-back";
    case file:
      break;
  }
  return "file";
}

}  // namespace

std::string render_proof(const snapshot::Proof& proof, const Style& style) {
  std::string out =
      fmt::format("{} {}: {} and the database, {} compared, in {}.\n", style.green("✓"), way_text(proof.way),
                  format_count(proof.files, "file", "files"), format_bytes(proof.bytes), format_seconds(proof.seconds));
  if (!proof.why_not_restored.empty())
    out += wrap(style.yellow("It was not restored. ") + printable(proof.why_not_restored),
                static_cast<std::size_t>(style.width), 2);
  if (!proof.integrity.empty()) {
    out += style.yellow("The database was damaged already when the snapshot was taken:") + "\n";
    for (const std::string& line : proof.integrity) out += fmt::format("  · {}\n", printable(line));
  }
  if (!proof.foreign_keys.empty()) {
    out += "Rows of the data that point to nothing:\n";
    for (const std::string& line : proof.foreign_keys) out += fmt::format("  · {}\n", printable(line));
  }
  return out;
}

Json proof_json(const snapshot::Proof& proof) {
  return {{"way", way_name(proof.way)},
          {"why_not_restored", proof.why_not_restored.empty() ? Json() : Json(proof.why_not_restored)},
          {"files", proof.files},
          {"bytes", proof.bytes},
          {"seconds", proof.seconds},
          {"integrity", proof.integrity},
          {"foreign_keys", proof.foreign_keys}};
}

std::string render_restored(const snapshot::Restored& restored, const Style& style) {
  if (!restored.database_replaced && restored.files_written == 0 && restored.moved_aside == 0) {
    return "Nothing to do: all is what the snapshot holds.\n";
  }
  std::string out = fmt::format("{} Restored: {}{} written, {} untouched.\n", style.green("✓"),
                                restored.database_replaced ? "the database, " : "",
                                format_count(restored.files_written, "file", "files"),
                                format_count(restored.files_untouched, "file", "files"));
  if (!restored.aside_schema.empty()) {
    out += fmt::format(
        "The tables that were there are in the schema {0}. When you need them no more:\n"
        "  DROP SCHEMA {0} CASCADE;\n",
        restored.aside_schema);
  }
  if (!restored.aside.empty()) {
    out += fmt::format("What was there ({}) is in {}\n", format_count(restored.moved_aside, "file", "files"),
                       printable(restored.aside.string()));
  }
  return out;
}

Json restored_json(const snapshot::Restored& restored) {
  Json written = Json::array();
  for (const std::filesystem::path& path : restored.written) written.push_back(path.string());
  return {{"database_replaced", restored.database_replaced},
          {"files_written", restored.files_written},
          {"files_untouched", restored.files_untouched},
          {"written", std::move(written)},
          {"moved_aside", restored.moved_aside},
          {"aside", restored.aside.empty() ? Json() : Json(restored.aside.string())},
          {"aside_schema", restored.aside_schema.empty() ? Json() : Json(restored.aside_schema)}};
}

}  // namespace liftlock::cli

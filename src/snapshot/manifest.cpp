#include "snapshot/manifest.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/clock.hpp"
#include "base/file.hpp"

namespace liftlock::snapshot {

namespace {

using nlohmann::ordered_json;
using simdjson::dom::element;

constexpr std::string_view checksum_member = ",\n\"checksum\":\"";

/// The length of the UTF-8 character at the start of `text`; 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xc2 && first < 0xe0 ? 2
                             : (first & 0xf0U) == 0xe0       ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  if (length == 3 && ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0))) return 0;
  if (length == 4 && ((first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) >= 0x90))) return 0;
  return length;
}

std::string_view name_of(file::EntryType type) {
  switch (type) {
    case file::EntryType::regular:
      return "file";
    case file::EntryType::directory:
      return "folder";
    case file::EntryType::symlink:
      return "link";
    case file::EntryType::fifo:
      return "fifo";
    case file::EntryType::socket:
      return "socket";
    case file::EntryType::device:
      return "device";
  }
  return "file";
}

std::optional<file::EntryType> type_named(std::string_view name) {
  using enum file::EntryType;
  for (const auto type : {regular, directory, symlink, fifo, socket, device}) {
    if (name_of(type) == name) return type;
  }
  return std::nullopt;
}

ordered_json json_of(const Artifact& artifact) {
  return {{"name", artifact.name}, {"bytes", artifact.bytes}, {"sha256", artifact.sha256}};
}

ordered_json json_of(const std::vector<Artifact>& artifacts) {
  ordered_json list = ordered_json::array();
  for (const Artifact& artifact : artifacts) list.push_back(json_of(artifact));
  return list;
}

ordered_json json_of(const LiveDatabase& live) {
  return {{"inode", live.inode},
          {"bytes", live.bytes},
          {"modified_ns", live.modified_ns},
          {"header_sha256", live.header_sha256},
          {"wal_bytes", live.wal_bytes},
          {"wal_sha256", live.wal_sha256}};
}

ordered_json json_of(const DatabasePart& database) {
  ordered_json rows = ordered_json::object();
  for (const auto& [table, count] : database.rows) rows[escape_path(table)] = count;
  return {{"artifact", json_of(database.artifact)},
          {"path", escape_path(database.path.string())},
          {"in_data", escape_path(database.in_data)},
          {"sha256", database.sha256},
          {"bytes", database.bytes},
          {"page_size", database.page_size},
          {"page_count", database.page_count},
          {"mode", database.mode},
          {"owner", database.owner},
          {"group", database.group},
          {"rows", rows},
          {"live", json_of(database.live)}};
}

ordered_json json_of(const PostgresPart& postgres) {
  ordered_json tables = ordered_json::array();
  for (const PostgresTable& table : postgres.tables)
    tables.push_back({{"copy", escape_path(table.copy)}, {"rows", table.rows}, {"digest", table.digest}});
  ordered_json extensions = ordered_json::array();
  for (const PostgresExtension& extension : postgres.extensions) {
    extensions.push_back({{"name", escape_path(extension.name)},
                          {"version", escape_path(extension.version)},
                          {"schema", escape_path(extension.schema)}});
  }
  ordered_json roles = ordered_json::array();
  for (const std::string& role : postgres.roles) roles.push_back(escape_path(role));
  return {{"server", postgres.server},
          {"dump_program", postgres.dump_program},
          {"url", escape_path(postgres.url)},
          {"name", escape_path(postgres.name)},
          {"schema", escape_path(postgres.schema)},
          {"role", escape_path(postgres.role)},
          {"encoding", postgres.encoding},
          {"collation", escape_path(postgres.collation)},
          {"character_type", escape_path(postgres.character_type)},
          {"data_begin", postgres.data_begin},
          {"data_end", postgres.data_end},
          {"tables", tables},
          {"objects", postgres.objects},
          {"extensions", extensions},
          {"roles", roles}};
}

ordered_json json_of(const FilePart& part) {
  ordered_json json = {{"path", escape_path(part.path)},
                       {"type", name_of(part.type)},
                       {"bytes", part.bytes},
                       {"modified_ns", part.modified_ns},
                       {"changed_ns", part.changed_ns},
                       {"inode", part.inode},
                       {"mode", part.mode},
                       {"owner", part.owner},
                       {"group", part.group},
                       {"archive", part.archive}};
  if (part.type == file::EntryType::regular) json["sha256"] = part.sha256;
  if (part.type == file::EntryType::symlink) json["target"] = escape_path(part.link_target);
  if (part.sqlite) json["live"] = json_of(part.live);
  return json;
}

/// Thrown inside this file only: simdjson's own error style, turned into a value by parse_manifest().
std::uint64_t number(element object, const char* key) { return object[key].get_uint64().value(); }
std::int64_t signed_number(element object, const char* key) { return object[key].get_int64().value(); }
std::string text(element object, const char* key) { return std::string(object[key].get_string().value()); }
std::string raw(element object, const char* key) { return unescape_path(object[key].get_string().value()); }

simdjson::dom::array array_of(element json) { return json.get_array().value(); }
simdjson::dom::object object_of(element json) { return json.get_object().value(); }

Artifact artifact_of(element json) {
  Artifact artifact{text(json, "name"), number(json, "bytes"), text(json, "sha256")};
  // The name becomes a path below the snapshot's folder: it must not lead out of it.
  if (artifact.name.empty() || artifact.name.front() == '.' || artifact.name.find('/') != std::string::npos) {
    throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
  }
  return artifact;
}

std::vector<Artifact> artifacts_of(element json) {
  std::vector<Artifact> artifacts;
  for (const element item : array_of(json)) artifacts.push_back(artifact_of(item));
  return artifacts;
}

LiveDatabase live_of(element json) {
  return {number(json, "inode"),       number(json, "bytes"),     signed_number(json, "modified_ns"),
          text(json, "header_sha256"), number(json, "wal_bytes"), text(json, "wal_sha256")};
}

DatabasePart database_of(element json) {
  DatabasePart database;
  database.artifact = artifact_of(json["artifact"]);
  database.path = raw(json, "path");
  database.in_data = raw(json, "in_data");
  database.sha256 = text(json, "sha256");
  database.bytes = number(json, "bytes");
  database.page_size = static_cast<std::uint32_t>(number(json, "page_size"));
  database.page_count = number(json, "page_count");
  database.mode = static_cast<unsigned>(number(json, "mode"));
  database.owner = static_cast<std::uint32_t>(number(json, "owner"));
  database.group = static_cast<std::uint32_t>(number(json, "group"));
  for (const auto& [table, count] : object_of(json["rows"])) {
    database.rows.emplace_back(unescape_path(table), count.get_int64().value());
  }
  database.live = live_of(json["live"]);
  return database;
}

PostgresPart postgres_of(element json) {
  PostgresPart postgres;
  postgres.server = text(json, "server");
  postgres.dump_program = text(json, "dump_program");
  postgres.url = raw(json, "url");
  postgres.name = raw(json, "name");
  postgres.schema = raw(json, "schema");
  postgres.role = raw(json, "role");
  postgres.encoding = text(json, "encoding");
  postgres.collation = raw(json, "collation");
  postgres.character_type = raw(json, "character_type");
  postgres.data_begin = number(json, "data_begin");
  postgres.data_end = number(json, "data_end");
  for (const element table : array_of(json["tables"]))
    postgres.tables.push_back({raw(table, "copy"), signed_number(table, "rows"), text(table, "digest")});
  for (const element line : array_of(json["objects"])) postgres.objects.emplace_back(line.get_string().value());
  for (const element extension : array_of(json["extensions"]))
    postgres.extensions.push_back({raw(extension, "name"), raw(extension, "version"), raw(extension, "schema")});
  for (const element role : array_of(json["roles"])) postgres.roles.push_back(unescape_path(role.get_string().value()));
  return postgres;
}

FilePart file_of(element json) {
  FilePart part;
  part.path = raw(json, "path");
  part.type = type_named(json["type"].get_string().value()).value();
  part.bytes = number(json, "bytes");
  part.modified_ns = signed_number(json, "modified_ns");
  part.changed_ns = signed_number(json, "changed_ns");
  part.inode = number(json, "inode");
  part.mode = static_cast<unsigned>(number(json, "mode"));
  part.owner = static_cast<std::uint32_t>(number(json, "owner"));
  part.group = static_cast<std::uint32_t>(number(json, "group"));
  part.archive = static_cast<int>(number(json, "archive"));
  if (part.type == file::EntryType::regular) part.sha256 = text(json, "sha256");
  if (part.type == file::EntryType::symlink) part.link_target = raw(json, "target");
  element live;
  if (json["live"].get(live) == simdjson::SUCCESS) {
    part.sqlite = true;
    part.live = live_of(live);
  }
  return part;
}

Manifest manifest_of(element json) {
  Manifest manifest;
  manifest.format = static_cast<int>(signed_number(json, "format"));
  manifest.created = signed_number(json, "created_seconds");
  manifest.started_ns = signed_number(json, "started_ns");
  manifest.program_version = text(json, "liftlock");
  manifest.address = raw(json, "deployment");
  manifest.data_directory = raw(json, "data_directory");
  for (const element release : array_of(json["releases"])) {
    manifest.releases.emplace_back(release.get_string().value());
  }
  manifest.revision = text(json, "revision");
  manifest.lineage = text(json, "lineage");
  manifest.peewee_migrations = static_cast<int>(number(json, "peewee_migrations"));
  manifest.database = database_of(json["database"]);
  element postgres;
  if (json["postgresql"].get(postgres) == simdjson::SUCCESS) manifest.postgres = postgres_of(postgres);
  manifest.archives = artifacts_of(json["archives"]);
  manifest.others = artifacts_of(json["others"]);
  manifest.secret_file = raw(json, "secret_file");
  for (const element note : array_of(json["notes"])) manifest.notes.push_back(unescape_path(note.get_string().value()));
  for (const element path : array_of(json["removed"])) {
    manifest.removed.push_back(unescape_path(path.get_string().value()));
  }
  for (const element part : array_of(json["files"])) manifest.files.push_back(file_of(part));
  return manifest;
}

std::unexpected<Error> damaged(std::string what) {
  return failure("snapshot-manifest-damaged", "Reading the manifest of a snapshot", std::move(what),
                 "The snapshot cannot be trusted. Choose another one: liftlock backups DEPLOYMENT");
}

}  // namespace

std::string escape_path(std::string_view raw_bytes) {
  std::string escaped;
  while (!raw_bytes.empty()) {
    const std::size_t length = utf8_length(raw_bytes);
    if (length == 0) {
      escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(raw_bytes.front()));
    } else if (raw_bytes.front() == '\\') {
      escaped += "\\\\";
    } else {
      escaped += raw_bytes.substr(0, length);
    }
    raw_bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return escaped;
}

std::string unescape_path(std::string_view escaped) {
  const auto digit = [](char c) { return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= '0' && c <= '9' ? c - '0' : 0; };
  std::string raw_bytes;
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    if (escaped[at] != '\\' || at + 1 == escaped.size()) {
      raw_bytes += escaped[at];
    } else if (escaped[at + 1] == 'x' && at + 3 < escaped.size()) {
      raw_bytes += static_cast<char>(digit(escaped[at + 2]) * 16 + digit(escaped[at + 3]));
      at += 3;
    } else {
      raw_bytes += escaped[++at];
    }
  }
  return raw_bytes;
}

std::string to_text(const Manifest& manifest) {
  ordered_json head = {{"format", manifest.postgres ? 2 : 1},
                       {"created", iso_time(manifest.created)},
                       {"created_seconds", manifest.created},
                       {"started_ns", manifest.started_ns},
                       {"liftlock", manifest.program_version},
                       {"deployment", escape_path(manifest.address)},
                       {"data_directory", escape_path(manifest.data_directory.string())},
                       {"releases", manifest.releases},
                       {"revision", manifest.revision},
                       {"lineage", manifest.lineage},
                       {"peewee_migrations", manifest.peewee_migrations},
                       {"database", json_of(manifest.database)},
                       {"archives", json_of(manifest.archives)},
                       {"others", json_of(manifest.others)},
                       {"secret_file", escape_path(manifest.secret_file.string())},
                       {"bytes_on_disk", manifest.bytes_on_disk()},
                       {"bytes_of_data", manifest.bytes_of_data()},
                       {"bytes_of_cache", manifest.bytes_in("cache")}};
  if (manifest.postgres) head["postgresql"] = json_of(*manifest.postgres);
  ordered_json notes = ordered_json::array();
  for (const std::string& note : manifest.notes) notes.push_back(escape_path(note));
  head["notes"] = notes;
  ordered_json removed = ordered_json::array();
  for (const std::string& path : manifest.removed) removed.push_back(escape_path(path));
  head["removed"] = removed;

  std::string out = head.dump(1, ' ', false, ordered_json::error_handler_t::replace);
  out.resize(out.rfind('\n'));
  // One line a file: a person can grep it, and 50,000 files need no tree of JSON values.
  out += ",\n \"files\": [";
  const char* separator = "\n";
  for (const FilePart& part : manifest.files) {
    out += separator;
    out += json_of(part).dump();
    separator = ",\n";
  }
  out += "]";
  const std::string checksum = file::sha256_of(out);
  return fmt::format("{}{}{}\"}}\n", out, checksum_member, checksum);
}

Result<Manifest> parse_manifest(std::string_view content) {
  const std::size_t end = content.rfind(checksum_member);
  if (end == std::string_view::npos) return damaged("it is incomplete");
  const std::string_view covered = content.substr(0, end);
  if (content.substr(end + checksum_member.size()) != file::sha256_of(covered) + "\"}\n") {
    return damaged("its checksum is wrong");
  }
  try {
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(content);
    const element json = parser.parse(padded).value();
    if (const auto format = signed_number(json, "format"); format > Manifest::newest_format) {
      return failure("snapshot-format", "Reading the manifest of a snapshot",
                     fmt::format("it has format {}, and this program knows up to {}", format, Manifest::newest_format),
                     "Use the Liftlock that wrote it, or a newer one.");
    }
    return manifest_of(json);
  } catch (const simdjson::simdjson_error& error) {
    return damaged(error.what());
  } catch (const std::bad_optional_access&) {
    return damaged("it names a type of file that there is not");
  }
}

std::uint64_t Manifest::bytes_on_disk() const {
  std::uint64_t total = database.artifact.bytes;
  for (const Artifact& artifact : archives) total += artifact.bytes;
  for (const Artifact& artifact : others) total += artifact.bytes;
  return total;
}

std::uint64_t Manifest::bytes_of_data() const { return database.bytes + bytes_in(""); }

std::uint64_t Manifest::bytes_in(std::string_view folder) const {
  std::uint64_t total = 0;
  for (const FilePart& part : files) {
    const bool below = folder.empty() || (part.path.starts_with(folder) && part.path.size() > folder.size() &&
                                          part.path[folder.size()] == '/');
    if (below) total += part.bytes;
  }
  return total;
}

}  // namespace liftlock::snapshot

#include "change/notes.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>

#include "base/fault.hpp"
#include "base/file.hpp"

namespace liftlock::change {

using Json = nlohmann::ordered_json;

namespace {

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

/// One line; throws Json::type_error for a value that is not UTF-8.
std::string render(const migration::QuarantinedValue& value, bool as_base64) {
  Json json = {
      {"revision", value.revision}, {"table", value.table}, {"column", value.column}, {"reason", value.reason}};
  if (as_base64) {
    json["key_base64"] = base64(value.key);
    json["value_base64"] = base64(value.value);
  } else {
    json["key"] = value.key;
    json["value"] = value.value;
  }
  return json.dump() + "\n";
}

std::string line_of(const migration::QuarantinedValue& value) {
  try {
    return render(value, false);
  } catch (const Json::exception&) {
    return render(value, true);
  }
}

int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

RunEnvironment::RunEnvironment(Clock& clock, IdSource& ids, Progress& progress, std::filesystem::path quarantine_file)
    : clock_(clock), ids_(ids), progress_(progress), quarantine_file_(std::move(quarantine_file)) {}

RunEnvironment::~RunEnvironment() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RunEnvironment::note(migration::Note note) {
  const auto same = std::ranges::find_if(notes_, [&](const migration::Note& known) {
    return std::tie(known.revision, known.id, known.table) == std::tie(note.revision, note.id, note.table);
  });
  if (same == notes_.end())
    notes_.push_back(std::move(note));
  else
    same->count += note.count;
}

void RunEnvironment::quarantine(migration::QuarantinedValue value) {
  ++quarantined_;
  if (error_ != 0) return;
  if (const auto verdict = fault::point("quarantine"); verdict != fault::Verdict::go_on) {
    error_ = verdict == fault::Verdict::fail ? EIO : ENOSPC;
    return;
  }
  if (descriptor_ < 0) {
    descriptor_ = ::open(quarantine_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor_ < 0) {
      error_ = errno;
      return;
    }
  }
  error_ = write_all(descriptor_, line_of(value));
}

void RunEnvironment::progress(std::string_view table, std::int64_t done, std::int64_t total) {
  if (stage_ != table) {
    if (!stage_.empty()) progress_.end();
    stage_ = table;
    progress_.begin(fmt::format("Migrating {}", table), total, Progress::Unit::rows);
  }
  progress_.advance(done);
}

Result<void> RunEnvironment::finish() {
  if (!stage_.empty()) progress_.end();
  stage_.clear();
  const std::string doing = fmt::format("Writing {}", quarantine_file_.string());
  if (error_ == 0 && descriptor_ >= 0 && ::fsync(descriptor_) != 0) error_ = errno;
  if (error_ != 0) return failure(error_ == ENOSPC ? "file-full" : "file-error", doing, std::strerror(error_));
  if (descriptor_ >= 0) TRY(file::sync(quarantine_file_.parent_path()));
  return {};
}

Json to_json(const std::vector<migration::Note>& notes) {
  Json json = Json::array();
  for (const auto& note : notes) {
    json.push_back({{"revision", note.revision},
                    {"table", note.table},
                    {"id", note.id},
                    {"text", sentence_of(note)},
                    {"count", note.count}});
  }
  return json;
}

std::vector<migration::Note> notes_from_json(const Json& json) {
  std::vector<migration::Note> notes;
  for (const Json& note : json) {
    notes.push_back({note.value("revision", ""), note.value("table", ""), note.value("id", ""), note.value("text", ""),
                     note.value("count", std::int64_t{1})});
  }
  return notes;
}

std::string sentence_of(const migration::Note& note) {
  std::string text = note.text;
  if (const auto place = text.find("{}"); place != std::string::npos)
    text.replace(place, 2, std::to_string(note.count));
  return text;
}

}  // namespace liftlock::change

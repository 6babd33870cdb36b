#include "change/journal.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/fault.hpp"
#include "base/file.hpp"

namespace liftlock::change {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t checksum_length = 16;

std::string checksum_of(std::string_view previous, std::string_view json) {
  return file::sha256_of(std::string(previous) + std::string(json)).substr(0, checksum_length);
}

std::string last_checksum(std::string_view content) {
  if (content.empty()) return {};
  const auto line_start = content.rfind('\n', content.size() - 2);
  return std::string(content.substr(line_start == std::string_view::npos ? 0 : line_start + 1, checksum_length));
}

/// The record of a line without its end, if the line is whole and follows `previous`.
std::optional<Record> parse(std::string_view line, std::string_view previous) {
  if (line.size() < checksum_length + 2 || line[checksum_length] != ' ') return std::nullopt;
  const std::string_view json_text = line.substr(checksum_length + 1);
  if (line.substr(0, checksum_length) != checksum_of(previous, json_text)) return std::nullopt;
  const Json json = Json::parse(json_text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return Record{json.value("step", ""), json.value("time", std::int64_t{0}), json.value("data", Json::object())};
}

std::unexpected<Error> damaged(const std::filesystem::path& file, std::size_t line) {
  return std::unexpected(
      Error{ErrorKind::needs_hand, "journal-damaged", fmt::format("Reading the journal {}", file.string()),
            fmt::format("Line {} is damaged, and others follow it.", line),
            "Nothing was changed by this command. What the interrupted change had done is not known.",
            fmt::format("Look at the files beside the database whose names hold \".liftlock-\": the one that ends in "
                        "-before is the old database. The snapshot of the change can be restored with\n"
                        "    liftlock backups DEPLOYMENT\n    liftlock restore DEPLOYMENT SNAPSHOT\n"
                        "Then move {} away.",
                        file.parent_path().string())});
}

std::unexpected<Error> trouble(std::string_view doing, const std::filesystem::path& file, int code) {
  return failure(code == ENOSPC ? "file-full" : "file-error", fmt::format("{} the journal {}", doing, file.string()),
                 std::strerror(code));
}

}  // namespace

Result<JournalContent> read_journal(const std::filesystem::path& file) {
  JournalContent content;
  if (!file::exists(file)) return content;
  const std::string text = TRY(file::read(file));
  std::string previous;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = text.find('\n', start);
    const bool last = end == std::string::npos || end + 1 == text.size();
    const std::string_view line = std::string_view(text).substr(start, end == std::string::npos ? end : end - start);
    auto record = end == std::string::npos ? std::nullopt : parse(line, previous);
    if (!record) {
      if (!last) return damaged(file, content.records.size() + 1);
      content.torn = true;
      break;
    }
    previous = line.substr(0, checksum_length);
    content.records.push_back(*std::move(record));
    start = end + 1;
    content.whole_bytes = static_cast<std::int64_t>(start);
  }
  return content;
}

Result<Journal> Journal::open(const std::filesystem::path& file) {
  JournalContent content = TRY(read_journal(file));
  const bool is_new = !file::exists(file);
  if (is_new && fault::point("journal-create") != fault::Verdict::go_on) return trouble("Making", file, EIO);
  Journal journal;
  journal.file_ = file;
  journal.descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (journal.descriptor_ < 0) return trouble("Opening", file, errno);
  if (is_new) TRY(file::sync(file.parent_path()));
  if (content.torn && ::ftruncate(journal.descriptor_, content.whole_bytes) != 0)
    return trouble("Repairing", file, errno);
  journal.length_ = content.whole_bytes;
  std::string text = TRY(file::read(file));
  journal.checksum_ = last_checksum(std::string_view(text).substr(0, static_cast<std::size_t>(content.whole_bytes)));
  journal.records_ = std::move(content.records);
  return journal;
}

Result<void> Journal::append(std::string_view step, std::int64_t nanoseconds, Json data) {
  const Json json = {{"step", step}, {"time", nanoseconds}, {"data", data}};
  // Paths may hold any bytes; the journal stays valid JSON.
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string checksum = checksum_of(checksum_, text);
  const std::string line = checksum + " " + text + "\n";
  const auto give_up = [&](int code) -> std::unexpected<Error> {
    std::ignore = ::ftruncate(descriptor_, length_);  // a torn line that stays is cut off by the next open
    return trouble("Writing", file_, code);
  };
  switch (fault::point("journal-append")) {
    case fault::Verdict::go_on:
      break;
    case fault::Verdict::fail:
      return give_up(EIO);
    case fault::Verdict::no_space:
      return give_up(ENOSPC);
  }
  if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return give_up(errno);
  switch (fault::point("journal-sync")) {
    case fault::Verdict::go_on:
      break;
    case fault::Verdict::fail:
      return give_up(EIO);
    case fault::Verdict::no_space:
      return give_up(ENOSPC);
  }
  if (::fdatasync(descriptor_) != 0) return give_up(errno);
  length_ += static_cast<std::int64_t>(line.size());
  checksum_ = checksum;
  records_.push_back({std::string(step), nanoseconds, std::move(data)});
  return {};
}

Journal::Journal(Journal&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      length_(other.length_),
      checksum_(std::move(other.checksum_)),
      records_(std::move(other.records_)) {}

Journal::~Journal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace liftlock::change

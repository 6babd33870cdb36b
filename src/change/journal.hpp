#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace liftlock::change {

/// One step of a change, written before it is done.
struct Record {
  std::string step;              ///< "begin", "swap", …: see story.hpp
  std::int64_t nanoseconds = 0;  ///< since the epoch, by the clock of that moment; orders nothing
  nlohmann::ordered_json data;
};

/// What is in a journal file.
struct JournalContent {
  std::vector<Record> records;
  std::int64_t whole_bytes = 0;  ///< length of the records that are whole
  bool torn = false;             ///< something followed them that was being written when the power went
};

/// Reads a journal. What follows the last whole record is tolerated if it is one unfinished line; anything else that
/// does not fit is an error: "journal-damaged" (kind needs_hand), with the line's number. No file, or an empty one, is
/// a journal without records.
[[nodiscard]] Result<JournalContent> read_journal(const std::filesystem::path& file);

/// An append-only file of lines "<checksum> <json>". Each checksum covers the one before, so that no line can be
/// changed, dropped or moved unnoticed. A record is on the disk when append returns.
class Journal {
 public:
  /// Opens for appending, made if it is not there; an unfinished last line is cut off first.
  [[nodiscard]] static Result<Journal> open(const std::filesystem::path& file);

  /// After an error the journal holds what it held before.
  [[nodiscard]] Result<void> append(std::string_view step, std::int64_t nanoseconds, nlohmann::ordered_json data);

  [[nodiscard]] const std::vector<Record>& records() const { return records_; }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

 private:
  Journal() = default;
  std::filesystem::path file_;
  int descriptor_ = -1;
  std::int64_t length_ = 0;
  std::string checksum_;
  std::vector<Record> records_;
};

}  // namespace liftlock::change

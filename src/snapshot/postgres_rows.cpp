#include "snapshot/postgres_rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"

namespace liftlock::snapshot {

namespace {

constexpr std::string_view copy_start = "COPY ";
constexpr std::string_view copy_end = " FROM stdin;";
constexpr std::string_view end_of_rows = "\\.\n";

}  // namespace

void RowDigest::add(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t size = std::min(lines.find('\n'), lines.size() - 1) + 1;
    const auto hash = sha256_bytes(lines.substr(0, size));
    std::array<std::uint64_t, 4> parts{};
    static_assert(sizeof parts == sizeof hash);
    std::memcpy(parts.data(), hash.data(), sizeof parts);
    for (std::size_t i = 0; i < parts.size(); ++i) sum_[i] += parts[i];
    ++rows_;
    lines.remove_prefix(size);
  }
}

std::string RowDigest::text() const {
  return fmt::format("{:016x}{:016x}{:016x}{:016x}", sum_[0], sum_[1], sum_[2], sum_[3]);
}

Result<void> DataReader::write(std::string_view bytes) {
  pending_ += bytes;
  std::size_t done = 0;
  while (true) {
    const std::size_t end = pending_.find('\n', std::max(done, scanned_));
    if (end == std::string::npos) break;
    if (copying_) {
      done += TRY(take_rows(std::string_view(pending_).substr(done, pending_.rfind('\n') + 1 - done)));
    } else {
      TRY(take_line(std::string_view(pending_).substr(done, end + 1 - done)));
      done = end + 1;
    }
    scanned_ = done;
  }
  pending_.erase(0, done);
  scanned_ = pending_.size();
  return {};
}

/// How many of the bytes, which are whole lines, were rows or the end of them.
Result<std::size_t> DataReader::take_rows(std::string_view bytes) {
  std::size_t end = 0;
  while (!bytes.substr(end).starts_with(end_of_rows)) {
    const std::size_t line_end = bytes.find('\n', end);
    if (line_end == std::string_view::npos) break;
    end = line_end + 1;
  }
  if (end > 0) TRY(sink_.rows(bytes.substr(0, end)));
  if (end == bytes.size()) return end;
  copying_ = false;
  TRY(sink_.end());
  return end + end_of_rows.size();
}

Result<void> DataReader::take_line(std::string_view line) {
  line.remove_suffix(1);
  if (statement_.empty() && (line.empty() || line.starts_with("--") || line.starts_with('\\'))) return {};
  statement_ += line;
  if (!line.ends_with(';')) {
    statement_ += '\n';
    return {};
  }
  const std::string statement = std::move(statement_);
  statement_.clear();
  copying_ = statement.starts_with(copy_start) && statement.ends_with(copy_end);
  return copying_ ? sink_.begin(statement.substr(0, statement.size() - copy_end.size())) : sink_.statement(statement);
}

Result<void> DataReader::finish() {
  if (!copying_ && statement_.empty() && pending_.empty()) return {};
  return failure("script-truncated", "Reading the rows of a PostgreSQL database", "it ends in the middle of a table");
}

}  // namespace liftlock::snapshot

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"

/// The rows of PostgreSQL tables as text, as COPY writes and reads them. For this room only.
namespace liftlock::snapshot {

/// What a set of rows is recognised by, in whatever order they come: for each of them SHA-256, added up.
class RowDigest {
 public:
  /// Whole lines, each with its end.
  void add(std::string_view lines);
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  /// 64 lower-case hex digits.
  [[nodiscard]] std::string text() const;

 private:
  std::array<std::uint64_t, 4> sum_{};
  std::int64_t rows_ = 0;
};

/// Takes apart what pg_dump writes as the section "data" of a plain script, as it streams by. Comments and psql's own
/// commands are left out.
class DataReader {
 public:
  struct Sink {
    std::function<Result<void>(const std::string& sql)> statement;  ///< one that is no COPY, with its semicolon
    std::function<Result<void>(const std::string& copy)> begin;     ///< "COPY public.chat (id, …)": its rows follow
    std::function<Result<void>(std::string_view lines)> rows;       ///< whole lines, each with its end
    std::function<Result<void>()> end;                              ///< of the rows
  };
  explicit DataReader(Sink sink) : sink_(std::move(sink)) {}

  [[nodiscard]] Result<void> write(std::string_view bytes);
  /// Error "script-truncated" where it ends in the middle of something.
  [[nodiscard]] Result<void> finish();

 private:
  [[nodiscard]] Result<std::size_t> take_rows(std::string_view bytes);
  [[nodiscard]] Result<void> take_line(std::string_view line);

  Sink sink_;
  std::string pending_;      ///< the beginning of a line
  std::size_t scanned_ = 0;  ///< of it, without a line's end
  std::string statement_;
  bool copying_ = false;
};

}  // namespace liftlock::snapshot

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace liftlock::migration {

/// Something that a revision did with unhealthy data, for the report: "1 membership of a deleted user was dropped".
struct Note {
  std::string revision;
  std::string table;
  std::string id;          ///< stable name of the kind of note: "duplicate-group-member"
  std::string text;        ///< one sentence; `{}` stands for the count
  std::int64_t count = 1;  ///< notes of the same revision and id are added up
};

/// A value that the new schema cannot hold as it was; kept for ever in quarantine.jsonl.
struct QuarantinedValue {
  std::string revision;
  std::string table;
  std::string key;  ///< the row's primary key
  std::string column;
  std::string value;  ///< the bytes as they were
  std::string reason;
};

/// All that a migration may ask of, or tell to, the world outside the database. Owned by the caller.
class Environment {
 public:
  virtual ~Environment() = default;
  [[nodiscard]] virtual std::int64_t now() = 0;  ///< seconds since the epoch
  [[nodiscard]] virtual std::int64_t now_nanoseconds() = 0;
  [[nodiscard]] virtual std::string uuid4() = 0;  ///< lower-case, with dashes
  virtual void note(Note note) = 0;
  virtual void quarantine(QuarantinedValue value) = 0;
  /// Called often while rows move; `done` and `total` are bytes of the source file's pages, or rows, of `table`.
  virtual void progress(std::string_view table, std::int64_t done, std::int64_t total) = 0;
};

}  // namespace liftlock::migration

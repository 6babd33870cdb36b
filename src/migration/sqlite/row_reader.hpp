#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "database/sqlite.hpp"
#include "migration/operations.hpp"
#include "migration/sqlite/table_state.hpp"

namespace liftlock::migration::sqlite {

/// A row as it was, with what the preparers made of it.
struct OldRow {
  std::vector<Value> values;  ///< one a column of the query; the bytes belong to the reader, or to `bytes`
  std::vector<std::shared_ptr<const void>> prepared;  ///< one a preparer; may be empty
  std::unique_ptr<char[]> bytes;
};

/// The rows of one query, one after the other.
class RowReader {
 public:
  virtual ~RowReader() = default;
  /// The next row, valid until the next call; nullptr after the last one. Throws OperationFailed, and what a preparer
  /// throws.
  [[nodiscard]] virtual OldRow* next() = 0;
};

/// Reads the rows when they are asked for; nothing is prepared.
class DirectReader final : public RowReader {
 public:
  DirectReader(database::Connection& connection, const std::string& sql);
  [[nodiscard]] OldRow* next() override;

 private:
  database::Statement select_;
  OldRow row_;
};

/// The same names and slots that a step has, for the thread that prepares its rows.
struct Preparation {
  std::unique_ptr<RowPreparer> preparer;  ///< may be nullptr
  SlotNames names;
  std::vector<int> origins;  ///< for each slot its column of the query; -1: it is not in the old rows
};

/// Reads and prepares rows on a thread of its own, ahead of who asks for them: 2 MB of them at the most, or the one
/// row that is larger. The order of rows, and of an error among them, is that of DirectReader.
class ReadAhead final : public RowReader {
 public:
  /// Until the reader is gone, nobody else uses `connection`.
  ReadAhead(database::Connection connection, std::string sql, std::vector<Preparation> preparations);
  ~ReadAhead() override;
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  [[nodiscard]] OldRow* next() override;

 private:
  struct Batch {
    std::vector<OldRow> rows;
    std::size_t bytes = 0;
  };
  class Stopped {};
  void run();
  void read_all();
  void hand_over(Batch& batch);
  /// Waits until `bytes` more may be on their way.
  void acquire(std::size_t bytes, Batch& batch);
  void prepare(OldRow& row);

  database::Connection connection_;
  const std::string sql_;
  std::vector<Preparation> preparations_;
  Batch at_work_;         // what next() answers from
  std::size_t next_ = 0;  // the row of it that comes next

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Batch> ready_;
  std::size_t on_their_way_ = 0;  // bytes of rows read and not yet given back
  bool done_ = false;
  bool stopping_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace liftlock::migration::sqlite

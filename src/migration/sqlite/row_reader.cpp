#include "migration/sqlite/row_reader.hpp"

#include <cstring>
#include <utility>

#include "migration/sqlite/pass.hpp"

namespace liftlock::migration::sqlite {

namespace {

constexpr std::size_t most_on_their_way = std::size_t{2} << 20;
constexpr std::size_t batch_bytes = most_on_their_way / 8;
constexpr std::size_t batch_rows = 256;

bool has_bytes(const Value& value) { return value.is_text() || value.kind() == Value::Kind::blob; }

/// What a row costs beside its texts.
std::size_t size_of(const OldRow& row) {
  std::size_t size = sizeof(OldRow) + row.values.size() * sizeof(Value);
  for (const Value& value : row.values) size += value.bytes().size();
  return size;
}

/// Makes the row's texts its own.
void own_bytes(OldRow& row) {
  std::size_t size = 0;
  for (const Value& value : row.values) size += value.bytes().size();
  row.bytes = std::make_unique_for_overwrite<char[]>(size);
  char* place = row.bytes.get();
  for (Value& value : row.values) {
    if (!has_bytes(value)) continue;
    const std::string_view bytes = value.bytes();
    if (!bytes.empty()) std::memcpy(place, bytes.data(), bytes.size());
    const std::string_view copy(place, bytes.size());
    value = value.is_text() ? Value::text(copy) : Value::blob(copy);
    place += bytes.size();
  }
}

}  // namespace

DirectReader::DirectReader(database::Connection& connection, const std::string& sql)
    : select_(must(connection.prepare(sql))) {
  row_.values.resize(static_cast<std::size_t>(select_.column_count()));
}

OldRow* DirectReader::next() {
  if (!must(select_.step())) return nullptr;
  for (std::size_t i = 0; i < row_.values.size(); ++i) row_.values[i] = select_.column(static_cast<int>(i));
  return &row_;
}

ReadAhead::ReadAhead(database::Connection connection, std::string sql, std::vector<Preparation> preparations)
    : connection_(std::move(connection)),
      sql_(std::move(sql)),
      preparations_(std::move(preparations)),
      thread_([this] { run(); }) {}

ReadAhead::~ReadAhead() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

OldRow* ReadAhead::next() {
  if (next_ < at_work_.rows.size()) {
    if (next_ > 0) at_work_.rows[next_ - 1] = {};  // what was prepared is used again
    return &at_work_.rows[next_++];
  }
  at_work_.rows.clear();
  next_ = 0;
  std::unique_lock lock(mutex_);
  on_their_way_ -= std::exchange(at_work_.bytes, 0);
  changed_.notify_all();
  changed_.wait(lock, [&] { return !ready_.empty() || done_; });
  if (ready_.empty()) {
    if (error_) std::rethrow_exception(error_);
    return nullptr;
  }
  at_work_ = std::move(ready_.front());
  ready_.pop_front();
  return &at_work_.rows[next_++];
}

void ReadAhead::run() {
  std::exception_ptr error;
  try {
    read_all();
  } catch (const Stopped&) {
    // nobody asks any more
  } catch (...) {
    error = std::current_exception();
  }
  const std::scoped_lock lock(mutex_);
  error_ = error;
  done_ = true;
  changed_.notify_all();
}

void ReadAhead::read_all() {
  DirectReader reader(connection_, sql_);
  Batch batch;
  try {
    while (OldRow* read = reader.next()) {
      const std::size_t size = size_of(*read);
      if (batch.rows.size() == batch_rows || batch.bytes + size > batch_bytes) hand_over(batch);
      acquire(size, batch);
      OldRow row;
      row.values = read->values;
      own_bytes(row);
      prepare(row);
      batch.bytes += size;
      batch.rows.push_back(std::move(row));
    }
  } catch (const Stopped&) {
    throw;
  } catch (...) {
    hand_over(batch);  // the rows before the error come before it
    throw;
  }
  hand_over(batch);
}

void ReadAhead::hand_over(Batch& batch) {
  if (batch.rows.empty()) return;
  const std::scoped_lock lock(mutex_);
  ready_.push_back(std::exchange(batch, {}));
  changed_.notify_all();
}

void ReadAhead::acquire(std::size_t bytes, Batch& batch) {
  const auto fits = [&] { return on_their_way_ == 0 || on_their_way_ + bytes <= most_on_their_way; };
  std::unique_lock lock(mutex_);
  if (!fits() && !batch.rows.empty()) {
    // The rows of this batch are among those that must be given back first.
    ready_.push_back(std::exchange(batch, {}));
    changed_.notify_all();
  }
  changed_.wait(lock, [&] { return stopping_ || fits(); });
  if (stopping_) throw Stopped();
  on_their_way_ += bytes;
}

void ReadAhead::prepare(OldRow& row) {
  for (const Preparation& preparation : preparations_) {
    std::shared_ptr<const void> result;
    if (preparation.preparer != nullptr) {
      SlotRow slots(preparation.origins.size());
      slots.use_names(preparation.names);
      for (std::size_t slot = 0; slot < preparation.origins.size(); ++slot) {
        const int origin = preparation.origins[slot];
        if (origin >= 0) slots.put(slot, row.values[static_cast<std::size_t>(origin)]);
      }
      result = preparation.preparer->prepare(slots);
    }
    row.prepared.push_back(std::move(result));
  }
}

}  // namespace liftlock::migration::sqlite

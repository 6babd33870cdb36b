#include "migration/postgres/pass.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "database/sqlite.hpp"

namespace liftlock::migration::postgres {

using database::quote_identifier;

namespace {

constexpr std::size_t portion_bytes = 4 << 20;
constexpr int first_fetch = 20;
constexpr int largest_fetch = 2000;

/// One element of an array literal.
void array_element(std::string& array, const Value& value) {
  array += array.empty() ? "{" : ",";
  if (value.is_null()) {
    array += "NULL";
    return;
  }
  std::string rendered;
  std::string_view rest = value.bytes();
  if (value.kind() == Value::Kind::integer || value.kind() == Value::Kind::real) {
    database::postgres::copy_value(rendered, value);
    rest = rendered;
  }
  array += '"';
  while (true) {
    const std::size_t special = rest.find_first_of("\"\\");
    array += rest.substr(0, special);
    if (special == std::string_view::npos) break;
    array += '\\';
    array += rest[special];
    rest.remove_prefix(special + 1);
  }
  array += '"';
}

std::string plans(std::string_view setting) {
  return fmt::format(
      "SET LOCAL enable_seqscan = {0}; SET LOCAL enable_hashjoin = {0}; SET LOCAL enable_mergejoin = {0}", setting);
}

}  // namespace

Pass::Pass(PostgresOperations& operations, std::string_view name)
    : op_(operations),
      name_(name),
      state_(operations.state(name)),
      table_(operations.definition(name)),
      row_(table_, operations.defaults_) {}

void Pass::each_step(void (RowStep::*call)()) {
  for (std::size_t i = state_.steps_done; i < state_.steps.size(); ++i) {
    op_.running_ = state_.steps[i].revision;
    ((*state_.steps[i].step).*call)();
  }
  op_.running_ = {};
}

void Pass::run() {
  each_step(&RowStep::begin);
  total_ = must(op_.connection_.query_integer("SELECT count(*) FROM " + quote_identifier(name_))).value_or(0);
  if (total_ > 0) move_rows();
  op_.flush({});
  each_step(&RowStep::end);
}

void Pass::move_rows() {
  std::vector<std::string> columns{"ctid"};
  for (const auto& column : table_.columns) columns.push_back(quote_identifier(column.name));
  const std::string cursor = quote_identifier("liftlock_" + name_);
  must(op_.connection_.execute(fmt::format("DECLARE {} NO SCROLL CURSOR FOR SELECT {} FROM {}", cursor,
                                           fmt::join(columns, ", "), quote_identifier(name_))));
  // Else a portion's rows are looked for by reading the whole table; the cursor has its plan already.
  must(op_.connection_.execute(plans("off")));
  const auto fetch = [&](int count) {
    return must(op_.connection_.query(fmt::format("FETCH {} FROM {}", count, cursor)));
  };
  pg::Answer rows = fetch(first_fetch), next;
  const Background::Guard guard(op_.background_);  // it uses what is above
  while (rows.rows() > 0) {
    const auto work = [&, outcome = std::make_shared<Outcome>(take_outcome()), count = next_fetch(rows)] {
      write(*outcome);
      next = fetch(count);
    };
    op_.background_.run(work);
    move_portion(rows);
    op_.background_.wait();
    op_.environment_.progress(name_, done_, total_);
    rows = std::exchange(next, pg::Answer());
  }
  Outcome last = take_outcome();
  write(last);
  must(op_.connection_.execute(fmt::format("CLOSE {}; {}", cursor, plans("on"))));
  delete_dropped();
}

/// So many rows that a portion stays small; the largest row of the last one is taken for the measure.
int Pass::next_fetch(const pg::Answer& rows) const {
  std::size_t largest = 1, all = 1;
  for (int row = 0; row < rows.rows(); ++row) {
    std::size_t size = 0;
    for (int column = 0; column < rows.columns(); ++column) size += rows.value(row, column).bytes().size() + 8;
    largest = std::max(largest, size);
    all += size;
  }
  const std::size_t measure = std::max(largest / 4, all / static_cast<std::size_t>(rows.rows()) + 1);
  const auto wanted = static_cast<int>(std::min<std::size_t>(portion_bytes / measure, largest_fetch));
  return std::clamp(wanted, 1, 4 * std::max(rows.rows(), first_fetch));
}

void Pass::move_portion(const pg::Answer& rows) {
  for (int at = 0; at < rows.rows(); ++at) {
    row_.begin(rows, at, 1);
    ++done_;
    for (std::size_t i = state_.steps_done; i < state_.steps.size() && !row_.dropped(); ++i) {
      op_.running_ = state_.steps[i].revision;
      state_.steps[i].step->apply(row_);
    }
    const std::string place = rows.text(at, 0);
    if (row_.dropped())
      array_element(dropped_, Value::text(place));
    else if (row_.is_touched())
      keep_changes(place);
  }
  op_.running_ = {};
}

void Pass::keep_changes(const std::string& place) {
  Changes& changes = changes_[row_.touched()];
  array_element(changes.places, Value::text(place));
  ++changes.count;
  std::string scratch;
  std::size_t array = 0;
  for (std::size_t column = 0; column < table_.columns.size(); ++column) {
    if (!row_.touched()[column]) continue;
    if (changes.values.size() <= array) changes.values.emplace_back();
    bool replaced = false;
    array_element(changes.values[array], Fitter::fit(row_.at(column), table_.columns[column], scratch, replaced));
    if (replaced) {
      op_.note(name_, "unstorable-bytes",
               "{} texts held 0x00 or broken UTF-8, which PostgreSQL cannot store; U+FFFD stands for them.");
    }
    ++array;
  }
}

Pass::Outcome Pass::take_outcome() {
  Outcome outcome{.lines = {}, .changes = std::exchange(changes_, {})};
  // In the order of the inserters: rows may refer to those of another one.
  for (const auto& inserter : op_.inserters_) inserter->take_lines(outcome.lines);
  return outcome;
}

void Pass::write(Outcome& outcome) {
  for (const Lines& lines : outcome.lines) op_.send(lines);
  for (auto& [touched, changes] : outcome.changes) write_changes(touched, changes);
}

void Pass::delete_dropped() {
  if (dropped_.empty()) return;
  dropped_ += '}';
  op_.make_ready_to_delete(name_);
  must(op_.connection_.execute(plans("off")));
  const auto answer = must(op_.connection_.query(
      fmt::format("DELETE FROM {} WHERE ctid = ANY ($1::tid[])", quote_identifier(name_)), {Value::text(dropped_)}));
  op_.moves_[name_].deleted += answer.affected();
  must(op_.connection_.execute(plans("on")));
}

void Pass::write_changes(const std::vector<bool>& touched, Changes& changes) {
  std::vector<std::string> sets, arrays{"$1::tid[]"}, names{"place"};
  std::vector<Value> parameters;
  changes.places += '}';
  parameters.push_back(Value::text(changes.places));
  for (std::size_t column = 0; column < touched.size(); ++column) {
    if (!touched[column]) continue;
    const std::size_t number = parameters.size();
    std::string& array = changes.values[number - 1];
    array += '}';
    parameters.push_back(Value::text(array));
    arrays.push_back(fmt::format("${}::text[]", number + 1));
    names.push_back(fmt::format("v{}", number));
    sets.push_back(fmt::format("{} = changes.v{}::{}", quote_identifier(table_.columns[column].name), number,
                               database::postgres::postgres_type(table_.columns[column].type)));
  }
  const std::string table = quote_identifier(name_);
  const auto answer = must(op_.connection_.query(
      fmt::format("UPDATE {0} SET {1} FROM unnest({2}) AS changes ({3}) WHERE {0}.ctid = changes.place", table,
                  fmt::join(sets, ", "), fmt::join(arrays, ", "), fmt::join(names, ", ")),
      parameters));
  op_.moves_[name_].updated += answer.affected();
  if (answer.affected() != changes.count) {
    throw std::logic_error(
        fmt::format("{} rows of {} were to be changed, {} were", changes.count, name_, answer.affected()));
  }
}

}  // namespace liftlock::migration::postgres

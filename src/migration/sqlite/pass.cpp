#include "migration/sqlite/pass.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "migration/sqlite/row_reader.hpp"

namespace liftlock::migration::sqlite {

using database::quote_identifier;

void SlotRow::begin_row() {
  copies_.clear();
  attachments_.clear();
  dropped_ = false;
}

Value SlotRow::get(std::string_view column) const {
  return values_[static_cast<std::size_t>(find_slot(*names_, column))];
}

void SlotRow::set(std::string_view column, const Value& value) {
  Value kept = value;
  if (value.kind() == Value::Kind::text) kept = Value::text(copies_.emplace_back(value.bytes()));
  if (value.kind() == Value::Kind::blob) kept = Value::blob(copies_.emplace_back(value.bytes()));
  values_[static_cast<std::size_t>(find_slot(*names_, column))] = kept;
}

std::any& SlotRow::attachment(std::string_view name) {
  const auto found = attachments_.find(name);
  return found != attachments_.end() ? found->second : attachments_[std::string(name)];
}

SlotDefaults::SlotDefaults(database::Connection& connection, const TableState& state) : values_(state.slots.size()) {
  for (std::size_t i = 0; i < state.slots.size(); ++i) {
    const Slot& slot = state.slots[i];
    if (slot.origin >= 0 || !slot.default_sql) continue;
    auto statement = must(connection.prepare("SELECT " + *slot.default_sql));
    must(statement.step());
    const Value value = statement.column(0);
    values_[i] = value.kind() == Value::Kind::text ? Value::text(texts_.emplace_back(value.bytes())) : value;
  }
}

bool is_generated(const database::Column& column) {
  return column.rest.find("GENERATED") != std::string::npos || column.rest.starts_with("AS") ||
         column.rest.find(" AS (") != std::string::npos;
}

std::string rowid_name(const database::Table& table, const std::vector<std::string>& origin_columns) {
  if (table.without_rowid) return {};
  const auto lower = [](std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
  };
  if (table.primary_key && table.primary_key->columns.size() == 1) {
    const database::Column* key = table.column(table.primary_key->columns.front());
    if (key != nullptr && lower(key->type) == "integer") return {};
  }
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    const auto is_name = [&](const std::string& column) { return lower(column) == name; };
    const bool taken = std::ranges::any_of(origin_columns, is_name) ||
                       std::ranges::any_of(table.columns, is_name, &database::Column::name);
    if (!taken) return name;
  }
  return {};
}

namespace {

/// The columns that are written, with their slots.
struct Target {
  std::vector<std::string> names;  // quoted
  std::vector<std::size_t> slots;
};

Target target_columns(const TableState& state) {
  Target target;
  for (std::size_t i = 0; i < state.definition.columns.size(); ++i) {
    if (is_generated(state.definition.columns[i])) continue;
    target.names.push_back(quote_identifier(state.definition.columns[i].name));
    target.slots.push_back(static_cast<std::size_t>(state.column_slots[i]));
  }
  return target;
}

std::string placeholders(std::size_t count) {
  return fmt::format("{}", fmt::join(std::vector<const char*>(count, "?"), ", "));
}

/// Nothing looks at single rows: SQLite copies them by itself.
void copy_by_statement(database::Connection& connection, const TableState& state, const std::string& target,
                       Target columns, const std::string& rowid) {
  std::vector<std::string> sources;
  for (const std::size_t slot : columns.slots) {
    const Slot& from = state.slots[slot];
    if (from.origin >= 0)
      sources.push_back(quote_identifier(state.origin_columns[static_cast<std::size_t>(from.origin)]));
    else
      sources.push_back(from.default_sql ? *from.default_sql : "NULL");
  }
  if (!rowid.empty()) {
    columns.names.push_back(rowid);
    sources.push_back(rowid);
  }
  must(connection.execute(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}", target, fmt::join(columns.names, ", "),
                                      fmt::join(sources, ", "), qualified(state.schema, state.physical_name))));
}

/// Runs the waiting steps over one row; false where one of them dropped it.
bool apply_steps(TableState& state, const OldRow& old, SlotRow& row, std::string_view& running) {
  for (std::size_t i = state.steps_done; i < state.steps.size(); ++i) {
    row.use_names(state.steps[i]->names);
    row.use_prepared(old.prepared.empty() ? nullptr : old.prepared[i - state.steps_done].get());
    running = state.steps[i]->revision;
    state.steps[i]->step->apply(row);
    if (row.dropped()) return false;
  }
  return true;
}

/// One for each waiting step.
std::vector<Preparation> preparations(const TableState& state) {
  std::vector<int> origins;
  for (const Slot& slot : state.slots) origins.push_back(slot.origin);
  std::vector<Preparation> result;
  for (std::size_t i = state.steps_done; i < state.steps.size(); ++i) {
    result.push_back({state.steps[i]->step->preparer(), state.steps[i]->names, origins});
  }
  return result;
}

std::unique_ptr<RowReader> open_reader(database::Connection& connection, const OpenSource& open_source,
                                       const TableState& state, const std::vector<std::string>& columns) {
  const auto query = [&](std::string_view schema) {
    return fmt::format("SELECT {} FROM {}", fmt::join(columns, ", "), qualified(schema, state.physical_name));
  };
  if (state.schema != "source" || !open_source) {
    return std::make_unique<DirectReader>(connection, query(state.schema));
  }
  return std::make_unique<ReadAhead>(must(open_source()), query("main"), preparations(state));
}

void copy_by_steps(database::Connection& connection, const OpenSource& open_source, TableState& state,
                   const std::string& target, Target columns, const std::string& rowid, std::string_view& running,
                   const std::function<void(std::int64_t, std::int64_t)>& progress) {
  std::vector<std::string> sources;
  for (const std::string& column : state.origin_columns) sources.push_back(quote_identifier(column));
  if (!rowid.empty()) {
    columns.names.push_back(rowid);
    sources.push_back(rowid);
  }
  auto insert = must(connection.prepare(fmt::format(
      "INSERT INTO {} ({}) VALUES ({})", target, fmt::join(columns.names, ", "), placeholders(columns.names.size()))));
  const SlotDefaults defaults(connection, state);
  SlotRow row(state.slots.size());
  const std::int64_t total = count_rows(connection, state);
  std::int64_t done = 0;
  const auto reader = open_reader(connection, open_source, state, sources);
  while (const OldRow* old = reader->next()) {
    row.begin_row();
    for (std::size_t slot = 0; slot < state.slots.size(); ++slot) {
      const int origin = state.slots[slot].origin;
      row.put(slot, origin >= 0 ? old->values[static_cast<std::size_t>(origin)] : defaults.of(slot));
    }
    progress(++done, total);
    if (!apply_steps(state, *old, row, running)) continue;
    int parameter = 0;
    for (const std::size_t slot : columns.slots) insert.bind(++parameter, row.at(slot));
    if (!rowid.empty()) insert.bind(++parameter, old->values.back());
    must(insert.run({}));
  }
}

}  // namespace

std::int64_t count_rows(database::Connection& connection, const TableState& state) {
  const auto sql = fmt::format("SELECT count(*) FROM {}", qualified(state.schema, state.physical_name));
  return must(connection.query_integer(sql)).value_or(0);
}

void copy_rows(database::Connection& connection, const OpenSource& open_source, TableState& state,
               const std::string& target, std::string_view& running,
               const std::function<void(std::int64_t, std::int64_t)>& progress) {
  Target columns = target_columns(state);
  const std::string rowid = rowid_name(state.definition, state.origin_columns);
  const auto each_step = [&](void (RowStep::*call)()) {
    for (std::size_t i = state.steps_done; i < state.steps.size(); ++i) {
      running = state.steps[i]->revision;
      ((*state.steps[i]->step).*call)();
    }
  };
  each_step(&RowStep::begin);
  if (state.schema.empty()) {
    // A new table: its rows come from elsewhere.
  } else if (state.steps_done == state.steps.size()) {
    copy_by_statement(connection, state, target, std::move(columns), rowid);
  } else {
    copy_by_steps(connection, open_source, state, target, std::move(columns), rowid, running, progress);
  }
  each_step(&RowStep::end);
  running = {};
}

}  // namespace liftlock::migration::sqlite

#include "database/sqlite_ddl_parser.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "database/sqlite_schema.hpp"

namespace liftlock::database {

bool TokenCursor::accept(std::initializer_list<std::string_view> words) {
  std::size_t ahead = 0;
  for (const std::string_view word : words) {
    if (!peek(ahead++).is(word)) return false;
  }
  at_ += words.size();
  return true;
}

std::string TokenCursor::parenthesised() {
  if (!peek().is("(")) return {};
  const std::size_t begin = next().end;
  std::size_t close = begin;
  for (int depth = 1; depth > 0 && !at_end();) {
    const SqlToken& token = next();
    if (token.is("(")) ++depth;
    if (token.is(")")) --depth;
    close = token.begin;
  }
  return std::string(sql_.substr(begin, close - begin));
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> parts;
  int depth = 0;
  std::size_t begin = std::string_view::npos;
  std::size_t end = 0;
  for (const SqlToken& token : tokenize_sql(list)) {
    const bool separates = token.kind == SqlToken::Kind::end || (depth == 0 && token.is(","));
    if (separates) {
      if (begin != std::string_view::npos) parts.emplace_back(list.substr(begin, end - begin));
      begin = std::string_view::npos;
      continue;
    }
    if (token.is("(")) ++depth;
    if (token.is(")")) --depth;
    if (begin == std::string_view::npos) begin = token.begin;
    end = token.end;
  }
  return parts;
}

std::vector<std::string> split_names(std::string_view list) {
  std::vector<std::string> names = split_list(list);
  for (std::string& name : names) {
    const auto tokens = tokenize_sql(name);
    if (tokens.size() == 2) name = tokens.front().name();
  }
  return names;
}

namespace {

constexpr std::array column_constraint_words{"CONSTRAINT", "PRIMARY", "NOT",        "NULL",      "UNIQUE", "CHECK",
                                             "DEFAULT",    "COLLATE", "REFERENCES", "GENERATED", "AS"};
constexpr std::array table_constraint_words{"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"};

template <std::size_t N>
bool is_one_of(const SqlToken& token, const std::array<const char*, N>& words) {
  return std::ranges::any_of(words, [&](const char* word) { return token.is(word); });
}

void append(std::string& text, const std::string& more) {
  if (!text.empty()) text += ' ';
  text += more;
}

std::string conflict_clause(TokenCursor& cursor) {
  const std::size_t begin = cursor.peek().begin;
  if (!cursor.accept({"ON", "CONFLICT"})) return {};
  cursor.next();
  return cursor.since(begin);
}

std::string referential_action(TokenCursor& cursor) {
  std::string action(cursor.next().text);
  if (cursor.peek().is("NULL") || cursor.peek().is("DEFAULT") || cursor.peek().is("ACTION")) {
    action += ' ' + std::string(cursor.next().text);
  }
  std::ranges::transform(action, action.begin(), [](unsigned char c) { return std::toupper(c); });
  return action == "NO ACTION" ? std::string() : action;
}

/// What stands behind REFERENCES.
void parse_reference(TokenCursor& cursor, ForeignKey& key) {
  key.referred_table = cursor.next().name();
  key.referred_columns = split_names(cursor.parenthesised());
  while (true) {
    const std::size_t begin = cursor.peek().begin;
    if (cursor.accept({"ON", "DELETE"})) {
      key.on_delete = referential_action(cursor);
    } else if (cursor.accept({"ON", "UPDATE"})) {
      key.on_update = referential_action(cursor);
    } else if (cursor.accept("MATCH")) {
      cursor.next();
      append(key.rest, cursor.since(begin));
    } else if (cursor.accept({"NOT", "DEFERRABLE"}) || cursor.accept("DEFERRABLE")) {
      if (cursor.accept("INITIALLY")) cursor.next();
      append(key.rest, cursor.since(begin));
    } else {
      return;
    }
  }
}

std::string default_expression(TokenCursor& cursor) {
  const std::size_t begin = cursor.peek().begin;
  if (cursor.peek().is("(")) {
    cursor.parenthesised();
  } else {
    if (cursor.peek().is("-") || cursor.peek().is("+")) cursor.next();
    cursor.next();
  }
  return cursor.since(begin);
}

/// One constraint in a column's definition; what has no field of its own goes into `rest`, as written.
void parse_column_constraint(TokenCursor& cursor, Table& table, Column& column) {
  const std::size_t begin = cursor.peek().begin;
  std::string name;
  if (cursor.accept("CONSTRAINT")) name = cursor.next().name();
  if (cursor.accept({"PRIMARY", "KEY"})) {
    PrimaryKey key{name, {column.name}, true};
    if (cursor.accept("DESC")) key.columns = {quote_identifier(column.name) + " DESC"};
    cursor.accept("ASC");
    key.rest = conflict_clause(cursor);
    key.autoincrement = cursor.accept("AUTOINCREMENT");
    table.primary_key = std::move(key);
  } else if (cursor.accept({"NOT", "NULL"})) {
    const std::string conflict = conflict_clause(cursor);
    if (conflict.empty())
      column.nullable = false;
    else
      append(column.rest, cursor.since(begin));
  } else if (cursor.accept("NULL")) {
    conflict_clause(cursor);
  } else if (cursor.accept("UNIQUE")) {
    table.unique_constraints.push_back({name, {column.name}, conflict_clause(cursor)});
  } else if (cursor.accept("CHECK")) {
    table.check_constraints.push_back({name, cursor.parenthesised()});
  } else if (cursor.accept("DEFAULT")) {
    column.server_default = default_expression(cursor);
  } else if (cursor.accept("COLLATE")) {
    cursor.next();
    append(column.rest, cursor.since(begin));
  } else if (cursor.accept("REFERENCES")) {
    ForeignKey key{name, {column.name}, {}, {}, {}, {}, {}};
    parse_reference(cursor, key);
    table.foreign_keys.push_back(std::move(key));
  } else if (cursor.accept({"GENERATED", "ALWAYS", "AS"}) || cursor.accept("AS")) {
    cursor.parenthesised();
    if (!cursor.accept("STORED")) cursor.accept("VIRTUAL");
    append(column.rest, cursor.since(begin));
  } else {
    cursor.next();
  }
}

void parse_column(TokenCursor& cursor, Table& table) {
  Column column;
  column.name = cursor.next().name();
  const std::size_t begin = cursor.peek().begin;
  while (!cursor.at_end() && !is_one_of(cursor.peek(), column_constraint_words)) {
    if (cursor.peek().is("("))
      cursor.parenthesised();
    else
      cursor.next();
    column.type = cursor.since(begin);
  }
  while (!cursor.at_end()) parse_column_constraint(cursor, table, column);
  table.columns.push_back(std::move(column));
}

bool parse_table_constraint(TokenCursor& cursor, Table& table) {
  std::string name;
  if (cursor.accept("CONSTRAINT")) name = cursor.next().name();
  if (cursor.accept({"PRIMARY", "KEY"})) {
    PrimaryKey key{name, split_names(cursor.parenthesised())};
    key.rest = conflict_clause(cursor);
    table.primary_key = std::move(key);
  } else if (cursor.accept("UNIQUE")) {
    UniqueConstraint constraint{name, split_names(cursor.parenthesised())};
    constraint.rest = conflict_clause(cursor);
    table.unique_constraints.push_back(std::move(constraint));
  } else if (cursor.accept("CHECK")) {
    table.check_constraints.push_back({name, cursor.parenthesised()});
  } else if (cursor.accept({"FOREIGN", "KEY"})) {
    ForeignKey key{name, split_names(cursor.parenthesised()), {}, {}, {}, {}, {}};
    if (!cursor.accept("REFERENCES")) return false;
    parse_reference(cursor, key);
    table.foreign_keys.push_back(std::move(key));
  } else {
    return false;
  }
  return true;
}

bool parse_item(const std::string& item, Table& table) {
  TokenCursor cursor(item);
  if (!is_one_of(cursor.peek(), table_constraint_words)) {
    parse_column(cursor, table);
    return true;
  }
  // SQLite lets table constraints follow each other without a comma.
  while (!cursor.at_end()) {
    if (!parse_table_constraint(cursor, table)) return false;
  }
  return true;
}

std::unexpected<Error> not_understood(std::string_view sql) {
  return failure("schema-unreadable", "Reading a table's definition",
                 fmt::format("This definition is not understood: {}", sql));
}

std::string qualified_name(TokenCursor& cursor) {
  std::string name = cursor.next().name();
  if (cursor.accept(".")) name = cursor.next().name();
  return name;
}

}  // namespace

Result<Table> parse_create_table(std::string_view sql) {
  TokenCursor cursor(sql);
  Table table;
  if (!cursor.accept("CREATE")) return not_understood(sql);
  if (!cursor.accept("TEMP")) cursor.accept("TEMPORARY");
  if (!cursor.accept("TABLE")) return not_understood(sql);
  cursor.accept({"IF", "NOT", "EXISTS"});
  table.name = qualified_name(cursor);
  if (!cursor.peek().is("(")) return not_understood(sql);
  const std::string body = cursor.parenthesised();
  for (const std::string& item : split_list(body)) {
    if (!parse_item(item, table)) return not_understood(sql);
  }
  while (!cursor.at_end()) {
    if (cursor.accept({"WITHOUT", "ROWID"}))
      table.without_rowid = true;
    else if (cursor.accept("STRICT"))
      table.strict = true;
    else if (!cursor.accept(","))
      return not_understood(sql);
  }
  if (table.columns.empty()) return not_understood(sql);
  table.sql = sql;
  return table;
}

Result<Index> parse_create_index(std::string_view sql, std::string& table) {
  TokenCursor cursor(sql);
  Index index;
  if (!cursor.accept("CREATE")) return not_understood(sql);
  index.unique = cursor.accept("UNIQUE");
  if (!cursor.accept("INDEX")) return not_understood(sql);
  cursor.accept({"IF", "NOT", "EXISTS"});
  index.name = qualified_name(cursor);
  if (!cursor.accept("ON")) return not_understood(sql);
  table = cursor.next().name();
  index.columns = split_names(cursor.parenthesised());
  if (cursor.accept("WHERE")) {
    const std::size_t begin = cursor.peek().begin;
    while (!cursor.at_end()) cursor.next();
    index.where = std::string(sql.substr(begin));
  }
  index.sql = sql;
  return index;
}

}  // namespace liftlock::database

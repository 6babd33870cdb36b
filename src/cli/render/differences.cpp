#include "cli/render/differences.hpp"

#include <fmt/core.h>

#include <set>

#include "cli/render/text.hpp"

namespace liftlock::cli {

namespace {

using database::SchemaDifference;
using Json = nlohmann::ordered_json;
using Kind = SchemaDifference::Kind;

/// "user/column/oauth" taken apart.
struct Object {
  std::string table, part, name;
};

Object object_of(std::string_view text) {
  const std::size_t first = text.find('/');
  const std::size_t second = text.find('/', first + 1);
  const std::string_view part = text.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
  const std::string_view name = second == std::string_view::npos ? std::string_view{} : text.substr(second + 1);
  return {std::string(text.substr(0, first)), std::string(part), std::string(name)};
}

bool is_table(const SchemaDifference& difference) { return difference.object.ends_with("/table"); }

std::string detail(const SchemaDifference& difference) {
  if (is_table(difference)) return {};
  switch (difference.kind) {
    case Kind::missing:
      return difference.expected;
    case Kind::extra:
      return difference.actual;
    case Kind::different:
      break;
  }
  return fmt::format("{} instead of {}", difference.actual, difference.expected);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json to_json(const SchemaDifference& difference, const char* expected, const char* actual) {
  const Object object = object_of(difference.object);
  const char* kind = difference.kind == Kind::missing ? "missing"
                     : difference.kind == Kind::extra ? "extra"
                                                      : "different";
  return {{"object", difference.object},
          {"kind", kind},
          {"table", object.table},
          {"part", object.part},
          {"name", text_or_null(object.name)},
          {expected, text_or_null(difference.expected)},
          {actual, text_or_null(difference.actual)}};
}

}  // namespace

Result<void> conclude(bool differ) {
  if (!differ) return {};
  return failure("differences-found", {}, {});
}

bool is_answered(const Error& error) { return error.id == "differences-found"; }

std::string name_of_object(std::string_view text) {
  const Object object = object_of(text);
  if (object.part == "table") return "table " + object.table;
  if (object.part == "column") return fmt::format("column {}.{}", object.table, object.name);
  if (object.name.empty()) return fmt::format("{} of {}", object.part, object.table);
  return fmt::format("{} {} of {}", object.part, object.name, object.table);
}

std::vector<SchemaDifference> condensed(const std::vector<SchemaDifference>& differences) {
  std::set<std::string> whole;
  for (const SchemaDifference& difference : differences) {
    if (is_table(difference)) whole.insert(object_of(difference.object).table);
  }
  std::vector<SchemaDifference> left;
  for (const SchemaDifference& difference : differences) {
    if (is_table(difference) || !whole.contains(object_of(difference.object).table)) left.push_back(difference);
  }
  return left;
}

std::string render_differences(const std::vector<SchemaDifference>& differences, const SideNames& names,
                               const Style& style) {
  TextTable table({{""}, {""}, {""}});
  for (const SchemaDifference& difference : differences) {
    const std::string kind = difference.kind == Kind::missing ? style.red(names.missing)
                             : difference.kind == Kind::extra ? style.yellow(names.extra)
                                                              : style.cyan(names.different);
    table.add({kind, printable(name_of_object(difference.object)), printable(detail(difference))});
  }
  return table.render(2);
}

std::string render_known(const std::vector<migration::KnownDifference>& known, const Style& style) {
  std::set<std::string> whole;
  for (const migration::KnownDifference& one : known) {
    if (is_table(one.difference)) whole.insert(object_of(one.difference.object).table);
  }
  std::string text;
  for (const migration::KnownDifference& one : known) {
    const bool is_part = !is_table(one.difference) && whole.contains(object_of(one.difference.object).table);
    if (is_part) continue;
    text +=
        fmt::format("  {} {}: {}\n", style.dim("known:"), printable(name_of_object(one.difference.object)), one.reason);
  }
  return text;
}

Json differences_json(const std::vector<SchemaDifference>& differences, const char* expected, const char* actual) {
  Json list = Json::array();
  for (const SchemaDifference& difference : differences) list.push_back(to_json(difference, expected, actual));
  return list;
}

Json known_json(const std::vector<migration::KnownDifference>& known, const char* expected, const char* actual) {
  Json list = Json::array();
  for (const migration::KnownDifference& one : known) {
    Json json = to_json(one.difference, expected, actual);
    json["reason"] = one.reason;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace liftlock::cli

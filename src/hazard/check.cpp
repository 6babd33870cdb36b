#include "hazard/check.hpp"

#include <algorithm>
#include <ranges>

#include "base/format.hpp"

namespace liftlock::hazard {

bool Situation::crosses(std::string_view revision) const {
  const auto is_it = [&](const migration::Revision* step) { return step->id == revision; };
  return std::ranges::any_of(path.repairs, is_it) || std::ranges::any_of(path.peewee, is_it) ||
         std::ranges::any_of(path.alembic, is_it);
}

bool Situation::has_column(std::string_view table, std::string_view column) const {
  const database::Table* found = schema.table(table);
  return found != nullptr && found->column(column) != nullptr;
}

std::string fill_in(std::string_view text, const Blanks& blanks) {
  std::string filled(text);
  for (const auto& [name, value] : blanks) {
    const std::string blank = "{" + name + "}";
    for (auto at = filled.find(blank); at != std::string::npos; at = filled.find(blank, at + value.size())) {
      filled.replace(at, blank.size(), value);
    }
  }
  return filled;
}

Check::Check(std::string_view id) : text_(text_of(id)) {}

Finding Check::finding(const Situation& situation, std::int64_t count, std::vector<std::string> examples,
                       Blanks blanks) const {
  blanks.emplace_back("address", situation.address);
  blanks.emplace_back("target", release::to_string(situation.target->version));
  blanks.emplace_back("count", format_count(count));
  return {std::string(text_.id),
          std::string(text_.title),
          fill_in(text_.meaning, blanks),
          fill_in(text_.solution, blanks),
          text_.severity,
          count,
          std::move(examples)};
}

}  // namespace liftlock::hazard

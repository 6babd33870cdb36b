#include "hazard/query_check.hpp"

#include <algorithm>

namespace liftlock::hazard {

namespace {

constexpr std::size_t most_examples = 5;
constexpr std::size_t longest_example = 120;

/// One line, whatever the data holds.
std::string as_example(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  if (text.size() <= longest_example) return text;
  std::size_t end = longest_example;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

QueryCheck::QueryCheck(std::string_view id, Question question) : Check(id), question_(std::move(question)) {}

bool QueryCheck::applies(const Situation& situation) const {
  if (situation.way != Way::up) return false;
  if (!question_.revision.empty() && !situation.crosses(question_.revision)) return false;
  return std::ranges::all_of(question_.needs,
                             [&](const auto& need) { return situation.has_column(need.first, need.second); });
}

Result<Findings> QueryCheck::run(const Situation& situation) const {
  auto statement = TRY(situation.database->prepare(question_.rows));
  std::int64_t count = 0;
  std::vector<std::string> examples;
  while (TRY(statement.step())) {
    ++count;
    if (examples.size() < most_examples) examples.push_back(as_example(statement.text(0)));
  }
  if (count == 0) return Findings{};
  return Findings{finding(situation, count, std::move(examples))};
}

}  // namespace liftlock::hazard

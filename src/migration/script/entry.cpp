#include "migration/script/entry.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace liftlock::migration::script {

namespace {

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

std::string parents_of(const Script& script) {
  const bool none = script.down_revisions.empty() || script.down_revisions == std::vector<std::string>{""};
  return none ? "<base>" : joined(script.down_revisions);
}

/// The size of the line end at `at`, as Python's str.splitlines knows them; 0 where there is none.
std::size_t line_end_at(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c == '\r') return text.substr(at, 2) == "\r\n" ? 2 : 1;
  if ((c >= '\n' && c <= '\f') || (c >= 0x1C && c <= 0x1E)) return 1;
  if (c == 0xC2 && text.substr(at, 2) == "\xC2\x85") return 2;
  if (c == 0xE2 && (text.substr(at, 3) == "\xE2\x80\xA8" || text.substr(at, 3) == "\xE2\x80\xA9")) return 3;
  return 0;
}

std::string indented(std::string_view text) {
  std::string lines;
  std::size_t begin = 0;
  const auto add = [&](std::size_t end) {
    lines += fmt::format("{}    {}", lines.empty() ? "" : "\n", text.substr(begin, end - begin));
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = line_end_at(text, at);
    if (end > 0) {
      add(at);
      begin = at + end;
    }
    at += std::max<std::size_t>(end, 1);
  }
  if (begin < text.size()) add(text.size());
  return lines;
}

}  // namespace

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string short_entry(const RevisionMap& map, std::size_t place, const EntryParts& parts) {
  const Node& node = map[place];
  std::string text;
  if (parts.parents) {
    text = parents_of(node.script);
    if (!node.script.depends_on.empty()) text += fmt::format(" ({})", joined(node.script.depends_on));
    text += " -> ";
  }
  text += node.script.revision;
  if (parts.labels && !node.labels.empty()) text += fmt::format(" ({})", joined(node.labels));
  if (node.is_head()) text += node.is_real_head() ? " (head)" : " (effective head)";
  if (parts.is_current) text += " (current)";
  if (parts.tree && node.is_branch_point()) text += " (branchpoint)";
  if (parts.tree && node.is_merge_point()) text += " (mergepoint)";
  if (parts.doc) text += fmt::format(", {}", doc_of(node.script));
  return text;
}

std::string long_entry(const RevisionMap& map, std::size_t place, bool is_current) {
  const Node& node = map[place];
  const bool merges = node.is_merge_point();
  std::string entry =
      fmt::format("Rev: {}{}{}{}{}\n{}: {}\n", node.script.revision, node.is_head() ? " (head)" : "",
                  node.is_branch_point() ? " (branchpoint)" : "", merges ? " (mergepoint)" : "",
                  is_current ? " (current)" : "", merges ? "Merges" : "Parent", parents_of(node.script));
  if (!node.script.depends_on.empty()) entry += fmt::format("Also depends on: {}\n", joined(node.script.depends_on));
  if (node.is_branch_point()) {
    std::vector<std::string> next;
    for (const std::size_t child : node.next) next.push_back(map[child].script.revision);
    entry += fmt::format("Branches into: {}\n", joined(next));
  }
  if (!node.labels.empty()) entry += fmt::format("Branch names: {}\n", joined(node.labels));
  if (!node.script.path.empty()) entry += fmt::format("Path: {}\n", node.script.path);
  return entry + fmt::format("\n{}\n", indented(node.script.longdoc));
}

std::string line_of(const Node& node) {
  return fmt::format("{} -> {}{}{}{}, {}", parents_of(node.script), node.script.revision,
                     node.is_head() ? " (head)" : "", node.is_branch_point() ? " (branchpoint)" : "",
                     node.is_merge_point() ? " (mergepoint)" : "", doc_of(node.script));
}

}  // namespace liftlock::migration::script

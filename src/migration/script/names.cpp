#include "migration/script/names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "migration/script/entry.hpp"

namespace liftlock::migration::script {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

constexpr long most_steps = 1'000'000'000;

/// The number behind a sign; as many steps as matter where it is larger.
long number_of(std::string_view digits) {
  long number = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error != std::errc() ? most_steps : std::min(number, most_steps);
}

/// SYMBOL and steps at the start of the text.
std::optional<RelativeName> symbol_and_steps(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_word(text[at])) ++at;
  if (at == text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
  std::size_t end = at + 1;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end == at + 1) return std::nullopt;
  RelativeName name;
  if (at > 0) name.symbol = text.substr(0, at);
  name.steps_text = text.substr(at, end - at);
  name.steps = number_of(text.substr(at + 1, end - at - 1)) * (text[at] == '-' ? -1 : 1);
  return name;
}

/// The number of a name that is nothing but "-N".
std::optional<long> steps_down(std::string_view name) {
  if (name.size() < 2 || name[0] != '-' || !std::ranges::all_of(name.substr(1), is_digit)) return std::nullopt;
  const long steps = number_of(name.substr(1));
  return steps == 0 ? std::nullopt : std::optional(-steps);
}

std::unexpected<Error> unknown(std::string_view name) {
  return bad_name("revision-unknown", fmt::format("Can't locate revision identified by '{}'", name));
}

}  // namespace

std::unexpected<Error> several_heads(std::string_view argument) {
  return bad_name("several-heads",
                  fmt::format("Multiple head revisions are present for given argument '{0}'; please specify a specific "
                              "target revision, '<branchname>@{0}' to narrow to a specific head, or 'heads' for all "
                              "heads",
                              argument));
}

std::unexpected<Error> bad_name(std::string id, std::string what) {
  return std::unexpected(Error{
      .kind = ErrorKind::usage, .id = std::move(id), .doing = {}, .what = std::move(what), .state = {}, .next = {}});
}

std::optional<RelativeName> relative_name(std::string_view text) {
  for (std::size_t at = text.find('@', 1); at != std::string_view::npos && !text.empty(); at = text.find('@', at + 1)) {
    if (auto name = symbol_and_steps(text.substr(at + 1))) {
      name->label = text.substr(0, at);
      return name;
    }
  }
  return symbol_and_steps(text);
}

Result<std::string> Names::current_head(std::string_view label) const {
  const Places heads = label.empty() ? map_.heads() : TRY(on_branch(map_.heads(), label));
  if (heads.size() > 1) return several_heads(label.empty() ? "head" : fmt::format("{}@head", label));
  return heads.empty() ? std::string() : map_[heads.front()].script.revision;
}

Result<Resolved> Names::resolve(std::string_view name) const {
  Resolved resolved;
  if (const std::size_t at = name.find('@'); at != std::string_view::npos) {
    resolved.label = name.substr(0, at);
    name.remove_prefix(at + 1);
  }
  if (name == "heads") {
    const Places heads = resolved.label.empty() ? map_.real_heads() : TRY(on_branch(map_.heads(), resolved.label));
    for (const std::size_t head : heads) resolved.ids.push_back(map_[head].script.revision);
  } else if (name == "head") {
    std::string head = TRY(current_head(resolved.label));
    if (!head.empty()) resolved.ids.push_back(std::move(head));
  } else if (name != "base") {
    resolved.ids.emplace_back(name);
  }
  return resolved;
}

Result<std::size_t> Names::branch(std::string_view label) const {
  if (const auto place = map_.find(label)) return *place;
  return identified(label);
}

Result<std::size_t> Names::begins_with(std::string_view id, std::string_view label) const {
  if (id.empty()) return unknown(id);
  Places found;
  for (const std::string& name : map_.names()) {
    if (name.starts_with(id) && length_of(name) > 3) found.push_back(*map_.find(name));
  }
  if (!label.empty()) found = TRY(on_branch(found, label));
  if (found.size() != 1) return unknown(id);
  return found.front();
}

Result<std::size_t> Names::identified(std::string_view id, std::string_view label) const {
  std::optional<std::size_t> branch_at;
  if (!label.empty()) branch_at = TRY(branch(label));
  const auto exact = map_.find(id);
  const std::size_t place = exact ? *exact : TRY(begins_with(id, label));
  if (branch_at && !TRY(shares_line(place, {&*branch_at, 1}))) return unknown(id);
  return place;
}

Result<Spot> Names::one(std::string_view name) const {
  const Resolved resolved = TRY(resolve(name));
  if (resolved.ids.size() > 1) return several_heads(name);
  if (resolved.ids.empty()) {
    if (!resolved.label.empty()) std::ignore = TRY(branch(resolved.label));
    return Spot{};
  }
  return Spot::at(TRY(identified(resolved.ids.front(), resolved.label)));
}

Result<std::vector<Spot>> Names::several(std::string_view name) const {
  const Resolved resolved = TRY(resolve(name));
  if (resolved.ids.size() == 1) {
    if (const auto steps = steps_down(resolved.ids.front())) return steps_below_heads(*steps, resolved.label);
  }
  std::vector<Spot> spots;
  for (const std::string& id : resolved.ids) spots.push_back(Spot::at(TRY(identified(id, resolved.label))));
  return spots;
}

Result<std::vector<Spot>> Names::several(std::span<const std::string> names) const {
  std::vector<Spot> spots;
  for (const std::string& name : names) {
    const std::vector<Spot> more = TRY(several(name));
    spots.insert(spots.end(), more.begin(), more.end());
  }
  return spots;
}

Result<std::vector<Spot>> Names::steps_below_heads(long steps, std::string_view label) const {
  std::vector<Spot> spots;
  for (const std::size_t head : map_.real_heads()) {
    if (!label.empty() && std::ranges::find(map_[head].labels, label) == map_[head].labels.end()) continue;
    spots.push_back(TRY(walk(Spot::at(head), steps, {}, true)));
  }
  return spots;
}

Result<bool> Names::shares_line(std::size_t place, std::span<const std::size_t> others, Lines lines) const {
  if (others.empty()) return true;
  const auto is_other = [&](std::size_t at) { return std::ranges::find(others, at) != others.end(); };
  const bool all = lines == Lines::with_dependencies;
  const Edges up = all ? &Node::dependents : &Node::next;
  const Edges down = all ? &Node::needs : &Node::down;
  return std::ranges::any_of(reachable(map_, {&place, 1}, up), is_other) ||
         std::ranges::any_of(reachable(map_, {&place, 1}, down), is_other);
}

Result<Places> Names::on_branch(std::span<const std::size_t> places, std::string_view check, Lines lines) const {
  const Resolved resolved = TRY(resolve(check));
  Places others;
  if (!places.empty()) {
    if (!resolved.label.empty()) others.push_back(TRY(identified(resolved.label)));
    for (const std::string& id : resolved.ids) others.push_back(TRY(identified(id)));
  }
  Places kept;
  for (const std::size_t place : places) {
    if (TRY(shares_line(place, others, lines))) kept.push_back(place);
  }
  return kept;
}

Result<Places> Names::steps_up(Spot from, std::string_view label) const {
  const Places& above = from.is_revision() ? map_[from.place].next : map_.bases();
  return label.empty() ? Result<Places>(above) : on_branch(above, label);
}

Result<Spot> Names::walk(Spot from, long steps, std::string_view label, bool strict) const {
  const Spot nowhere{};
  for (long taken = 0; taken < std::abs(steps); ++taken) {
    const bool up = steps > 0;
    if (from.kind == Spot::Kind::base) return strict ? nowhere : from;
    Places further;
    if (up) {
      further = TRY(steps_up(from, label));
    } else {
      further = from.is_revision() ? map_[from.place].down : map_.heads();
    }
    if (further.size() > 1) return bad_name("revision-relative", "Ambiguous walk");
    if (further.empty() && up) return strict ? nowhere : from;
    from = further.empty() ? Spot{Spot::Kind::base, 0} : Spot::at(further.front());
  }
  return from;
}

}  // namespace liftlock::migration::script

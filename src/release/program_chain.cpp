#include "release/program_chain.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "migration/openwebui/chain.hpp"
#include "migration/script/revision_map.hpp"

namespace liftlock::release {

namespace {

using migration::script::RevisionMap;
using migration::script::Script;

constexpr const char* use_another =
    "Choose an image as Open WebUI publishes it, or look for a newer version of Liftlock.";

std::unexpected<Error> refuse(std::string id, std::string_view whose, std::string what) {
  return refusal(std::move(id), fmt::format("Reading the migrations of {}", whose), std::move(what), use_another);
}

/// Base to head. Error: they are not one line.
Result<std::vector<const Script*>> line_of(const RevisionMap& map, std::string_view whose) {
  std::vector<std::string> heads;
  for (const std::size_t head : map.heads()) heads.push_back(map[head].script.revision);
  if (heads.size() != 1)
    return refuse("migrations-branched", whose,
                  fmt::format("They end at {}: {}.", heads.size(), fmt::join(heads, ", ")));
  std::vector<const Script*> line;
  for (std::size_t at = map.heads().front();; at = map[at].down.front()) {
    line.push_back(&map[at].script);
    if (map[at].down.size() != 1) break;
  }
  if (line.size() != map.size()) {
    return refuse("migrations-branched", whose,
                  fmt::format("They are not one line: {} of {} stand on it, and it branches below {}.", line.size(),
                              map.size(), line.back()->revision));
  }
  std::ranges::reverse(line);
  return line;
}

std::string after(const std::vector<const Script*>& line, std::size_t place) {
  return place == 0 ? std::string("They begin with") : fmt::format("After {} comes", line[place - 1]->revision);
}

}  // namespace

std::vector<std::string> titles_of_tail(const ProgramChain& chain) {
  std::vector<std::string> titles;
  for (const UnknownRevision& revision : chain.tail)
    titles.push_back(fmt::format("{} ({})", revision.id, revision.message));
  return titles;
}

Result<ProgramChain> read_chain(std::vector<Script> scripts, std::string_view whose) {
  auto map = RevisionMap::of(std::move(scripts));
  if (!map) return refuse("migrations-unreadable", whose, map.error().what);
  const auto line = TRY(line_of(*map, whose));
  const auto known = migration::openwebui::alembic_revisions();
  const auto differ = std::ranges::mismatch(
      line, known, {}, [](const Script* script) { return script->revision; },
      [](const auto* revision) { return revision->id; });
  const auto common = static_cast<std::size_t>(std::distance(line.begin(), differ.in1));
  if (common < line.size() && common < known.size()) {
    return refuse("migrations-differ", whose,
                  fmt::format("{} {} instead of {}: they are not those of a release, or one of them was added by hand.",
                              after(line, common), line[common]->revision, known[common]->id));
  }
  ProgramChain chain{line.size(), line.back()->revision, line[common - 1]->revision, {}};
  for (std::size_t at = common; at < line.size(); ++at)
    chain.tail.push_back({line[at]->revision, std::string(migration::script::doc_of(*line[at]))});
  return chain;
}

}  // namespace liftlock::release

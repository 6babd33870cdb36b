/// The reader of revision files, and the graph of what it has read: the input is one file, or several with lines of
/// "%%" between them; the first line of a lookup follows "%%?".
#include "migration/script/entry.hpp"
#include "migration/script/lookup.hpp"
#include "migration/script/read_script.hpp"
#include "target.hpp"

namespace {

namespace script = liftlock::migration::script;

void look_up(const script::RevisionMap& map, std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos) {
    std::ignore = script::revisions_named(map, script::End::name(std::string(name)));
    return;
  }
  const auto places = script::history(map, script::End::name(std::string(name.substr(0, colon))),
                                      script::End::name(std::string(name.substr(colon + 1))));
  if (!places) return;
  for (const std::size_t place : *places) {
    std::ignore = script::long_entry(map, place, true);
    std::ignore = script::short_entry(map, place, {.labels = true, .doc = true, .parents = true});
  }
}

}  // namespace

void fuzz(std::string_view input) {
  std::vector<script::Script> scripts;
  std::string_view name;
  if (const std::size_t asked = input.rfind("%%?"); asked != std::string_view::npos) {
    name = input.substr(asked + 3);
    input = input.substr(0, asked);
  }
  while (!input.empty()) {
    const std::size_t end = std::min(input.find("%%\n"), input.size());
    auto read = script::read_script("/versions/0123_x.py", input.substr(0, end));
    if (read) {
      constexpr std::string_view white = " \t\n\v\f\r\x1c\x1d\x1e\x1f";
      require(read->longdoc.empty() || white.find(read->longdoc.front()) == white.npos,
              "a docstring has no white space around it");
      scripts.push_back(*std::move(read));
    } else {
      require(read.error().id == "script-unreadable" && !read.error().what.empty(), "an error says what is wrong");
    }
    input.remove_prefix(std::min(end + 3, input.size()));
  }
  const std::size_t count = scripts.size();
  const auto map = script::RevisionMap::of(std::move(scripts));
  if (!map) return;
  require(map->size() == count, "the graph has all scripts");
  const auto all = script::history(*map, script::End::name("base"), script::End::name("heads"));
  if (all && map->warnings().empty()) require(all->size() == count, "the whole history has all revisions");
  look_up(*map, name);
}

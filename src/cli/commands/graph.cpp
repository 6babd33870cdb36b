#include "cli/commands/graph.hpp"

#include <fmt/core.h>

#include "migration/openwebui/chain.hpp"
#include "migration/openwebui/scripts.hpp"
#include "migration/script/script_files.hpp"

namespace liftlock::cli {

namespace {

using migration::script::Node;
using migration::script::RevisionMap;

Json one_or_list(const std::vector<std::string>& texts) {
  if (texts.empty()) return nullptr;
  return texts.size() == 1 ? Json(texts.front()) : Json(texts);
}

std::string_view summary_of(const Node& node) {
  if (!node.script.path.empty()) return {};
  for (const migration::Revision* revision : migration::openwebui::alembic_revisions()) {
    if (revision->id == node.script.revision) return revision->summary;
  }
  return {};
}

Json to_json(const Node& node, std::string_view summary, Json next) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"revision", node.script.revision},
          {"down_revision", one_or_list(node.script.down_revisions)},
          {"message", doc_of(node.script)},
          {"create_date", text_or_null(node.script.create_date)},
          {"summary", summary},
          {"head", node.is_head()},
          {"depends_on", node.script.depends_on},
          {"branch_labels", node.labels},
          {"next", std::move(next)},
          {"branch_point", node.is_branch_point()},
          {"merge_point", node.is_merge_point()},
          {"path", text_or_null(node.script.path)}};
}

}  // namespace

const RevisionMap& Graph::built_in() { return migration::openwebui::revision_map(); }

Result<Graph> Graph::of(Context& context, const Arguments& arguments) {
  Graph graph;
  const std::optional<std::string> place = arguments.text("--scripts");
  if (!place) return graph;
  migration::script::ScriptFiles files = TRY(migration::script::read_scripts(*place));
  auto map = RevisionMap::of(std::move(files.scripts));
  if (!map) {
    map.error().doing = fmt::format("Putting together the scripts in {}", files.folder.string());
    return std::unexpected(std::move(map).error());
  }
  graph.folder_ = files.folder;
  graph.read_ = std::make_shared<const RevisionMap>(*std::move(map));
  for (const std::string& warning : graph.read_->warnings()) context.say(fmt::format("Warning: {}\n", warning));
  return graph;
}

Json revision_json(const RevisionMap& map, std::size_t place) {
  Json next = Json::array();
  for (const std::size_t child : map[place].next) next.push_back(map[child].script.revision);
  return to_json(map[place], summary_of(map[place]), std::move(next));
}

Json Graph::json(std::size_t place) const { return revision_json(map(), place); }

Json Graph::json(const std::vector<std::size_t>& places) const {
  Json list = Json::array();
  for (const std::size_t place : places) list.push_back(json(place));
  return list;
}

Json Graph::warnings() const { return map().warnings(); }

Json revision_json(const migration::Revision& revision) {
  const RevisionMap& map = migration::openwebui::revision_map();
  if (const auto place = map.find(revision.id)) return revision_json(map, *place);
  // A migration of Peewee's, or a repair: on no graph.
  migration::script::Script script;
  script.revision = revision.id;
  script.longdoc = revision.message;
  script.create_date = revision.create_date;
  if (!revision.down_revision.empty()) script.down_revisions.emplace_back(revision.down_revision);
  Node alone;
  alone.script = std::move(script);
  Json json = to_json(alone, revision.summary, Json::array());
  json["head"] = false;
  return json;
}

Option scripts_option() {
  return {.name = "--scripts",
          .short_name = "",
          .value = "PLACE",
          .help =
              "The Alembic chain to look at: a folder of scripts or the one above it, an installed package, or a "
              "wheel. Without it, Open WebUI's, as far as this Liftlock knows it.",
          .completes = Completes::file};
}

}  // namespace liftlock::cli

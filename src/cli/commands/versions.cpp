#include <fmt/core.h>

#include <ranges>

#include "cli/commands/all.hpp"
#include "cli/context.hpp"
#include "cli/render/text.hpp"
#include "release/catalogue.hpp"

namespace liftlock::cli {

namespace {

constexpr std::size_t newest = 20;

std::string names() {
  std::string text = "latest\n";
  for (const release::Release& release : release::releases() | std::views::reverse) {
    if (!release.version.is_development()) text += release::to_string(release.version) + "\n";
  }
  return text;
}

std::string table(std::size_t limit, const Style& style) {
  TextTable rows(
      {{style.dim("version")}, {style.dim("revision")}, {style.dim("Peewee migrations"), TextTable::Align::right}});
  std::size_t shown = 0;
  for (const release::Release& release : release::releases() | std::views::reverse) {
    if (shown++ == limit) break;
    rows.add({release::to_string(release.version), release.head.revision.empty() ? "-" : release.head.revision,
              std::to_string(release.head.peewee_migrations)});
  }
  return rows.render();
}

Json json() {
  Json list = Json::array();
  for (const release::Release& release : release::releases() | std::views::reverse) {
    list.push_back({{"version", release::to_string(release.version)},
                    {"revision", release.head.revision.empty() ? Json() : Json(release.head.revision)},
                    {"peewee_migrations", release.head.peewee_migrations},
                    {"development", release.version.is_development()}});
  }
  return {{"latest", release::to_string(release::latest().version)}, {"releases", std::move(list)}};
}

Result<void> run(Context& context, const Arguments& arguments) {
  const std::size_t all = release::releases().size();
  const std::size_t limit = arguments.flag("--all") ? all : newest;
  if (arguments.flag("--names")) {
    context.answer(names());
  } else if (context.json()) {
    context.answer_json(json());
  } else {
    context.answer(table(limit, context.style()));
    if (limit < all) context.say(fmt::format("… and {} older ones (--all lists them)\n", all - limit));
  }
  return {};
}

}  // namespace

const Command& versions_command() {
  static const Command command{
      .name = "versions",
      .group = "Look",
      .summary = "List the releases of Open WebUI that Liftlock knows",
      .description = "Newest first, each with the revision that it brings a database to. No network is used.",
      .arguments = {},
      .options = {{"--all", "", "", "All of them, not only the newest 20."},
                  {"--names", "", "", "Only what can stand for VERSION, a line each."}},
      .examples = {{"liftlock versions", "The newest ones."},
                   {"liftlock versions --json", "All of them, for a program."}},
      .exit_statuses = {{0, "They were listed."}},
      .run = run};
  return command;
}

}  // namespace liftlock::cli

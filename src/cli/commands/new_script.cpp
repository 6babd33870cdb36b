#include "cli/commands/new_script.hpp"

#include <fmt/core.h>

#include "base/clock.hpp"
#include "base/new_file.hpp"
#include "cli/usage.hpp"

namespace liftlock::cli {

namespace {

namespace fs = std::filesystem;
namespace script = migration::script;

constexpr mode_t source_mode = 0666;  ///< less the umask, as any editor would

/// The graph with the new revision in it: what makes it no graph is found before anything is written.
Result<script::RevisionMap> with_added(const script::RevisionMap& map, const script::Script& added) {
  std::vector<script::Script> scripts;
  for (std::size_t place = 0; place < map.size(); ++place) scripts.push_back(map[place].script);
  scripts.push_back(added);
  return script::RevisionMap::of(std::move(scripts));
}

script::LocalTime now_in(const script::ScriptFolder& folder) {
  SystemClock clock;
  return folder.utc ? script::LocalTime::utc(clock.nanoseconds()) : script::LocalTime::here(clock.nanoseconds());
}

}  // namespace

Result<Graph> writable_graph(Context& context, const Arguments& arguments) {
  if (!arguments.text("--scripts")) {
    return usage_error("scripts-missing", "the folder that the script goes to must be named",
                       "Name it with --scripts FOLDER.");
  }
  Graph graph = TRY(Graph::of(context, arguments));
  std::error_code ignored;
  if (!fs::is_directory(graph.folder(), ignored)) {
    return refusal("scripts-read-only", fmt::format("Making a revision in {}", graph.folder().string()),
                   "The scripts are in a wheel, which is not written to.", "Unpack it, and name the folder.");
  }
  return graph;
}

script::NewRevision new_revision_of(const Arguments& arguments) {
  script::NewRevision wanted;
  wanted.id = arguments.text("--rev-id").value_or("");
  if (wanted.id.empty()) wanted.id = RandomIds().uuid4().substr(24);
  wanted.message = arguments.text("--message");
  wanted.branch_label = arguments.text("--branch-label");
  return wanted;
}

Result<void> write_revision(Context& context, const Graph& graph, const script::NewRevision& wanted,
                            const std::vector<std::string>& notes) {
  const script::ScriptFolder folder = TRY(script::script_folder(graph.folder()));
  const script::RevisionFile made = TRY(script::new_revision(graph.map(), folder, wanted, now_in(folder)));
  const script::RevisionMap after = TRY(with_added(graph.map(), made.script));
  TRY(file::write_new_durably(made.path, made.text, source_mode));
  for (const std::string& note : folder.notes) context.say(fmt::format("Warning: {}\n", note));
  for (const std::string& note : notes) context.say(fmt::format("Note: {}\n", note));
  if (context.json()) {
    context.answer_json(Json{{"path", made.path.string()},
                             {"revision", revision_json(after, after.size() - 1)},
                             {"warnings", folder.notes},
                             {"notes", notes}});
  } else {
    context.answer(
        fmt::format("{}Generating {} ...  done\n", context.terminal().input ? "  " : "", made.path.string()));
  }
  return {};
}

Option message_option() {
  return {"--message", "-m", "TEXT", "What the revision is for: the first line of its script, and part of its name."};
}

Option branch_label_option() { return {"--branch-label", "", "LABEL", "A name for the branch that begins here."}; }

Option rev_id_option() { return {"--rev-id", "", "ID", "The id of the new revision, instead of a random one."}; }

Option script_folder_option() {
  return {.name = "--scripts",
          .short_name = "",
          .value = "FOLDER",
          .help = "The chain that the revision is added to: a folder of scripts, or the one above it.",
          .completes = Completes::directory};
}

}  // namespace liftlock::cli

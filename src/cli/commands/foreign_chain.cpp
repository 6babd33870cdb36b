#include "cli/commands/foreign_chain.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cstdlib>

#include "base/file.hpp"
#include "change/database_upgrade.hpp"
#include "cli/commands/database.hpp"
#include "migration/openwebui/scripts.hpp"
#include "migration/script/own_alembic.hpp"

namespace liftlock::cli {

namespace {

namespace fs = std::filesystem;
using migration::script::OwnAlembic;

/// The URL as it was typed: the driver in it is env.py's business.
std::string typed_url(const Arguments& arguments) {
  if (const auto text = arguments.text("--database")) return *text;
  const char* environment = std::getenv("DATABASE_URL");
  return environment != nullptr ? environment : "";
}

/// SQLAlchemy takes the path as it is, without percent signs.
std::string with_file(const std::string& url, const fs::path& file) {
  const std::size_t colon = url.find("://");
  const std::string driver = colon == std::string::npos ? "sqlite" : url.substr(0, colon);
  return fmt::format("{}:///{}", driver, file.string());
}

std::unexpected<Error> no_python(const Graph& graph, const std::string& verb, const std::vector<std::string>& revisions,
                                 const database::Url& url) {
  return std::unexpected(
      Error{.kind = ErrorKind::usage,
            .id = "python-missing",
            .doing = {},
            .what = fmt::format("Liftlock does not know the revisions in {}; only their own Alembic can run them",
                                graph.folder().string()),
            .state = {},
            .next = fmt::format("Name a Python that has Alembic and what the scripts import:\nliftlock db {} {} "
                                "--scripts {} --database {} --python /path/to/venv/bin/python",
                                verb, fmt::join(revisions, " "), graph.folder().string(), url.safe)});
}

Result<void> answer(Context& context, const database::Url& url, const OwnAlembic& request,
                    const std::vector<std::string>& before, const change::DatabaseRework& done) {
  if (!context.json()) {
    if (!done.kept.empty()) context.answer(fmt::format("The database as it was: {}\n", done.kept.string()));
    return {};
  }
  const bool is_file = url.dialect == "sqlite";
  context.answer_json(Json{{"database", url.safe},
                           {"from_revisions", is_file ? Json(before) : Json()},
                           {"to_revisions", is_file ? Json(TRY(revisions_of(url))) : Json()},
                           {"engine", request.python},
                           {"kept", done.kept.empty() ? Json() : Json(done.kept.string())}});
  return {};
}

/// "program" as a shell would find it from here, since the child works elsewhere.
std::string findable(const std::string& program) {
  return program.find('/') == std::string::npos ? program : fs::absolute(program).string();
}

}  // namespace

bool is_native(const Graph& graph) {
  const auto& ours = migration::openwebui::revision_map();
  const auto& theirs = graph.map();
  for (std::size_t place = 0; place < theirs.size(); ++place) {
    const auto known = ours.find(theirs[place].script.revision);
    if (!known || ours[*known].script.down_revisions != theirs[place].script.down_revisions) return false;
  }
  return theirs.size() > 0;
}

bool goes_through_alembic(const Graph& graph, const Arguments& arguments) {
  return arguments.text("--python") || !is_native(graph);
}

Result<void> run_alembic(Context& context, const Arguments& arguments, const Graph& graph, const std::string& verb,
                         const std::vector<std::string>& revisions) {
  const database::Url url = TRY(named_database(arguments));
  const std::optional<std::string> python = arguments.text("--python");
  if (!python) return no_python(graph, verb, revisions, url);
  if (graph.folder().empty()) {
    return std::unexpected(Error{.kind = ErrorKind::usage,
                                 .id = "scripts-missing",
                                 .doing = {},
                                 .what = "--python runs a chain's own scripts, which must be named",
                                 .state = {},
                                 .next = "Name them with --scripts FOLDER."});
  }
  OwnAlembic request{.python = findable(*python),
                     .versions = graph.folder(),
                     .database = typed_url(arguments),
                     .verb = verb,
                     .revisions = revisions,
                     .output_to_stderr = context.json()};
  if (url.dialect != "sqlite") {
    TRY(context.confirm(
        fmt::format("Let the scripts in {} work on {} itself? No copy is made.", graph.folder().string(), url.safe)));
    TRY(migration::script::run_own_alembic(request));
    return answer(context, url, request, {}, {});
  }
  const std::vector<std::string> before = file::exists(url.file) ? TRY(revisions_of(url)) : std::vector<std::string>();
  SystemClock clock;
  RandomIds ids;
  Result<change::DatabaseRework> done = change::rework_database(
      url.file,
      [&](const fs::path& copy) {
        request.database = with_file(typed_url(arguments), copy);
        return migration::script::run_own_alembic(request);
      },
      clock, ids);
  if (!done) {
    if (done.error().state.empty()) done.error().state = "Nothing was changed.";
    return std::unexpected(std::move(done).error());
  }
  if (arguments.flag("--no-keep") && !done->kept.empty()) {
    TRY(file::remove(done->kept));
    done->kept.clear();
  }
  return answer(context, url, request, before, *done);
}

Option python_option() {
  return {.name = "--python",
          .short_name = "",
          .value = "PROGRAM",
          .help =
              "With --scripts: let this Python run the chain's own Alembic (it must have Alembic and what the scripts "
              "import), on a copy of a SQLite database that is then swapped in.",
          .completes = Completes::file};
}

}  // namespace liftlock::cli

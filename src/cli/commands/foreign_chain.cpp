#include "cli/commands/foreign_chain.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/file.hpp"
#include "change/database_upgrade.hpp"
#include "cli/commands/database.hpp"
#include "cli/usage.hpp"
#include "database/postgres.hpp"
#include "migration/openwebui/scripts.hpp"
#include "migration/postgres/migrate.hpp"
#include "migration/script/own_alembic.hpp"

namespace liftlock::cli {

namespace {

namespace fs = std::filesystem;
using migration::script::OwnAlembic;

/// SQLAlchemy takes the path as it is, without percent signs.
std::string with_file(const std::string& url, const fs::path& file) {
  const std::size_t colon = url.find("://");
  const std::string driver = colon == std::string::npos ? "sqlite" : url.substr(0, colon);
  return fmt::format("{}:///{}", driver, file.string());
}

std::unexpected<Error> no_python(const Graph& graph, const std::string& verb, const std::vector<std::string>& revisions,
                                 const database::Url& url) {
  return usage_error("python-missing",
                     fmt::format("Liftlock does not know the revisions in {}; only their own Alembic can run them",
                                 graph.folder().string()),
                     fmt::format("Name a Python that has Alembic and what the scripts import:\nliftlock db {} {} "
                                 "--scripts {} --database {} --python /path/to/venv/bin/python",
                                 verb, fmt::join(revisions, " "), graph.folder().string(), url.safe));
}

struct Done {
  std::vector<std::string> before, after;
  fs::path kept;
};

void answer(Context& context, const database::Url& url, const OwnAlembic& request, const Done& done) {
  if (context.json()) {
    context.answer_json(Json{{"database", url.safe},
                             {"from_revisions", done.before},
                             {"to_revisions", done.after},
                             {"engine", request.python},
                             {"kept", done.kept.empty() ? Json() : Json(done.kept.string())}});
  } else if (!done.kept.empty()) {
    context.answer(fmt::format("The database as it was: {}\n", done.kept.string()));
  }
}

/// "program" as a shell would find it from here, since the child works elsewhere.
std::string findable(const std::string& program) {
  return program.find('/') == std::string::npos ? program : fs::absolute(program).string();
}

/// Works on a copy, which is swapped in.
Result<Done> run_on_file(const database::Url& url, OwnAlembic request) {
  Done done;
  if (file::exists(url.file)) done.before = TRY(revisions_of(url));
  SystemClock clock;
  RandomIds ids;
  Result<change::DatabaseRework> rework = change::rework_database(
      url.file,
      [&](const fs::path& copy) {
        request.database = with_file(request.database, copy);
        return migration::script::run_own_alembic(request);
      },
      clock, ids);
  if (!rework) {
    if (rework.error().state.empty()) rework.error().state = "Nothing was changed.";
    return std::unexpected(std::move(rework).error());
  }
  done.kept = rework->kept;
  done.after = TRY(revisions_of(url));
  return done;
}

/// Works on the database itself, while every other Liftlock is kept out.
Result<Done> run_on_server(const database::Url& url, const OwnAlembic& request) {
  Done done;
  auto guard = TRY(database::postgres::Connection::open(url, schema_of_environment()));
  TRY(migration::postgres::keep_others_out(guard));
  done.before = TRY(migration::postgres::read_version_table(guard));
  Result<void> run = migration::script::run_own_alembic(request);
  if (!run) {
    const bool started = run.error().id != "environment-absent" && run.error().id != "program-start";
    run.error().state = started ? "There is no copy: what the scripts had committed until then is in the database."
                                : "Nothing was changed.";
    return std::unexpected(std::move(run).error());
  }
  done.after = TRY(migration::postgres::read_version_table(guard));
  return done;
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
  const database::Url url = TRY(named_database(arguments, Takes::both));
  const std::optional<std::string> python = arguments.text("--python");
  if (!python) return no_python(graph, verb, revisions, url);
  if (graph.folder().empty()) {
    return usage_error("scripts-missing", "--python runs a chain's own scripts, which must be named",
                       "Name them with --scripts FOLDER.");
  }
  const OwnAlembic request{.python = findable(*python),
                           .versions = graph.folder(),
                           .database = named_url(arguments).value_or(""),
                           .verb = verb,
                           .revisions = revisions,
                           .purge = verb == "stamp" && arguments.flag("--purge"),
                           .output_to_stderr = context.json()};
  const bool is_file = url.dialect == "sqlite";
  if (!is_file) {
    TRY(context.confirm(
        fmt::format("Let the scripts in {} work on {} itself? No copy is made.", graph.folder().string(), url.safe)));
  }
  Done done = TRY(is_file ? run_on_file(url, request) : run_on_server(url, request));
  if (arguments.flag("--no-keep") && !done.kept.empty()) {
    TRY(file::remove(done.kept));
    done.kept.clear();
  }
  answer(context, url, request, done);
  return {};
}

Option python_option() {
  return {.name = "--python",
          .short_name = "",
          .value = "PROGRAM",
          .help =
              "With --scripts: let this Python run the chain's own Alembic (it must have Alembic and what the scripts "
              "import), on a copy of a SQLite database that is then swapped in, or on a PostgreSQL database itself.",
          .completes = Completes::file};
}

}  // namespace liftlock::cli

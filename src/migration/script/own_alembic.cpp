#include "migration/script/own_alembic.hpp"

#include <fmt/core.h>

#include "base/child.hpp"
#include "base/file.hpp"
#include "migration/script/script_folder.hpp"

namespace liftlock::migration::script {

namespace fs = std::filesystem;

namespace {

/// What Python runs: its arguments are the verb and the revisions.
constexpr const char* driver = R"python(
import os
import sys

import sqlalchemy
from alembic import command, util
from alembic.config import Config
from sqlalchemy import event

wanted = sqlalchemy.engine.url.make_url(os.environ["LIFTLOCK_DATABASE_URL"])


def place_of(arguments, parameters):
    if wanted.get_backend_name() == "sqlite":
        return os.path.realpath(str(arguments[0]))
    return [str(parameters.get(name) or "") for name in ("host", "port", "dbname", "database", "user")]


@event.listens_for(sqlalchemy.engine.Engine, "do_connect")
def only_there(dialect, record, arguments, parameters):
    theirs, ours = dialect.create_connect_args(wanted)
    if dialect.name != wanted.get_backend_name() or place_of(arguments, parameters) != place_of(theirs, ours):
        print("FAILED: env.py asks for a connection to another database than the one that was named", file=sys.stderr)
        sys.stderr.flush()
        os._exit(70)


config = Config(os.environ["LIFTLOCK_ALEMBIC_INI"] or None)
config.set_main_option("script_location", os.environ["LIFTLOCK_SCRIPTS"].replace("%", "%%"))
config.set_main_option("sqlalchemy.url", os.environ["LIFTLOCK_DATABASE_URL"].replace("%", "%%"))
verb, revisions = sys.argv[1], sys.argv[2:]
try:
    if verb == "stamp":
        command.stamp(config, revisions, purge=os.environ["LIFTLOCK_PURGE"] == "1")
    else:
        getattr(command, verb)(config, revisions[0])
except util.CommandError as error:
    print(f"FAILED: {error}", file=sys.stderr)
    sys.exit(1)
)python";

constexpr int other_database = 70;

}  // namespace

Result<void> run_own_alembic(const OwnAlembic& request) {
  const fs::path scripts = request.versions.parent_path();
  const std::string doing = fmt::format("Running the Alembic of {}", scripts.string());
  if (!file::exists(scripts / "env.py")) {
    return failure("environment-absent", doing, "there is no env.py above the scripts: the chain cannot be run");
  }
  const fs::path settings = TRY(settings_of(request.versions));
  process::Child child{.command = {request.python, "-c", driver, request.verb},
                       .environment = {{"LIFTLOCK_DATABASE_URL", request.database},
                                       {"DATABASE_URL", request.database},
                                       {"DATABASE_TYPE", ""},
                                       {"LIFTLOCK_PURGE", request.purge ? "1" : "0"},
                                       {"LIFTLOCK_ALEMBIC_INI", settings.string()},
                                       {"LIFTLOCK_SCRIPTS", scripts.string()}},
                       .folder = settings.empty() ? scripts.parent_path() : settings.parent_path(),
                       .output_to_stderr = request.output_to_stderr};
  child.command.insert(child.command.end(), request.revisions.begin(), request.revisions.end());
  const int status = TRY(process::run(child));
  if (status == 0) return {};
  if (status == other_database) {
    return failure("alembic-failed", doing, "its env.py connects to another database than the one that was named",
                   "Let env.py take the URL from sqlalchemy.url or from DATABASE_URL of the environment.");
  }
  return failure("alembic-failed", doing, fmt::format("it ended with status {}; its own words stand above", status));
}

}  // namespace liftlock::migration::script

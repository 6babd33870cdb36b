#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace liftlock::migration::script {

/// A command of a chain's own Alembic, run by a Python that has it.
struct OwnAlembic {
  std::string python;              ///< a path, or a name to be found in PATH
  std::filesystem::path versions;  ///< the chain's folder of scripts; its env.py is in the one above
  std::string database;            ///< SQLAlchemy's URL; handed over in the environment, since it may hold a password
  std::string verb;                ///< of alembic.command: "upgrade", "downgrade", "stamp"
  std::vector<std::string> revisions;  ///< its arguments
  bool purge = false;                  ///< of "stamp"
  bool output_to_stderr = false;
};

/// Runs it, with the alembic.ini of the chain if there is one, in that one's folder. env.py finds the database as
/// sqlalchemy.url, and as DATABASE_URL of the environment, where DATABASE_TYPE is emptied: complete, those variables
/// would win in Open WebUI's. A connection to any other database is refused before it is made, so that an env.py with a
/// mind of its own does nothing. Errors: "environment-absent" (no env.py), "alembic-failed" (its own message is on
/// stderr), those of process::run.
[[nodiscard]] Result<void> run_own_alembic(const OwnAlembic& request);

}  // namespace liftlock::migration::script

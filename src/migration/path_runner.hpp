#pragma once

#include <algorithm>
#include <stdexcept>

#include "base/error.hpp"
#include "migration/builder.hpp"
#include "migration/operations.hpp"
#include "migration/version_tables.hpp"

/// How steps run, whichever engine's operations they run on.
namespace liftlock::migration {

/// Runs `work`, in which revisions use `operations`. What they throw is handed back as `explain(error, revision)` has
/// it; where the database is not what its version table says, or a revision is wrong, that error has no id.
template <class Explain, class Work>
Result<void> run_explained(const Operations& operations, const Explain& explain, const Work& work) {
  try {
    work();
    return {};
  } catch (const OperationFailed& failed) {
    return std::unexpected(explain(failed.error(), operations.revision()));
  } catch (const std::logic_error& bug) {
    return std::unexpected(explain(Error{ErrorKind::failed, {}, {}, bug.what(), {}, {}}, operations.revision()));
  }
}

/// Runs the path on an engine (its operations have enter() and finish()) and records where it ends; the caller holds
/// the transaction. `after_step()` is called after each of path.all().
template <class Engine, class AfterStep, class Explain>
Result<void> run_path(Engine& operations, const Path& path, const AfterStep& after_step, const Explain& explain) {
  return run_explained(operations, explain, [&] {
    for (const Revision* step : path.all()) {
      operations.enter(step->id);
      step->upgrade(operations);
      if (std::ranges::find(path.peewee, step) != path.peewee.end()) record_peewee_migration(operations, *step);
      after_step();
    }
    operations.enter({});
    if (!path.alembic.empty()) record_alembic_revision(operations, path.alembic.back()->id);
    if (!path.downward.empty()) record_alembic_revision(operations, path.downward.back()->down_revision);
    if (path.record_peewee) record_missing_peewee(operations);
    operations.finish();
  });
}

}  // namespace liftlock::migration

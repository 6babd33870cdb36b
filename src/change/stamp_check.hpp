#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "change/stamp.hpp"
#include "database/schema.hpp"
#include "migration/chain_schemas.hpp"
#include "migration/state.hpp"

/// What decides whether a revision may be recorded, whichever kind of database it is.
namespace liftlock::change {

/// "Recording head in /srv/webui.db": what the errors of a stamp say was being done.
[[nodiscard]] std::string doing_of(const StampRequest& request);

/// What the version table will hold instead of `before`. Errors: "revision-unknown", those of
/// migration::script::stamped.
[[nodiscard]] Result<std::vector<std::string>> rows_after(const StampRequest& request,
                                                          const std::vector<std::string>& before);

struct StampSubject {
  database::Schema schema;
  migration::DatabaseState state;
};

/// What must hold before `after` is recorded; `chain` is asked where the schema is to be compared. Errors:
/// "schema-differs", "database-foreign", "schema-unknown" (all refused).
[[nodiscard]] Result<void> check_stamp(const StampRequest& request, const StampSubject& subject,
                                       const std::vector<std::string>& after, migration::ChainSchemas& chain);

/// Stamped::not_run of a stamp whose `before` and `after` are known.
[[nodiscard]] std::vector<std::string> revisions_not_run(const StampRequest& request, const Stamped& stamped);

}  // namespace liftlock::change

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "migration/builder.hpp"
#include "migration/revision.hpp"

namespace liftlock::change::verification {

/// An effect with the revision that declares it; both are constants of the program.
struct Declared {
  const migration::Revision* revision = nullptr;
  const migration::Effect* effect = nullptr;
};

/// What a path of revisions is known to do to one table that was there before it.
struct Expectation {
  std::string name_after;                  ///< what the table is called afterwards
  std::vector<std::string> match_columns;  ///< by which rows are matched, where their keys change
  std::map<std::string, std::vector<Declared>, std::less<>> changes;  ///< by column
  std::map<std::string, Declared, std::less<>> drops;                 ///< by column
  std::vector<Declared> removals;
  std::vector<Declared> additions;
  std::vector<Declared> dropped;  ///< not empty where the table itself goes
};

/// Expectations by the name that a table has before the path; tables that no effect names are not in it.
[[nodiscard]] std::map<std::string, Expectation, std::less<>> expectations_of(const migration::Path& path);

}  // namespace liftlock::change::verification

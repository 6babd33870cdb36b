#pragma once

#include <string>
#include <vector>

#include "database/dialect.hpp"
#include "database/schema.hpp"

/// What `db revision --autogenerate` writes into the two functions of a revision file.
namespace liftlock::migration {

struct GeneratedOperations {
  /// Lines of Python without the indentation of the function's body (four blanks a level below it); empty: nothing to
  /// do.
  std::vector<std::string> upgrade;
  std::vector<std::string> downgrade;
  /// Needed besides `from alembic import op` and `import sqlalchemy as sa`.
  std::vector<std::string> imports;
  /// Whole sentences: what these operations may do to rows, and what cannot be seen in two schemas.
  std::vector<std::string> notes;
};

/// `op.*` calls that make `from` like `to` (and back), for real Alembic. On SQLite with batch mode where a table must
/// be rebuilt, and with every index, constraint and default that reflection does not give back. Both schemas are
/// spelled in `dialect` (see database/translate_schema.hpp); leave alembic_version out of them.
[[nodiscard]] GeneratedOperations render_operations(const database::Schema& from, const database::Schema& to,
                                                    database::Dialect dialect);

}  // namespace liftlock::migration

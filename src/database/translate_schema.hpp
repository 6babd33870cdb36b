#pragma once

#include <string>

#include "database/dialect.hpp"
#include "database/schema.hpp"

namespace liftlock::database {

/// A schema of one database as SQLAlchemy would have made it in the other: what the same `create_table` leaves in
/// each is equal afterwards, so that schemas can be compared, and made like each other, across databases. Types are
/// spelled alike in both (schema.hpp). Translated are defaults (0 and false, casts, now() and CURRENT_TIMESTAMP, the
/// sequence of a serial key), conditions, and names: PostgreSQL gives one to each constraint that has none, and leaves
/// out a UNIQUE that only repeats the primary key.
///
/// Where `model`, a schema of the other database, has the same part and means the same by it, the part is spelled as
/// there: PostgreSQL writes an expression anew, with casts and parentheses, and JSONB is JSON to SQLite. Triggers, and
/// texts of CREATE statements, are left out.
[[nodiscard]] Schema translate_schema(const Schema& schema, Dialect from, Dialect to, const Schema& model = {});

}  // namespace liftlock::database

#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "database/postgres.hpp"

/// What revisions ask of a database (conditions of effects, proofs), asked of PostgreSQL. It is written once, in words
/// that SQLite and PostgreSQL both know, and with SQLite's functions on JSON, which the server is given meanwhile.
namespace liftlock::migration::postgres {

/// Makes json_valid, json_type, json_extract, json_array_length and json_each in the session's temporary schema. Must
/// be called inside a transaction, whose end takes them back where drop_json_functions() has not done so before.
[[nodiscard]] Result<void> make_json_functions(database::postgres::Connection& connection);
[[nodiscard]] Result<void> drop_json_functions(database::postgres::Connection& connection);

/// The question as the server takes it, once it has these functions.
[[nodiscard]] std::string question(std::string_view sql);

/// Whether the server's refusal means that a table or a column which the question names is not there.
[[nodiscard]] bool names_what_is_missing(const Error& refusal);

/// A condition of a revision as one that is true or false, never NULL.
[[nodiscard]] std::string truth(std::string_view condition);

}  // namespace liftlock::migration::postgres

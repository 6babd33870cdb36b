#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "change/verification.hpp"
#include "change/verification/expectations.hpp"
#include "database/postgres.hpp"
#include "database/schema.hpp"
#include "migration/builder.hpp"

namespace liftlock::change {

/// Tables that say where the database stands, and hold nothing of a user's.
[[nodiscard]] bool is_version_table(std::string_view name);

/// What the rows of a PostgreSQL database were before a migration: for each row its key, and a hash of every value that
/// no revision of the path declares to change. It is kept on the server, in temporary tables that end with the
/// transaction, so that neither memory nor the network carries it.
class PostgresLedger {
 public:
  /// Must be called inside the migration's transaction, before it, while the server has the functions of
  /// migration::postgres::make_json_functions(). `path` must outlive the ledger. Only tables that
  /// `expected` has, the schema to be, or that a revision names: no revision touches any other, and those may be large
  /// (vectors).
  [[nodiscard]] static Result<PostgresLedger> write(database::postgres::Connection& connection,
                                                    const database::Schema& before, const database::Schema& expected,
                                                    const migration::Path& path);

  struct Accounting {
    std::int64_t tables = 0;
    std::int64_t rows_compared = 0;
    std::vector<ExplainedDifference> explained;
    std::vector<std::string> unexplained;  ///< sentences with a few keys each; never a user's content
  };
  /// Matches the rows that were there with those that are there now; every difference is declared by a revision, or
  /// unexplained.
  [[nodiscard]] Result<Accounting> compare(database::postgres::Connection& connection,
                                           const database::Schema& after) const;

  /// Whether the server itself takes rows out of the table, since they refer to some that a revision takes out.
  [[nodiscard]] bool goes_with_others(std::string_view table) const;

 private:
  friend class PageComparison;

  struct Page {
    std::string table;                 ///< its name before
    std::string page;                  ///< the temporary table; empty where the table has no key, or goes
    std::vector<std::string> key;      ///< the columns by which rows are matched
    std::vector<std::string> columns;  ///< all that the table had
    std::vector<std::string> hashed;   ///< those of them that the page has as h0, h1, …
    /// What may take rows out of it: declared for the table itself, or for one that its rows go with (CASCADE).
    std::vector<verification::Declared> removals;
    bool goes_with_others = false;
    std::int64_t rows = 0;
  };
  explicit PostgresLedger(const migration::Path& path) : path_(&path) {}

  const migration::Path* path_;
  std::vector<Page> pages_;
};

}  // namespace liftlock::change

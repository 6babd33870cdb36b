#include "migration/postgres/losses.hpp"

#include <fmt/core.h>

#include "database/postgres_schema.hpp"
#include "database/sqlite.hpp"
#include "migration/loss_counter.hpp"
#include "migration/postgres/questions.hpp"

namespace liftlock::migration::postgres {

namespace {

class Counter final : public LossCounter {
 public:
  explicit Counter(database::postgres::Connection& connection) : connection_(connection) {}

  Result<std::int64_t> count(const std::string& table, const std::string& where) override {
    TRY(connection_.execute("SAVEPOINT liftlock_count"));
    const auto counted = connection_.query_integer(
        fmt::format("SELECT count(*) FROM {} WHERE {}", database::quote_identifier(table), where));
    if (!counted) TRY(connection_.execute("ROLLBACK TO SAVEPOINT liftlock_count"));
    TRY(connection_.execute("RELEASE SAVEPOINT liftlock_count"));
    return TRY(counted).value_or(0);
  }

  [[nodiscard]] std::string truth(std::string_view condition) const override { return postgres::truth(condition); }

  [[nodiscard]] std::string has_content(const database::Column& column) const override {
    const std::string text = database::quote_identifier(column.name) + "::text";
    std::string condition = fmt::format("{} NOT IN ('', 'null', '{{}}', '[]')", text);
    if (column.server_default && *column.server_default != "nextval")
      condition += fmt::format(" AND {} IS DISTINCT FROM ({})::text", text, *column.server_default);
    return condition;
  }

 private:
  database::postgres::Connection& connection_;
};

}  // namespace

Result<std::vector<DownwardLoss>> count_downward_losses(database::postgres::Connection& connection, const Path& path) {
  Counter counter(connection);
  return migration::count_downward_losses(TRY(database::postgres::read_schema(connection)), path, counter);
}

}  // namespace liftlock::migration::postgres

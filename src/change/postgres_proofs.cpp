#include "change/postgres_proofs.hpp"

#include <fmt/core.h>

#include <optional>

#include "migration/postgres/questions.hpp"

namespace liftlock::change {

using database::postgres::Connection;

namespace {

/// nullopt where a table or a column that the question names is not there.
Result<std::optional<std::int64_t>> ask_one(Connection& connection, std::string_view sql) {
  TRY(connection.execute("SAVEPOINT liftlock_proof"));
  auto answer = connection.query_integer(fmt::format("SELECT ({})::bigint", migration::postgres::question(sql)));
  if (answer) {
    TRY(connection.execute("RELEASE SAVEPOINT liftlock_proof"));
    return answer->value_or(0);
  }
  if (!migration::postgres::names_what_is_missing(answer.error())) return std::unexpected(std::move(answer).error());
  TRY(connection.execute("ROLLBACK TO SAVEPOINT liftlock_proof; RELEASE SAVEPOINT liftlock_proof"));
  return std::nullopt;
}

}  // namespace

Result<PostgresProofs> PostgresProofs::ask(Connection& connection, const migration::Path& path) {
  PostgresProofs proofs;
  proofs.goes_down_ = !path.downward.empty();
  for (const migration::Revision* revision : path.all()) {
    for (const migration::Proof& proof : revision->proofs) {
      if (const auto before = TRY(ask_one(connection, proof.before))) proofs.asked_.push_back({&proof, *before});
    }
  }
  return proofs;
}

Result<std::vector<Check>> PostgresProofs::compare(Connection& connection) const {
  std::vector<Check> checks;
  for (const auto& [proof, before] : asked_) {
    const auto after = TRY(ask_one(connection, proof->after));
    if (!after && goes_down_) continue;  // a later step has dropped what this one had moved the data to
    const std::int64_t found = after.value_or(0);
    const bool ok = after && found == before;
    checks.push_back({.id = fmt::format("proof-{}", proof->id),
                      .title = fmt::format("All {} are there", proof->title),
                      .ok = ok,
                      .detail = ok ? "" : fmt::format("{} before, {} after", before, found),
                      .numbers = {{"before", before}, {"after", found}}});
  }
  return checks;
}

}  // namespace liftlock::change

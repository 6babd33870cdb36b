#include "deployment/postgres_access.hpp"

namespace liftlock::deployment {

Result<std::optional<PostgresAccess>> postgres_access(const DatabaseSettings& settings) {
  if (settings.url.empty() || settings.url.starts_with("sqlite")) return std::nullopt;
  database::Url url = TRY(database::parse_url(settings.url));
  if (url.dialect != "postgresql") return std::nullopt;
  return PostgresAccess{.url = std::move(url), .schema = settings.schema, .through = {}};
}

}  // namespace liftlock::deployment

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace liftlock::database {

/// A SQLAlchemy database URL, understood.
struct Url {
  std::string dialect;         ///< "sqlite" or "postgresql"
  std::filesystem::path file;  ///< sqlite: as given, absolute or relative
  std::string safe;            ///< the URL with a password replaced by ***, for messages
};

/// Understands `sqlite:////absolute/path`, `sqlite:///relative/path`, either with a driver (`sqlite+pysqlite`) and
/// percent-encoded, with a query that is ignored, and a bare path for convenience. `postgres://` and `postgresql://`
/// give only their dialect. Errors (kind usage): "database-url-invalid", "database-url-unsupported".
[[nodiscard]] Result<Url> parse_url(std::string_view url);

/// The URL of a file: the inverse of parse_url.
[[nodiscard]] std::string sqlite_url(const std::filesystem::path& file);

}  // namespace liftlock::database

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace liftlock::database {

/// A SQLAlchemy database URL, understood.
struct Url {
  std::string dialect;         ///< "sqlite" or "postgresql"
  std::filesystem::path file;  ///< sqlite: as given, absolute or relative
  std::string safe;            ///< the URL with a password replaced by ***, for messages
  /// postgresql: libpq's keywords and their values, the password among them.
  std::vector<std::pair<std::string, std::string>> parameters = {};
};

/// Understands `sqlite:////absolute/path`, `sqlite:///relative/path`, either with a driver (`sqlite+pysqlite`) and
/// percent-encoded, with a query that is ignored, and a bare path for convenience. So are `postgresql://`, the older
/// `postgres://`, either with a driver: user, password, host (an IPv6 address in brackets), port, name, and in the
/// query what libpq knows (`sslmode`, `host` for a folder with a socket, …); asyncpg's `ssl` is taken for `sslmode`.
/// Errors (kind usage): "database-url-invalid", "database-url-unsupported".
[[nodiscard]] Result<Url> parse_url(std::string_view url);

/// The URL of a file: the inverse of parse_url.
[[nodiscard]] std::string sqlite_url(const std::filesystem::path& file);

}  // namespace liftlock::database

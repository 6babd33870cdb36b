#include "database/url.hpp"

#include <fmt/core.h>

#include <optional>

namespace liftlock::database {

namespace {

std::unexpected<Error> invalid(std::string id, std::string_view url, std::string what) {
  return std::unexpected(Error{.kind = ErrorKind::usage,
                               .id = std::move(id),
                               .doing = fmt::format("Reading the database URL {}", url),
                               .what = std::move(what),
                               .state = {},
                               .next = "A SQLite database is named like this: sqlite:////absolute/path/webui.db"});
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Percent-decoding as Python's unquote does it: what is not an escape stays as it is.
std::string decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (escape) {
      decoded.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

std::string encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || std::string_view("/._-~").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

/// user:password@host → user:***@host.
std::string without_password(std::string_view url) {
  const std::size_t start = url.find("://");
  const std::size_t authority = start == std::string_view::npos ? 0 : start + 3;
  const std::size_t at = url.rfind('@');
  const std::size_t colon = url.find(':', authority);
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) return std::string(url);
  return fmt::format("{}:***{}", url.substr(0, colon), url.substr(at));
}

Result<Url> file_url(std::string file, std::string safe) {
  if (file.empty() || file == ":memory:") {
    return invalid("database-url-invalid", safe, "it names no file");
  }
  if (file.find('\0') != std::string::npos)
    return invalid("database-url-invalid", safe, "a path cannot hold a zero byte");
  return Url{.dialect = "sqlite", .file = std::move(file), .safe = std::move(safe)};
}

Result<Url> sqlite(std::string_view rest, std::string safe) {
  const std::string_view path = rest.substr(0, rest.find('?'));
  if (!path.starts_with('/')) {
    return invalid("database-url-invalid", safe,
                   "a sqlite URL has no host: three slashes stand before the path, four before an absolute one");
  }
  return file_url(decode(path.substr(1)), std::move(safe));
}

}  // namespace

Result<Url> parse_url(std::string_view url) {
  const std::size_t separator = url.find("://");
  if (separator == std::string_view::npos) {
    if (url.empty()) return invalid("database-url-invalid", url, "it is empty");
    if (url.starts_with("sqlite:"))
      return invalid("database-url-invalid", url, "\"sqlite:\" is followed by three or four slashes");
    return file_url(std::string(url), std::string(url));
  }
  const std::string_view scheme = url.substr(0, separator);
  const std::string_view dialect = scheme.substr(0, scheme.find('+'));
  const std::string_view driver =
      dialect.size() < scheme.size() ? scheme.substr(dialect.size() + 1) : std::string_view{};
  std::string safe = without_password(url);
  if (driver == "sqlcipher") {
    return invalid("database-url-unsupported", safe,
                   "encrypted databases are not supported, and Open WebUI refuses them from 0.9.0 on");
  }
  if (dialect == "sqlite") return sqlite(url.substr(separator + 3), std::string(url));
  if (dialect == "postgresql" || dialect == "postgres") {
    return Url{.dialect = "postgresql", .file = {}, .safe = std::move(safe)};
  }
  return invalid("database-url-unsupported", safe,
                 fmt::format("\"{}\" is not a database that Open WebUI can use", dialect));
}

std::string sqlite_url(const std::filesystem::path& file) { return "sqlite:///" + encode(file.string()); }

}  // namespace liftlock::database

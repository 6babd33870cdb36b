#include "database/url.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

namespace liftlock::database {

namespace {

std::unexpected<Error> invalid(std::string id, std::string_view url, std::string what) {
  return std::unexpected(Error{.kind = ErrorKind::usage,
                               .id = std::move(id),
                               .doing = fmt::format("Reading the database URL {}", url),
                               .what = std::move(what),
                               .state = {},
                               .next = "A SQLite database is named like this: sqlite:////absolute/path/webui.db\n"
                                       "A PostgreSQL database like this: postgresql://user:password@host:5432/name"});
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

/// user:password@host → user:***@host, and ?password=… → ?password=***.
std::string without_password(std::string_view url) {
  const std::size_t start = url.find("://");
  const std::size_t authority = start == std::string_view::npos ? 0 : start + 3;
  const std::size_t at = url.rfind('@');
  const std::size_t colon = url.find(':', authority);
  const bool has_password = at != std::string_view::npos && colon != std::string_view::npos && colon < at;
  std::string safe = has_password ? fmt::format("{}:***{}", url.substr(0, colon), url.substr(at)) : std::string(url);
  for (std::size_t place = safe.find('?'); place != std::string::npos;) {
    const std::size_t equals = safe.find('=', place);
    const std::size_t next = safe.find('&', place + 1);
    const std::string name = decode(std::string_view(safe).substr(place + 1, equals - place - 1));
    if (equals < next && name.ends_with("password")) {
      safe.replace(equals + 1, (next == std::string::npos ? safe.size() : next) - equals - 1, "***");
      place = safe.find('&', equals);
    } else {
      place = next;
    }
  }
  return safe;
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

/// What a query may hold: libpq's keywords that name a server or the way to it
/// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS).
constexpr std::array<std::string_view, 30> libpq_keywords{"host",
                                                          "hostaddr",
                                                          "port",
                                                          "dbname",
                                                          "user",
                                                          "password",
                                                          "passfile",
                                                          "sslmode",
                                                          "sslcert",
                                                          "sslkey",
                                                          "sslpassword",
                                                          "sslrootcert",
                                                          "sslcrl",
                                                          "sslcrldir",
                                                          "sslsni",
                                                          "sslcompression",
                                                          "ssl_min_protocol_version",
                                                          "ssl_max_protocol_version",
                                                          "channel_binding",
                                                          "connect_timeout",
                                                          "options",
                                                          "application_name",
                                                          "keepalives",
                                                          "keepalives_idle",
                                                          "keepalives_interval",
                                                          "keepalives_count",
                                                          "tcp_user_timeout",
                                                          "target_session_attrs",
                                                          "gssencmode",
                                                          "krbsrvname"};

using Parameters = std::vector<std::pair<std::string, std::string>>;

void set(Parameters& parameters, const std::string& name, std::string value) {
  std::erase_if(parameters, [&](const auto& parameter) { return parameter.first == name; });
  parameters.emplace_back(name, std::move(value));
}

/// "a=b&c=d", as in a form: + is a space. The name that libpq has no use for, where there is one.
std::optional<std::string> read_query(std::string_view query, Parameters& parameters) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    std::string item(query.substr(0, end));
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (item.empty()) continue;
    std::ranges::replace(item, '+', ' ');
    const std::size_t equals = item.find('=');
    std::string name = decode(std::string_view(item).substr(0, equals));
    std::string value = equals == std::string::npos ? std::string() : decode(std::string_view(item).substr(equals + 1));
    if (name == "ssl") {  // asyncpg's
      name = "sslmode";
      if (value == "true" || value == "True" || value == "1") value = "require";
      if (value == "false" || value == "False" || value == "0") value = "disable";
    }
    if (std::ranges::find(libpq_keywords, name) == libpq_keywords.end()) return name;
    set(parameters, name, std::move(value));
  }
  return std::nullopt;
}

/// host, host:port, [::1]:port; false where that makes no sense.
bool read_host(std::string_view text, Parameters& parameters) {
  std::string_view host = text.substr(0, text.rfind(':'));
  std::string_view port = host.size() < text.size() ? text.substr(host.size() + 1) : std::string_view{};
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return false;
    if (!port.empty()) port.remove_prefix(1);
  }
  if (port.find_first_not_of("0123456789") != std::string_view::npos || port.size() > 5) return false;
  if (!host.empty()) parameters.emplace_back("host", decode(host));
  if (!port.empty()) parameters.emplace_back("port", std::string(port));
  return true;
}

Result<Url> postgresql(std::string_view rest, std::string safe) {
  Url url{.dialect = "postgresql", .file = {}, .safe = std::move(safe), .parameters = {}};
  Parameters& parameters = url.parameters;
  // SQLAlchemy ends the password at the last @ before the query.
  const std::size_t question = rest.find('?', rest.find('@') == std::string_view::npos ? 0 : rest.find('@'));
  const std::string_view query = question == std::string_view::npos ? std::string_view{} : rest.substr(question + 1);
  rest = rest.substr(0, question);
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view credentials = rest.substr(0, at);
    const std::size_t colon = credentials.find(':');
    parameters.emplace_back("user", decode(credentials.substr(0, colon)));
    if (colon != std::string_view::npos) parameters.emplace_back("password", decode(credentials.substr(colon + 1)));
    rest.remove_prefix(at + 1);
  }
  const std::size_t slash = rest.find('/');
  if (!read_host(rest.substr(0, slash), parameters)) {
    return invalid("database-url-invalid", url.safe, "its host or port makes no sense");
  }
  if (slash != std::string_view::npos && slash + 1 < rest.size()) {
    parameters.emplace_back("dbname", std::string(rest.substr(slash + 1)));
  }
  if (const auto unknown = read_query(query, parameters)) {
    return invalid("database-url-invalid", url.safe, fmt::format("there is no option \"{}\"", *unknown));
  }
  for (const auto& [name, value] : parameters) {
    if (value.find('\0') != std::string::npos) {
      return invalid("database-url-invalid", url.safe, fmt::format("its {} holds a zero byte", name));
    }
  }
  return url;
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
    return postgresql(url.substr(separator + 3), std::move(safe));
  }
  return invalid("database-url-unsupported", safe,
                 fmt::format("\"{}\" is not a database that Open WebUI can use", dialect));
}

std::string sqlite_url(const std::filesystem::path& file) { return "sqlite:///" + encode(file.string()); }

}  // namespace liftlock::database

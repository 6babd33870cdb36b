#include "registry/reference.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace liftlock::registry {

namespace {

constexpr std::string_view default_host = "docker.io";
constexpr std::string_view default_folder = "library/";
constexpr std::size_t longest_name = 255;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

std::unexpected<Error> invalid(std::string_view text, std::string what) {
  return std::unexpected(Error{ErrorKind::usage, "image-invalid", fmt::format("Reading the image's name \"{}\"", text),
                               std::move(what), "Nothing was changed.",
                               "Such names look like ghcr.io/open-webui/open-webui:v0.12.4"});
}

/// Lower-case letters and digits, held together by '.', '_', "__" or any number of '-'.
bool is_path_part(std::string_view part) {
  const auto separates = [](char c) { return c == '.' || c == '_' || c == '-'; };
  if (part.empty() || separates(part.front()) || separates(part.back())) return false;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (is_lower(part[i]) || is_digit(part[i])) continue;
    if (!separates(part[i])) return false;
    std::size_t end = i;
    while (separates(part[end])) ++end;
    const std::string_view separator = part.substr(i, end - i);
    const bool dashes = separator.find_first_not_of('-') == std::string_view::npos;
    if (!dashes && separator != "." && separator != "_" && separator != "__") return false;
    i = end - 1;
  }
  return true;
}

bool is_path(std::string_view path) {
  while (true) {
    const std::size_t slash = path.find('/');
    if (!is_path_part(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool is_domain_part(std::string_view part) {
  return !part.empty() && part.front() != '-' && part.back() != '-' &&
         std::ranges::all_of(part, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_domain(std::string_view domain) {
  if (domain.starts_with('[') && domain.ends_with(']')) {
    return domain.size() > 4 && domain.find_first_not_of("0123456789abcdefABCDEF:", 1) == domain.size() - 1;
  }
  while (true) {
    const std::size_t dot = domain.find('.');
    if (!is_domain_part(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

/// A name or an address, with a port where one is named.
bool is_host(std::string_view host) {
  const std::size_t colon = host.ends_with(']') ? std::string_view::npos : host.rfind(':');
  if (colon == std::string_view::npos) return is_domain(host);
  const std::string_view port = host.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && std::ranges::all_of(port, is_digit) && is_domain(host.substr(0, colon));
}

bool names_a_host(std::string_view part) {
  return part.find_first_of(".:") != std::string_view::npos || part == "localhost" ||
         std::ranges::any_of(part, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

bool is_digest(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text.front())) return false;
  const std::string_view algorithm = text.substr(0, colon);
  const std::string_view hex = text.substr(colon + 1);
  return std::ranges::all_of(algorithm, [](char c) { return is_word(c) || c == '+' || c == '.' || c == '-'; }) &&
         hex.size() >= (algorithm == "sha256" ? 64 : 32) && (algorithm != "sha256" || hex.size() == 64) &&
         hex.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= 128 && is_word(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

Result<Reference> parse_reference(std::string_view text) {
  Reference reference;
  std::string_view rest = text;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    reference.digest = rest.substr(at + 1);
    if (!is_digest(reference.digest)) return invalid(text, "What stands behind its '@' is no digest.");
    rest = rest.substr(0, at);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
    reference.tag = rest.substr(colon + 1);
    if (!is_tag(reference.tag)) return invalid(text, "What stands behind its last ':' is no tag.");
    rest = rest.substr(0, colon);
  }
  const std::size_t slash = rest.find('/');
  const bool has_host = slash != std::string_view::npos && names_a_host(rest.substr(0, slash));
  reference.host = has_host ? rest.substr(0, slash) : default_host;
  reference.path = has_host ? rest.substr(slash + 1) : rest;
  if (reference.host == "index.docker.io") reference.host = default_host;
  if (!is_host(reference.host)) return invalid(text, fmt::format("\"{}\" is no host.", reference.host));
  if (!is_path(reference.path)) {
    return invalid(text, fmt::format("\"{}\" is no repository: lower-case letters, digits, '.', '_', '-' and '/'.",
                                     reference.path));
  }
  if (reference.host == default_host && reference.path.find('/') == std::string::npos)
    reference.path.insert(0, default_folder);
  if (reference.host.size() + 1 + reference.path.size() > longest_name) return invalid(text, "It is too long.");
  return reference;
}

std::string repository_of(const Reference& reference) { return fmt::format("{}/{}", reference.host, reference.path); }

std::string familiar_repository_of(const Reference& reference) {
  if (reference.host != default_host) return repository_of(reference);
  const std::string_view path = reference.path;
  const bool lone = path.starts_with(default_folder) && path.find('/', default_folder.size()) == std::string_view::npos;
  return std::string(lone ? path.substr(default_folder.size()) : path);
}

std::string to_string(const Reference& reference) {
  std::string text = familiar_repository_of(reference);
  if (!reference.tag.empty()) text += ":" + reference.tag;
  if (!reference.digest.empty()) text += "@" + reference.digest;
  return text;
}

}  // namespace liftlock::registry

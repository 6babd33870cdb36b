#include "registry/credentials.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <vector>

#include "base/base64.hpp"
#include "base/file.hpp"
#include "base/json.hpp"

namespace liftlock::registry {

namespace {

namespace fs = std::filesystem;
using json::Json;
using json::text_at;

constexpr std::string_view hub = "docker.io";
/// Under which `docker login` keeps what is for docker.io.
constexpr std::string_view hub_key = "https://index.docker.io/v1/";
/// Instead of a user's name where the secret is an identity token.
constexpr std::string_view token_user = "<token>";

std::string key_of(std::string_view host) { return std::string(host == hub ? hub_key : host); }

/// "https://ghcr.io/v2/" → "ghcr.io", and all names of docker.io → "docker.io".
std::string host_in(std::string_view key) {
  if (const std::size_t scheme = key.find("://"); scheme != std::string_view::npos) key.remove_prefix(scheme + 3);
  key = key.substr(0, key.find('/'));
  return std::string(key == "index.docker.io" || key == "registry-1.docker.io" ? hub : key);
}

/// The member of `object` for a registry: by its exact key, else by a key that names the same host. Null: there is
/// none.
Json member_for(const Json& object, std::string_view host) {
  if (!object.is_object()) return {};
  if (const auto exact = object.find(key_of(host)); exact != object.end()) return *exact;
  for (const auto& [key, value] : object.items()) {
    if (host_in(key) == host) return value;
  }
  return {};
}

std::unexpected<Error> invalid(const fs::path& file, std::string what) {
  return failure("credentials-invalid", fmt::format("Reading the credentials in {}", file.string()), std::move(what),
                 "Correct it, or log in anew: docker login");
}

Result<Json> read_config(const fs::path& file) {
  if (!file::exists(file)) return Json::object();
  Json config = Json::parse(TRY(file::read(file)), nullptr, false);
  if (!config.is_object()) return invalid(file, "It is not JSON.");
  return config;
}

Result<Credentials> from_auths(const Json& config, std::string_view host, const fs::path& file) {
  const Json entry = member_for(config.value("auths", Json()), host);
  Credentials credentials{.user = text_at(entry, {"username"}),
                          .password = text_at(entry, {"password"}),
                          .identity_token = text_at(entry, {"identitytoken"})};
  const std::string encoded = text_at(entry, {"auth"});
  if (encoded.empty()) return credentials;
  const auto decoded = decode_base64(encoded);
  const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return invalid(file, fmt::format("What it holds for {} is not user:password.", host));
  credentials.user = decoded->substr(0, colon);
  credentials.password = decoded->substr(colon + 1);
  while (credentials.password.ends_with('\0')) credentials.password.pop_back();
  return credentials;
}

std::string first_line(const std::string& text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return {};
  return text.substr(start, text.find_first_of("\r\n", start) - start);
}

/// Of the program docker-credential-NAME. nullopt: it has none for this registry.
/// https://github.com/docker/docker-credential-helpers#development
Result<std::optional<Credentials>> from_helper(const std::string& name, std::string_view host,
                                               const CredentialSource& source) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  };
  if (!std::ranges::all_of(name, fits))
    return invalid(source.folder / "config.json", fmt::format("\"{}\" is no name of a credential helper.", name));
  const std::string program = "docker-credential-" + name;
  const std::string doing = fmt::format("Asking {} for the credentials of {}", program, host);
  const auto done = source.run({.command = {program, "get"}, .environment = {}, .folder = {}}, key_of(host));
  if (!done) {
    return failure("credentials-helper", doing, done.error().what,
                   fmt::format("Install it, or take it out of {}.", (source.folder / "config.json").string()));
  }
  if (done->status != 0) {
    std::string words = first_line(done->output);  // the protocol's place for an error
    if (words.empty()) words = first_line(done->errors);
    if (words.find("credentials not found") != std::string::npos) return std::nullopt;
    return failure("credentials-helper", doing,
                   words.empty() ? fmt::format("It ended with exit status {}.", done->status) : words);
  }
  const Json answer = Json::parse(done->output, nullptr, false);
  const std::string user = text_at(answer, {"Username"});
  const std::string secret = text_at(answer, {"Secret"});
  if (user.empty() && secret.empty()) return failure("credentials-helper", doing, "Its answer cannot be understood.");
  if (user == token_user) return Credentials{.user = {}, .password = {}, .identity_token = secret};
  return Credentials{.user = user, .password = secret, .identity_token = {}};
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

CredentialSource docker_credentials() {
  CredentialSource source;
  source.folder = variable("DOCKER_CONFIG");
  if (source.folder.empty() && !variable("HOME").empty()) source.folder = fs::path(variable("HOME")) / ".docker";
  return source;
}

Result<Credentials> find_credentials(std::string_view host, const CredentialSource& source) {
  if (source.folder.empty()) return Credentials{};
  const fs::path file = source.folder / "config.json";
  const Json config = TRY(read_config(file));
  const Json named = member_for(config.value("credHelpers", Json()), host);
  const std::string helper = named.is_string() ? named.get<std::string>() : text_at(config, {"credsStore"});
  if (!helper.empty()) {
    if (auto found = TRY(from_helper(helper, host, source))) return *std::move(found);
  }
  return from_auths(config, host, file);
}

std::string registry_auth(const Credentials& credentials, std::string_view host) {
  if (credentials.empty()) return {};
  Json document = {{"serveraddress", key_of(host)}};
  if (!credentials.identity_token.empty()) {
    document["identitytoken"] = credentials.identity_token;
  } else {
    document["username"] = credentials.user;
    document["password"] = credentials.password;
  }
  return base64_url(document.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace liftlock::registry

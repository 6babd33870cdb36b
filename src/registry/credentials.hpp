#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/child.hpp"
#include "base/error.hpp"

namespace liftlock::registry {

/// What a registry may be shown to be let in. Secrets: never for a log, an error or a command line.
struct Credentials {
  std::string user;
  std::string password;
  std::string identity_token;  ///< instead of user and password: an OAuth 2 refresh token
  [[nodiscard]] bool empty() const { return user.empty() && identity_token.empty(); }
};

/// Where `docker login` keeps them, and what runs the helpers; replaced in tests.
struct CredentialSource {
  std::filesystem::path folder;  ///< that holds config.json; empty: none
  std::function<Result<process::Captured>(const process::Child&, std::string_view input)> run = process::run_captured;
};

/// $DOCKER_CONFIG, else ~/.docker.
[[nodiscard]] CredentialSource docker_credentials();

/// For the registry `host` ("docker.io", "ghcr.io", "localhost:5000"): of the helper that config.json names for it
/// (credHelpers, else credsStore), else from its `auths`. Empty where there are none. Errors: "credentials-invalid"
/// (config.json cannot be read), "credentials-helper" with the helper's own words.
/// https://docs.docker.com/reference/cli/docker/login/#credential-stores
[[nodiscard]] Result<Credentials> find_credentials(std::string_view host, const CredentialSource& source);

/// What an engine wants in the header X-Registry-Auth to pull from `host`; empty for empty credentials. A secret.
[[nodiscard]] std::string registry_auth(const Credentials& credentials, std::string_view host);

}  // namespace liftlock::registry

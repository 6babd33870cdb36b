#include "cli/elsewhere.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "change/backup.hpp"
#include "cli/interrupt.hpp"
#include "deployment/configuration.hpp"
#include "deployment/deployment.hpp"
#include "deployment/docker/helper.hpp"
#include "deployment/docker/kept_program.hpp"
#include "deployment/platform.hpp"
#include "registry/credentials.hpp"
#include "registry/reference.hpp"

namespace liftlock::cli {

namespace {

using deployment::docker::Connection;
using deployment::docker::Ground;
using deployment::docker::Obstacle;

constexpr std::string_view docker_prefix = "docker:";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Commands that ask the engine and the registries alone, and those that are run anew for each deployment.
bool needs_no_data(const Command& command) { return command.name == "logs" || command.name == "versions"; }

/// The name of the container that DEPLOYMENT may be; empty where it is none, or something else, too, that has to be
/// said first. Whether it is there, the engine knows.
Result<std::string> container_in(const Command& command, const Arguments& arguments) {
  const auto takes = [](const Argument& argument) { return argument.name == "DEPLOYMENT"; };
  if (needs_no_data(command) || std::ranges::none_of(command.arguments, takes)) return std::string();
  std::string address = arguments.text("DEPLOYMENT").value_or("");
  if (address.starts_with(docker_prefix)) return address.substr(docker_prefix.size());
  if (address.find_first_of("/:") != std::string::npos) return std::string();
  if (!file::exists(address)) return address;
  const auto full = deployment::full_address(address, TRY(deployment::home_folder()));
  return full && full->starts_with(docker_prefix) ? address : std::string();
}

/// Without --config: what it says is written anew for the helper.
std::vector<std::string> words_there(const std::vector<std::string>& words) {
  std::vector<std::string> kept;
  bool value_follows = false;
  bool options = true;
  for (const std::string& word : words) {
    options = options && word != "--";
    const bool left_out = std::exchange(value_follows, options && word == "--config");
    if (!left_out && !(options && (word == "--config" || word.starts_with("--config=")))) kept.push_back(word);
  }
  return kept;
}

std::vector<std::string> environment_there(const Terminal& terminal) {
  constexpr std::array<std::string_view, 12> passed = {"NO_COLOR",    "TERM",        "LANG",      "LC_ALL",
                                                       "http_proxy",  "HTTP_PROXY",  "no_proxy",  "NO_PROXY",
                                                       "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  constexpr std::array<std::string_view, 4> own = {"LIFTLOCK_HOME", "LIFTLOCK_ENGINE_SOCKET", "LIFTLOCK_HELPER",
                                                   "LIFTLOCK_TERMINAL"};
  std::vector<std::string> lines = {"LIFTLOCK_TERMINAL=" + terminal_text(terminal)};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const std::string_view name = line.substr(0, line.find('='));
    const bool ours = name.starts_with("LIFTLOCK_") && std::ranges::find(own, name) == own.end();
    if (ours || std::ranges::find(passed, name) != passed.end()) lines.emplace_back(line);
  }
  return lines;
}

Result<std::string> configuration_there(const Context& context, const std::string& name) {
  const std::string address = std::string(docker_prefix) + name;
  const std::string pin = TRY(deployment::read_configuration(context.globals().config)).of(address).pin;
  return pin.empty() ? std::string() : fmt::format("[deployment.\"{}\"]\npin = \"{}\"\n", address, pin);
}

/// For the registries of the image that is deployed and of the one that is wished for.
Result<std::string> credentials_there(const Ground& ground, const Arguments& arguments) {
  std::vector<std::string> hosts;
  const auto add = [&](const Result<registry::Reference>& reference) {
    if (reference) hosts.push_back(reference->host);
  };
  add(deployment::image_reference(ground.instance));
  if (const std::string wish = arguments.text("VERSION").value_or(""); wish.find('/') != std::string::npos)
    add(registry::parse_reference(wish));
  nlohmann::json auths = nlohmann::json::object();
  for (const std::string& host : hosts) {
    const registry::Credentials found = TRY(registry::find_credentials(host, registry::docker_credentials()));
    if (found.empty()) continue;
    auths[host] = {{"username", found.user}, {"password", found.password}, {"identitytoken", found.identity_token}};
  }
  if (auths.empty()) return std::string();
  return nlohmann::json{{"auths", auths}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool takes(const Command& command, std::string_view argument) {
  return std::ranges::any_of(command.arguments, [&](const Argument& one) { return one.name == argument; });
}

/// Ctrl-C and SIGTERM are the helper's. One that hears neither is left after the third.
class Signals {
 public:
  std::optional<std::string> next() {
    if (told_to_end() && !std::exchange(ended_, true)) {
      forget_interrupts();
      return "TERM";
    }
    if (!interrupted()) return std::nullopt;
    forget_interrupts();
    constexpr int patience = 3;
    if (++count_ >= patience) _exit(130);
    return "INT";
  }

 private:
  bool ended_ = false;
  int count_ = 0;
};

void write_there(std::string_view bytes, bool error) {
  std::FILE* file = error ? stderr : stdout;
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fflush(file);  // an answer that cannot be written is told at the end
}

void say_so(Context& context, const std::string& name, const Ground& ground) {
  const std::string_view why =
      ground.obstacle == Obstacle::denied ? "this user may not open its data" : "its data is not on this machine";
  context.say(
      fmt::format("docker:{}: {}; working in a helper container of its image. Paths are those of the engine's "
                  "machine.\n",
                  name, why));
}

Result<int> send(Context& context, Connection& connection, const Ground& ground, const Command& command,
                 const Arguments& arguments, const std::string& name, const std::vector<std::string>& words) {
  const Globals& globals = context.globals();
  const bool asks = context.terminal().input && !globals.yes && !globals.no_input && !globals.json;
  deployment::docker::Errand errand{.instance = name,
                                    .words = words_there(words),
                                    .environment = environment_there(context.terminal()),
                                    .configuration = TRY(configuration_there(context, name)),
                                    .credentials = {},
                                    .keeps_state = command.works_long};
  if (takes(command, "VERSION")) errand.credentials = TRY(credentials_there(ground, arguments));
  say_so(context, name, ground);
  const WhileInterrupt passed_on(Interrupt::answers);
  watch_interrupts();
  Signals signals;
  deployment::docker::Company company{.input = asks ? std::optional(STDIN_FILENO) : std::nullopt,
                                      .output =
                                          [](std::string_view bytes, bool error) {
                                            write_there(bytes, error);
                                            return true;
                                          },
                                      .signal = [&] { return signals.next(); }};
  return run_in_helper(connection, ground, errand, company);
}

/// Of a snapshot that is not in the state folder here: any container that needs a helper, which sees its engine's.
Result<std::string> container_beside(const Arguments& arguments) {
  const std::string snapshot = arguments.text("SNAPSHOT").value_or("");
  const bool here = file::exists(snapshot) || change::find_backup_anywhere(TRY(deployment::home_folder()), snapshot);
  if (here) return std::string();
  const auto platform = deployment::container_engine();
  if (!platform || *platform == nullptr) return std::string();
  auto connection = TRY(deployment::docker::required_engine("Looking for the snapshot"));
  for (const std::string& name : TRY((*platform)->names())) {
    if (TRY(deployment::docker::find_ground(connection.engine, name))) return name;
  }
  return std::string();
}

}  // namespace

Result<std::optional<int>> run_elsewhere(Context& context, const Command& command, const Arguments& arguments,
                                         const std::vector<std::string>& words) {
  const bool of_snapshots = command.name == "verify" && variable("LIFTLOCK_INSIDE").empty();
  const std::string name = TRY(of_snapshots ? container_beside(arguments) : container_in(command, arguments));
  if (name.empty() || variable("LIFTLOCK_HELPER") == "never") return std::nullopt;
  auto connection = deployment::docker::connect_engine();
  if (!connection || !*connection) return std::nullopt;  // the command says what that means to it
  if (const std::string helper = variable("LIFTLOCK_INSIDE"); !helper.empty()) {
    TRY(deployment::docker::check_own_engine((*connection)->engine, helper));
    deployment::docker::keep_program(TRY(deployment::home_folder()), variable("LIFTLOCK_PROGRAM"));
    return std::nullopt;
  }
  const auto ground = TRY(deployment::docker::find_ground((*connection)->engine, name));
  if (!ground) return std::nullopt;
  return TRY(send(context, **connection, *ground, command, arguments, name, words));
}

std::string terminal_text(const Terminal& terminal) {
  return fmt::format("{:d},{:d},{:d},{}", terminal.input, terminal.output, terminal.talk, terminal.width);
}

Terminal terminal_from(const std::string& text, Terminal terminal) {
  int input = 0;
  int output = 0;
  int talk = 0;
  int width = 0;
  if (std::sscanf(text.c_str(), "%d,%d,%d,%d", &input, &output, &talk, &width) != 4) return terminal;
  terminal.input = input == 1;
  terminal.output = output == 1;
  terminal.talk = talk == 1;
  terminal.width = width;
  return terminal;
}

}  // namespace liftlock::cli

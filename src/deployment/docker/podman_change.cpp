#include "deployment/docker/podman_change.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::at;
using json::text_at;

constexpr std::array<std::string_view, 10> switches = {"--detach",      "--init",  "--interactive", "--no-healthcheck",
                                                       "--privileged",  "--quiet", "--read-only",   "--replace",
                                                       "--publish-all", "--tty"};
constexpr std::array<std::string_view, 45> with_value = {"--add-host",
                                                         "--attach",
                                                         "--cap-add",
                                                         "--cap-drop",
                                                         "--cpu-period",
                                                         "--cpu-quota",
                                                         "--cpu-shares",
                                                         "--cpus",
                                                         "--cpuset-cpus",
                                                         "--cpuset-mems",
                                                         "--device",
                                                         "--dns",
                                                         "--dns-option",
                                                         "--dns-search",
                                                         "--entrypoint",
                                                         "--env",
                                                         "--env-file",
                                                         "--expose",
                                                         "--group-add",
                                                         "--health-cmd",
                                                         "--health-interval",
                                                         "--health-retries",
                                                         "--health-timeout",
                                                         "--hostname",
                                                         "--label",
                                                         "--label-file",
                                                         "--log-driver",
                                                         "--memory",
                                                         "--memory-reservation",
                                                         "--memory-swap",
                                                         "--name",
                                                         "--network",
                                                         "--network-alias",
                                                         "--oom-score-adj",
                                                         "--pids-limit",
                                                         "--publish",
                                                         "--pull",
                                                         "--restart",
                                                         "--shm-size",
                                                         "--stop-signal",
                                                         "--stop-timeout",
                                                         "--ulimit",
                                                         "--user",
                                                         "--volume",
                                                         "--workdir"};
constexpr std::array<std::pair<char, std::string_view>, 15> short_names = {{{'a', "--attach"},
                                                                            {'c', "--cpu-shares"},
                                                                            {'d', "--detach"},
                                                                            {'e', "--env"},
                                                                            {'h', "--hostname"},
                                                                            {'i', "--interactive"},
                                                                            {'l', "--label"},
                                                                            {'m', "--memory"},
                                                                            {'p', "--publish"},
                                                                            {'P', "--publish-all"},
                                                                            {'q', "--quiet"},
                                                                            {'t', "--tty"},
                                                                            {'u', "--user"},
                                                                            {'v', "--volume"},
                                                                            {'w', "--workdir"}}};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

struct Option {
  std::string name;
  std::optional<std::string> value;
};

/// Whether Podman tells what was asked for with it.
bool is_told(const Option& option) {
  const std::string value = option.value.value_or("");
  if (option.name == "--network") return value.find_first_of(":,=") == std::string::npos;
  if (option.name == "--device") return value.starts_with('/') && std::ranges::count(value, ':') <= 1;
  if (option.name == "--volume") {
    const std::size_t first = value.find(':');
    const std::size_t second = first == std::string::npos ? first : value.find(':', first + 1);
    return second == std::string::npos || value.substr(second) == ":ro" || value.substr(second) == ":rw";
  }
  return true;
}

/// The options of a command as the program podman reads them, until the image's name.
class Command {
 public:
  explicit Command(std::vector<std::string> words) : words_(std::move(words)) {
    next_ =
        static_cast<std::size_t>(
            std::ranges::find_if(words_, [](const std::string& word) { return word == "run" || word == "create"; }) -
            words_.begin()) +
        1;
  }
  [[nodiscard]] bool is_known() const { return next_ <= words_.size(); }

  /// nullopt: there are no more.
  std::optional<Option> next() {
    if (!cluster_.empty()) return of_cluster();
    if (next_ >= words_.size()) return std::nullopt;
    std::string word = words_[next_];
    if (!word.starts_with('-') || word == "-" || word == "--") return std::nullopt;
    ++next_;
    if (!word.starts_with("--")) {
      cluster_ = word.substr(1);
      return of_cluster();
    }
    const std::size_t equals = word.find('=');
    Option option{.name = word.substr(0, equals), .value = {}};
    if (option.name == "--net") option.name = "--network";
    if (equals != std::string::npos) {
      option.value = word.substr(equals + 1);
    } else if (is_one_of(with_value, option.name)) {
      option.value = following();
    }
    return option;
  }

 private:
  std::string following() { return next_ < words_.size() ? words_[next_++] : std::string(); }

  /// "-dit", "-p80:80", "-e=A=1".
  Option of_cluster() {
    const char letter = cluster_.front();
    cluster_.erase(0, 1);
    const auto found = std::ranges::find(short_names, letter, &std::pair<char, std::string_view>::first);
    if (found == short_names.end()) return {.name = std::string("-") + letter, .value = {}};
    Option option{.name = std::string(found->second), .value = {}};
    if (is_one_of(switches, option.name)) return option;
    if (cluster_.starts_with('=')) cluster_.erase(0, 1);
    option.value = cluster_.empty() ? following() : std::exchange(cluster_, {});
    return option;
  }

  std::vector<std::string> words_;
  std::size_t next_ = 0;
  std::string cluster_;
};

std::set<std::string> networks_of(const Json& said) {
  std::set<std::string> names;
  const Json& networks = at(said, {"NetworkSettings", "Networks"});
  if (!networks.is_object()) return names;
  for (const auto& [name, _] : networks.items()) names.insert(name);
  return names;
}

constexpr const char* default_network = "podman";

std::optional<std::string> why_not_by_api(const Json& said) {
  for (const std::string& network : networks_of(said)) {
    if (network == default_network) continue;
    return fmt::format(
        "It was made through Podman's API, and is on the network {}. Podman does not tell whether it was given a fixed "
        "address there, which the new container would lack.",
        network);
  }
  if (at(said, {"HostConfig", "Devices"}).empty()) return std::nullopt;
  return "It was made through Podman's API, with devices. Podman does not tell with which rights.";
}

std::optional<std::string> why_not_by_command(const Json& said, Command command) {
  std::set<std::string> networks;
  while (const auto option = command.next()) {
    const bool known = is_one_of(switches, option->name) || is_one_of(with_value, option->name);
    if (!known || !is_told(*option)) {
      return fmt::format("It was made with {}{}. Podman does not tell through its API what came of that.", option->name,
                         option->value ? " " + *option->value : "");
    }
    if (option->name == "--network") networks.insert(*option->value);
  }
  if (networks.empty() || networks == std::set<std::string>{"bridge"}) networks = {default_network};
  for (const std::string& network : networks_of(said)) {
    if (networks.contains(network)) continue;
    return fmt::format(
        "It was connected to the network {} after it was made. Podman does not tell whether it was given a fixed "
        "address there.",
        network);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> why_not_replaceable(const Json& said) {
  if (const std::string unit = text_at(said, {"Config", "Labels", "PODMAN_SYSTEMD_UNIT"}); !unit.empty())
    return fmt::format("The systemd unit {} makes and starts it.", unit);
  if (!text_at(said, {"Pod"}).empty()) return "It is part of a pod.";
  if (text_at(said, {"HostConfig", "RestartPolicy", "Name"}) == "always") {
    return "Its restart policy is \"always\". Podman cannot take that from a container that is there, and when the "
           "machine "
           "boots, podman-restart.service would start the old program, which is kept, on the new database.";
  }
  const std::vector<std::string> words = json::texts_at(said, {"Config", "CreateCommand"});
  const bool by_api =
      std::ranges::find(words, "system") != words.end() && std::ranges::find(words, "service") != words.end();
  if (by_api) return why_not_by_api(said);
  const Command command(words);
  if (!command.is_known()) return "Podman does not tell which command made it.";
  return why_not_by_command(said, command);
}

Result<void> refuse_unfit_of_podman(Engine& engine, const Container& container) {
  if (!engine.is_podman()) return {};
  const std::string doing = fmt::format("Looking whether the container {} can be replaced", container.name);
  const auto said = TRY(engine.get(fmt::format("/libpod/containers/{}/json", container.id), doing));
  const auto reason = why_not_replaceable(said.value_or(Json()));
  if (!reason) return {};
  return refusal("podman-untold", doing, *reason,
                 "What can be changed on Podman, and what to do instead: docs/reference/engines.md.");
}

}  // namespace liftlock::deployment::docker

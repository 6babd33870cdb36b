#include "deployment/docker/orders.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstring>
#include <span>
#include <thread>

#include "base/file.hpp"
#include "base/json.hpp"
#include "deployment/docker/container.hpp"
#include "deployment/docker/logs.hpp"
#include "deployment/docker/podman.hpp"
#include "registry/reference.hpp"

namespace liftlock::deployment::docker {

namespace {

using json::at;
using json::text_at;

bool truth_at(const Json& object, json::Path path) { return at(object, path) == true; }

std::string order(const Container& container, std::string_view what) {
  return fmt::format("/containers/{}/{}", container.id, what);
}

}  // namespace

std::string short_id(std::string_view id) {
  constexpr std::size_t digits = 12;
  if (const auto colon = id.find(':'); colon != std::string_view::npos) id.remove_prefix(colon + 1);
  return std::string(id.substr(0, digits));
}

bool may_be_name(std::string_view name) {
  const auto letter_or_digit = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return !name.empty() && letter_or_digit(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter_or_digit(c) || c == '_' || c == '.' || c == '-'; });
}

std::string archive_path(std::string_view id, const std::filesystem::path& path) {
  return fmt::format("/containers/{}/archive?path={}", id, http::percent_encoded(path.string()));
}

Result<std::string> log_to_keep(Engine& engine, const Container& container) {
  constexpr int most = 5000;
  std::string text;
  for (const std::string& line : TRY(last_lines(engine, container, most))) text += line + "\n";
  return text;
}

Result<std::vector<registry::LocalImage>> local_images(Engine& engine) {
  const auto listed = TRY(engine.get("/images/json", "Listing the images"));
  std::vector<registry::LocalImage> images;
  for (const Json& image : listed.value_or(Json::array())) images.push_back(read_local_image(image));
  return images;
}

Result<std::optional<InsideFile>> stat_inside(Engine& engine, const Instance& instance,
                                              const std::filesystem::path& path) {
  const auto header = TRY(engine.header(archive_path(instance.id, path), "x-docker-container-path-stat",
                                        fmt::format("Looking for {} in {}", path.string(), instance.name)));
  if (!header) return std::nullopt;
  return TRY(read_path_stat(*header));
}

Result<std::optional<std::string>> file_as_tar(Engine& engine, std::string_view id, const std::filesystem::path& path,
                                               std::size_t most) {
  constexpr std::size_t tar_around = 16384;  // headers before the content, zeros behind it
  std::string tar;
  const auto take = [&](std::string_view piece) {
    tar += piece;
    return tar.size() <= most + tar_around;
  };
  const std::string doing = fmt::format("Reading {} in the container {}", path.string(), short_id(id));
  if (!TRY(engine.stream(archive_path(id, path), doing, take))) return std::nullopt;
  if (tar.size() > most + tar_around)
    return failure("file-error", doing, fmt::format("It is larger than {} bytes.", most));
  return tar;
}

Result<void> put_tar(Engine& engine, std::string_view id, const std::filesystem::path& folder, std::string_view tar,
                     std::string_view doing) {
  const auto give = [&](std::span<char> buffer) -> Result<std::size_t> {
    const std::size_t length = std::min(buffer.size(), tar.size());
    std::copy_n(tar.data(), length, buffer.data());
    tar.remove_prefix(length);
    return length;
  };
  return engine.put_archive(archive_path(id, folder), doing, give);
}

Result<void> name_image(Engine& engine, const std::string& id, const std::string& name) {
  const std::string doing = fmt::format("Giving an image the name {}", name);
  const auto bearer = TRY(inspect_image(engine, name, doing));
  if (bearer && text_at(*bearer, {"Id"}) == id) return {};
  const auto read = TRY(registry::parse_reference(name));
  TRY(pass_trap(doing));
  TRY(engine.post(fmt::format("/images/{}/tag?repo={}&tag={}", id,
                              http::percent_encoded(registry::familiar_repository_of(read)), read.tag),
                  doing));
  return {};
}

Result<void> pass_trap(std::string_view doing, const char* point) {
  const int code = file::trapped(point);
  if (code == 0) return {};
  return failure("engine-error", std::string(doing), std::strerror(code));
}

Container read_container(const Json& inspected) {
  Container container;
  container.id = text_at(inspected, {"Id"});
  container.name = name_of(inspected);
  container.status = text_at(inspected, {"State", "Status"});
  container.running = truth_at(inspected, {"State", "Running"});
  const std::string started = text_at(inspected, {"State", "StartedAt"});
  container.ever_started = !started.empty() && !started.starts_with("0001-");
  container.out_of_memory = truth_at(inspected, {"State", "OOMKilled"});
  container.exit_code = json::number_at(inspected, {"State", "ExitCode"});
  container.health = text_at(inspected, {"State", "Health", "Status"});
  if (container.health == "none") container.health.clear();
  const Json& test = at(inspected, {"Config", "Healthcheck", "Test"});
  container.has_health_check = test.is_array() && !test.empty() && test.front() != "NONE";
  container.terminal = truth_at(inspected, {"Config", "Tty"});
  container.removes_itself = truth_at(inspected, {"HostConfig", "AutoRemove"});
  const std::string policy = text_at(inspected, {"HostConfig", "RestartPolicy", "Name"});
  container.policy.name = policy.empty() ? "no" : policy;
  container.policy.most =
      static_cast<int>(json::number_at(inspected, {"HostConfig", "RestartPolicy", "MaximumRetryCount"}));
  container.restarts = json::number_at(inspected, {"RestartCount"});
  const Json& patience = at(inspected, {"Config", "StopTimeout"});
  if (patience.is_number_integer()) container.stop_seconds = patience.get<std::int64_t>();
  container.inspected = inspected;
  return container;
}

Result<std::optional<Container>> look_at(Engine& engine, std::string_view which) {
  const auto inspected =
      TRY(engine.get(fmt::format("/containers/{}/json", which), fmt::format("Inspecting the container {}", which)));
  if (!inspected) return std::nullopt;
  return read_container(*inspected);
}

Result<Container> need(Engine& engine, std::string_view which) {
  auto found = TRY(look_at(engine, which));
  if (found) return *std::move(found);
  return failure("container-missing", fmt::format("Inspecting the container {}", which),
                 fmt::format("{} has no such container any more.", engine.description()));
}

Result<void> rename(Engine& engine, const Container& container, const std::string& name) {
  if (container.name == name) return {};
  const std::string doing = fmt::format("Renaming the container {} to {}", container.name, name);
  TRY(pass_trap(doing));
  TRY(engine.post(order(container, "rename?name=" + name), doing));
  return {};
}

Result<void> set_policy(Engine& engine, const Container& container, const RestartPolicy& policy) {
  if (engine.is_podman() || (container.policy.name == policy.name && container.policy.most == policy.most)) return {};
  const std::string doing =
      fmt::format("Setting the restart policy of the container {} to {}", container.name, policy.name);
  TRY(pass_trap(doing));
  TRY(engine.post(order(container, "update"), doing,
                  {{"RestartPolicy", {{"Name", policy.name}, {"MaximumRetryCount", policy.most}}}}));
  return {};
}

Result<void> start(Engine& engine, const Container& container) {
  if (container.running) return {};
  const std::string doing = fmt::format("Starting the container {}", container.name);
  TRY(pass_trap(doing));
  constexpr std::chrono::seconds patience{120};
  TRY(engine.post(order(container, "start"), doing, nullptr, {.patience = patience, .cancelled = {}}));
  return {};
}

Result<void> stop(Engine& engine, const Container& container) {
  if (!container.running) return {};
  const std::string doing = fmt::format("Stopping the container {}", container.name);
  TRY(pass_trap(doing));
  constexpr std::chrono::seconds beyond{60};
  const auto own = std::chrono::seconds(std::max<std::int64_t>(0, container.stop_seconds));
  TRY(engine.post(order(container, "stop"), doing, nullptr, {.patience = own + beyond, .cancelled = {}}));
  const Container after = TRY(need(engine, container.id));
  if (after.running) return failure("engine-answer", doing, "The engine says that it is done, and it still runs.");
  return {};
}

Result<void> stop_for_good(Engine& engine, const Container& container) {
  TRY(set_policy(engine, container, {}));
  TRY(stop(engine, container));
  if (!engine.is_podman() || container.policy.name == "no") return {};
  const std::string doing = fmt::format("Stopping the container {}", container.name);
  constexpr int most_stops = 30;
  constexpr int most_looks = 20;
  constexpr std::chrono::milliseconds pause{100};
  int stops = 0;
  for (int looks = 0; looks < most_looks; ++looks) {
    std::this_thread::sleep_for(pause);
    const Container now = TRY(need(engine, container.id));
    if (!now.running) continue;
    if (++stops > most_stops) return failure("engine-answer", doing, "It is started again and again.");
    TRY(engine.post(order(now, "stop"), doing));
    looks = 0;
  }
  return {};
}

Result<void> remove_by_force(Engine& engine, const Container& container) {
  const std::string doing = fmt::format("Removing the container {}", container.name);
  TRY(pass_trap(doing));
  TRY(engine.remove(fmt::format("/containers/{}?force=1", container.id), doing));
  return {};
}

Result<void> remove(Engine& engine, const Container& container, Volumes volumes) {
  const std::string doing = fmt::format("Removing the container {}", container.name);
  TRY(pass_trap(doing));
  TRY(engine.remove(fmt::format("/containers/{}?v={}", container.id, volumes == Volumes::go ? 1 : 0), doing));
  return {};
}

Result<std::vector<std::string>> last_lines(Engine& engine, const Container& container, int count) {
  std::vector<std::string> lines;
  const auto take = [&](std::string_view line, bool) {
    lines.emplace_back(line);
    return true;
  };
  TRY(read_logs(engine, container.id,
                {.follow = false, .terminal = container.terminal, .since = {}, .tail = std::to_string(count)}, take,
                {}));
  return lines;
}

}  // namespace liftlock::deployment::docker

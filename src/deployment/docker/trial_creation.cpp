#include "deployment/docker/trial_creation.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/file_tree.hpp"
#include "base/http.hpp"
#include "deployment/docker/own_part.hpp"
#include "deployment/docker/podman.hpp"

namespace liftlock::deployment::docker {

namespace fs = std::filesystem;

namespace {

using json::at;
using json::Json;
using json::text_at;

// Environment. Sources of the names: open_webui/env.py and config.py of 0.3.35 to 0.12.4.

/// What leads to other servers, or names another secret or administrator.
constexpr std::array removed = {
    "CHROMA_HTTP_HOST",  "DATABASE_HOST",        "DATABASE_NAME",  "DATABASE_PASSWORD",    "DATABASE_PORT",
    "DATABASE_SCHEMA",   "DATABASE_TYPE",        "DATABASE_USER",  "LICENSE_KEY",          "WEBHOOK_URL",
    "WEBUI_ADMIN_EMAIL", "WEBUI_ADMIN_PASSWORD", "WEBUI_HOSTNAME", "WEBUI_JWT_SECRET_KEY", "WEBUI_SECRET_KEY_FILE"};
constexpr std::array removed_prefixes = {
    "AZURE_STORAGE_",     "GCS_", "OTEL_", "REDIS_", "S3_", "WEBSOCKET_REDIS_", "WEBSOCKET_SENTINEL_",
    "WEBUI_AUTH_TRUSTED_"};

/// What it would fetch, send or begin by itself.
constexpr std::array<std::pair<const char*, const char*>, 16> turned_off = {{
    {"ANONYMIZED_TELEMETRY", "false"},
    {"DO_NOT_TRACK", "true"},
    {"ENABLE_AUTOMATIONS", "false"},
    {"ENABLE_MFA", "false"},
    {"ENABLE_OTEL", "false"},
    {"ENABLE_PIP_INSTALL_FRONTMATTER_REQUIREMENTS", "false"},
    {"HF_HUB_OFFLINE", "1"},
    {"OFFLINE_MODE", "true"},
    {"RAG_EMBEDDING_MODEL_AUTO_UPDATE", "false"},
    {"RAG_RERANKING_MODEL_AUTO_UPDATE", "false"},
    {"RESET_CONFIG_ON_START", "false"},
    {"SCARF_NO_ANALYTICS", "true"},
    {"TRANSFORMERS_OFFLINE", "1"},
    {"USE_CUDA_DOCKER", "false"},
    {"USE_OLLAMA_DOCKER", "false"},
    {"WHISPER_MODEL_AUTO_UPDATE", "false"},
}};

/// What names a kind of server that is not to be had; without it, or with this, the program does it itself.
constexpr std::array<std::pair<const char*, const char*>, 3> own_instead = {
    {{"STORAGE_PROVIDER", "local"}, {"VECTOR_DB", "chroma"}, {"WEBSOCKET_MANAGER", ""}}};

using Variables = std::map<std::string, std::string>;

Variables variables_of(const std::vector<std::string>& lines) {
  Variables variables;
  for (const std::string& line : lines) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) variables[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return variables;
}

bool is_removed(const std::string& name) {
  return std::ranges::find(removed, name) != removed.end() ||
         std::ranges::any_of(removed_prefixes, [&](const char* prefix) { return name.starts_with(prefix); });
}

Json environment(const Json& own, const Json& new_image, const TrialPlan& plan) {
  Variables variables = variables_of(json::texts_at(own, {"Env"}));
  const Variables brought = variables_of(json::texts_at(new_image, {"Config", "Env"}));
  std::erase_if(variables, [](const auto& variable) { return is_removed(variable.first); });
  for (const auto& [name, value] : brought) {
    if (!value.empty() && is_removed(name)) variables[name] = "";
  }
  for (const auto& [name, value] : own_instead) {
    if (variables.contains(name) || brought.contains(name)) variables[name] = value;
  }
  for (const auto& [name, value] : turned_off) variables[name] = value;
  variables["DATABASE_URL"] = "sqlite:///" + (plan.data_directory / "webui.db").string();
  variables["WEBUI_SECRET_KEY"] = plan.secret;
  Json lines = Json::array();
  for (const auto& [name, value] : variables) lines.push_back(name + "=" + value);
  return lines;
}

// Mounts.

/// The machine's own, and sockets of those who serve it.
bool leads_out(const fs::path& source) {
  constexpr std::array ways = {"/dev", "/proc", "/run", "/sys", "/var/run"};
  return source == "/" || source.extension() == ".sock" ||
         std::ranges::any_of(ways, [&](const char* way) { return file::is_below(way, source); });
}

Json read_only_mount(const Json& mount) {
  const bool volume = text_at(mount, {"Type"}) == "volume";
  return {{"Type", volume ? "volume" : "bind"},
          {"Source", text_at(mount, {volume ? "Name" : "Source"})},
          {"Target", text_at(mount, {"Destination"})},
          {"ReadOnly", true}};
}

/// Whether the short form, "source:destination:options", can say it.
bool is_short(const Bind& bind) {
  return (bind.source.string() + bind.destination.string()).find(':') == std::string::npos;
}

Json mounts(const Json& old, const TrialPlan& plan) {
  const auto nameless = nameless_volumes(old);
  Json made = Json::array();
  for (const Bind& bind : plan.binds) {
    if (is_short(bind)) continue;
    made.push_back({{"Type", "bind"},
                    {"Source", bind.source.string()},
                    {"Target", bind.destination.string()},
                    {"ReadOnly", bind.read_only}});
  }
  for (const Json& mount : at(old, {"Mounts"})) {
    const std::string kind = text_at(mount, {"Type"});
    const fs::path destination = text_at(mount, {"Destination"});
    const bool of_data =
        file::is_below(destination, plan.data_directory) || file::is_below(plan.data_directory, destination);
    if (of_data || (kind != "volume" && kind != "bind") || nameless.contains(destination.string())) continue;
    if (kind == "bind" && leads_out(text_at(mount, {"Source"}))) continue;
    made.push_back(read_only_mount(mount));
  }
  return made;
}

Json binds(const TrialPlan& plan) {
  Json made = Json::array();
  // "z": where SELinux is, what Liftlock itself has made may be used by containers; the deployment's own stays as it
  // is.
  for (const Bind& bind : plan.binds) {
    if (!is_short(bind)) continue;
    made.push_back(
        fmt::format("{}:{}:{}", bind.source.string(), bind.destination.string(), bind.read_only ? "ro" : "rw,z"));
  }
  return made;
}

/// Those of `object` that are said.
Json only(const Json& object, std::initializer_list<const char*> members) {
  Json chosen = Json::object();
  for (const char* member : members) {
    if (const Json& value = at(object, {member}); !value.is_null()) chosen[member] = value;
  }
  return chosen;
}

Json host_config(const Json& old_host, const Json& old, const TrialPlan& plan) {
  Json host = only(old_host, {"CapDrop",        "CgroupParent",      "CpuPeriod",        "CpuQuota", "CpuShares",
                              "CpusetCpus",     "CpusetMems",        "GroupAdd",         "Init",     "Memory",
                              "MemorySwap",     "MemoryReservation", "MemorySwappiness", "NanoCpus", "PidsLimit",
                              "ReadonlyRootfs", "SecurityOpt",       "ShmSize",          "Tmpfs",    "Ulimits",
                              "UsernsMode"});
  // Nothing is asked of the world's name servers either: engines pass on questions from networks without a way out.
  host["Dns"] = {"127.0.0.1"};
  host["Binds"] = binds(plan);
  host["Mounts"] = mounts(old, plan);
  host["NetworkMode"] = plan.name;
  host["RestartPolicy"] = {{"Name", "no"}};
  host["LogConfig"] = {{"Type", "json-file"}};
  host["OomScoreAdj"] = 1000;  // where the machine runs out of memory, it goes before what serves
  return host;
}

}  // namespace

Order trial_network(const TrialPlan& plan) {
  return {"/networks/create",
          {{"Name", plan.name},
           {"CheckDuplicate", true},
           {"Driver", "bridge"},
           {"Internal", true},
           {"Labels", {{trial_label, plan.mark}}}}};
}

Order trial_creation(const Json& said, const Json& old_image, const Json& new_image, const TrialPlan& plan) {
  const Json old = in_dockers_words(said);
  const Json whole = creation_of(said, old_image, plan.image, plan.name).create.body;
  Json body = only(whole, {"ArgsEscaped", "Cmd", "Entrypoint", "Healthcheck", "Shell", "StopSignal", "StopTimeout",
                           "Tty", "User", "WorkingDir"});
  body["Image"] = plan.image;
  body["Env"] = environment(whole, new_image, plan);
  body["Labels"] = {{trial_label, plan.mark}};
  body["HostConfig"] = host_config(at(whole, {"HostConfig"}), old, plan);
  body["NetworkingConfig"] = {{"EndpointsConfig", {{plan.name, Json::object()}}}};
  return {fmt::format("/containers/create?name={}", http::percent_encoded(plan.name)), std::move(body)};
}

}  // namespace liftlock::deployment::docker

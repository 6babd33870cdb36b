#include "deployment/docker/helper_creation.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/file_tree.hpp"

namespace liftlock::deployment::docker {

namespace fs = std::filesystem;

namespace {

using json::Json;

fs::path in_helper(const char* name) { return fs::path(helper_folder) / name; }

Json environment(const HelperPlan& plan) {
  const fs::path state = plan.state.empty() ? in_helper("state") : plan.state;
  std::vector<std::string> lines = plan.environment;
  const auto set = [&](const char* name, const fs::path& value) {
    lines.push_back(fmt::format("{}={}", name, value.string()));
  };
  set("LIFTLOCK_INSIDE", plan.name);
  set("LIFTLOCK_HOME", state);
  set("DOCKER_HOST", "unix://" + socket_inside(plan.socket).string());
  set("DOCKER_CONFIG", in_helper("docker"));
  set("HOME", in_helper("home"));
  set("TMPDIR", in_helper("tmp"));
  set("LD_LIBRARY_PATH", program_folder);
  set("LD_PRELOAD", {});  // the image's, of its own C library
  return lines;
}

Json mount(const char* kind, const fs::path& source, const fs::path& target) {
  return {{"Type", kind}, {"Source", source.string()}, {"Target", target.string()}};
}

Json mounts(const HelperPlan& plan) {
  Json made = Json::array();
  for (const Mount& one : plan.mounts) {
    // By its name, so that the engine keeps it in place while nobody else uses it.
    const bool volume = one.kind == "volume" && !one.name.empty();
    made.push_back(volume ? mount("volume", one.name, one.source) : mount("bind", one.source, one.source));
  }
  if (!plan.state.empty()) made.push_back(mount("volume", state_volume, plan.state));
  made.push_back(mount("bind", plan.socket, socket_inside(plan.socket)));
  return made;
}

/// Of the machine what the program would have if it were started there by root, as far as it needs it.
Json host_config(const HelperPlan& plan) {
  return {{"AutoRemove", true},
          {"Mounts", mounts(plan)},
          {"NetworkMode", "host"},  // published ports, registries
          {"PidMode", "host"},      // who has the database open, and who holds a lock
          {"CgroupnsMode", "host"},
          {"UsernsMode", "host"},
          {"CapAdd", {"SYS_PTRACE"}},  // to see others' open files
          {"SecurityOpt", {"apparmor=unconfined", "label=disable", "seccomp=unconfined"}},
          {"LogConfig", {{"Type", "none"}}},
          {"RestartPolicy", {{"Name", "no"}}}};
}

}  // namespace

std::vector<Mount> mounts_of_data(const Instance& instance) {
  std::vector<Mount> chosen;
  for (const fs::path& path :
       {instance.settings.data_directory, instance.settings.database_file, instance.settings.secret_file}) {
    const Mount* found = path.empty() ? nullptr : mount_of(instance, path);
    if (found == nullptr || found->source.empty()) continue;
    const auto same = [&](const Mount& one) { return one.source == found->source; };
    if (std::ranges::none_of(chosen, same)) chosen.push_back(*found);
  }
  return chosen;
}

fs::path socket_inside(const fs::path& socket) {
  const fs::path old = "/var/run";
  return file::is_below(old, socket) ? "/run" / socket.lexically_relative(old) : socket;
}

Order helper_creation(const HelperPlan& plan) {
  Json body = {{"Image", plan.image},
               {"Entrypoint", {(fs::path(program_folder) / "liftlock").string()}},
               {"Cmd", plan.words},
               {"User", "0:0"},
               {"WorkingDir", "/"},
               {"Env", environment(plan)},
               {"Labels", {{helper_label, plan.mark}}},
               {"Healthcheck", {{"Test", {"NONE"}}}},
               {"StopSignal", "SIGTERM"},
               {"AttachStdin", plan.listens},
               {"OpenStdin", plan.listens},
               {"StdinOnce", plan.listens},
               {"AttachStdout", true},
               {"AttachStderr", true},
               {"Tty", false},
               {"HostConfig", host_config(plan)}};
  return {fmt::format("/containers/create?name={}", plan.name), std::move(body)};
}

}  // namespace liftlock::deployment::docker

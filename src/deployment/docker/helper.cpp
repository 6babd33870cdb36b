#include "deployment/docker/helper.hpp"

#include <fmt/core.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <random>
#include <system_error>
#include <tuple>

#include "base/file.hpp"
#include "base/json.hpp"
#include "base/own_program.hpp"
#include "deployment/docker/helper_creation.hpp"
#include "deployment/docker/kept_program.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/docker/tar_file.hpp"
#include "registry/manifest.hpp"

namespace liftlock::deployment::docker {

namespace {

namespace fs = std::filesystem;
using json::text_at;

constexpr const char* doing = "Making a helper container";

std::unexpected<Error> refused(std::string what, std::string next) {
  return refusal("helper-refused", doing, std::move(what), std::move(next));
}

constexpr const char* go_there = "Run Liftlock on the engine's machine, as root.";

Result<void> refuse_unfit(Engine& engine) {
  const std::string own = registry::own_platform().architecture;
  if (!engine.architecture().empty() && engine.architecture() != own) {
    return refused(
        fmt::format("This program is of the processor {}, and the engine's machine of {}.", own, engine.architecture()),
        go_there);
  }
  int minor = 0;  // 1.30 is the first that says how a container ended that is removed by then
  const std::string& version = engine.api_version();
  const char* begin = version.data() + std::min<std::size_t>(version.find('.') + 1, version.size());
  std::from_chars(begin, version.data() + version.size(), minor);
  if (version.starts_with("1.") && minor < 30)
    return refused(fmt::format("{} is too old for it.", engine.description()), go_there);
  return {};
}

std::string new_name(const std::string& instance) {
  std::random_device random;
  return fmt::format("{}.liftlock-{:08x}-helper", instance, random());
}

/// Where the engine may listen on its own machine: where the user says, where it does here, where engines do.
std::vector<fs::path> sockets_of(const Connection& connection) {
  const char* said = std::getenv("LIFTLOCK_ENGINE_SOCKET");
  if (said != nullptr && *said != '\0') return {said};
  const fs::path usual = "/var/run/docker.sock";
  if (!connection.local()) return {usual};
  std::error_code code;
  const fs::path here = fs::weakly_canonical(connection.endpoint.unix_socket, code);
  std::vector<fs::path> sockets = {code ? connection.endpoint.unix_socket : here};
  if (socket_inside(usual) != socket_inside(sockets.front())) sockets.push_back(usual);
  return sockets;
}

/// The place of the state volume on the engine's machine; empty where there is none and none is needed.
Result<fs::path> state_place(Engine& engine, bool needed) {
  const std::string path = fmt::format("/volumes/{}", state_volume);
  std::optional<Json> volume = TRY(engine.get(path, "Looking for Liftlock's volume"));
  if (!volume && !needed) return fs::path();
  if (!volume) volume = TRY(engine.post("/volumes/create", "Making Liftlock's volume", {{"Name", state_volume}}));
  return fs::path(text_at(*volume, {"Mountpoint"}));
}

/// The authorities that this machine trusts, at the places where libcurl looks for them.
void add_authorities(std::vector<NewEntry>& entries) {
  for (const char* path : {"etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt"}) {
    if (auto text = file::read(fs::path("/") / path)) entries.push_back({path, *std::move(text), 0644});
  }
}

/// Relative, as an archive has it.
std::string entry_name(const char* folder, const std::string& name = {}) {
  return std::string(folder).substr(1) + "/" + name;
}

/// The program itself, or the way to where it is kept.
Result<void> add_program(std::vector<NewEntry>& entries, const fs::path& kept) {
  if (!kept.empty()) {
    entries.push_back({std::string(program_folder).substr(1), {}, 0777, kept.string()});
    return {};
  }
  entries.push_back({entry_name(program_folder)});
  for (ProgramFile& file : TRY(own_program(program_folder)))
    entries.push_back({entry_name(program_folder, file.name), std::move(file.content), 0755});
  return {};
}

Result<std::string> files_for(const Errand& errand, const fs::path& kept) {
  const std::string folder = entry_name(helper_folder);
  std::vector<NewEntry> entries;
  for (const char* name : {"", "home/", "tmp/", "docker/"}) entries.push_back({folder + name});
  TRY(add_program(entries, kept));
  add_authorities(entries);
  if (!errand.configuration.empty()) entries.push_back({"etc/liftlock/config.toml", errand.configuration, 0600});
  if (!errand.credentials.empty()) entries.push_back({folder + "docker/config.json", errand.credentials, 0600});
  return make_tar(entries);
}

class Helper {
 public:
  Helper(Engine& engine, std::string name) : engine_(engine), name_(std::move(name)) {}
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;
  /// One that was started goes by itself, when it has ended.
  ~Helper() {
    if (!id_.empty() && !started_)
      std::ignore = engine_.remove(fmt::format("/containers/{}?v=1", id_), "Removing a helper container");
  }

  Result<void> make(HelperPlan plan, const std::vector<fs::path>& sockets) {
    plan.name = name_;
    plan.environment.push_back("LIFTLOCK_PROGRAM=" + own_program_id());
    state_ = plan.state;
    for (const fs::path& socket : sockets) {
      plan.socket = socket;
      const Order order = helper_creation(plan);
      auto made = engine_.post(order.path, doing, order.body);
      if (made) id_ = text_at(*made, {"Id"});
      if (made) return {};
      const bool no_socket = made.error().what.find(socket.string()) != std::string::npos;
      if (!no_socket) return std::unexpected(std::move(made).error());
    }
    return refused(fmt::format("On the engine's machine there is no socket {}, through which a helper would speak to "
                               "the engine.",
                               sockets.front().string()),
                   "Say where it is there:\n    LIFTLOCK_ENGINE_SOCKET=/path/docker.sock liftlock …");
  }

  Result<int> run(const Errand& errand, const Company& company) {
    const fs::path kept = TRY(find_kept());
    const std::string tar = TRY(files_for(errand, kept));
    TRY(put_tar(engine_, id_, "/", tar, doing));
    started_ = true;
    auto status = run_attached(engine_, id_, company);
    if (!status && status.error().id != "attachment-lost") started_ = false;
    return status;
  }

 private:
  /// Empty: it has to be sent.
  Result<fs::path> find_kept() {
    const fs::path kept = kept_program(state_, own_program_id());
    if (state_.empty()) return fs::path();
    const auto there = TRY(engine_.header(archive_path(id_, kept), "x-docker-container-path-stat", doing));
    return there ? kept : fs::path();
  }

  Engine& engine_;
  std::string name_;
  fs::path state_;
  std::string id_;
  bool started_ = false;
};

/// Those that were made and never started by a process that was killed in between.
void remove_left(Engine& engine) {
  constexpr std::int64_t hour = 3600;
  const auto listed =
      engine.get("/containers/json?all=1&filters=" +
                     http::percent_encoded(fmt::format(R"({{"label":["{}"],"status":["created"]}})", helper_label)),
                 "Looking for helpers that were left");
  if (!listed || !*listed) return;
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (const Json& container : **listed) {
    if (now - json::number_at(container, {"Created"}) < hour) continue;
    std::ignore = engine.remove(fmt::format("/containers/{}?v=1", text_at(container, {"Id"})), "Removing a helper");
  }
}

Error lost(const Errand& errand, const std::string& what) {
  const std::string address = "docker:" + errand.instance;
  return {
      .kind = errand.keeps_state ? ErrorKind::needs_hand : ErrorKind::failed,
      .id = "helper-lost",
      .doing = fmt::format("Working on {} in a helper container", address),
      .what = what,
      .state = errand.keeps_state ? "What was begun may be unfinished, or still go on there." : "Nothing was changed.",
      .next = errand.keeps_state ? fmt::format("Finish or undo it:\n    liftlock resume {}", address)
                                 : "Run the command again."};
}

}  // namespace

Result<int> run_in_helper(Connection& connection, const Ground& ground, const Errand& errand, const Company& company) {
  constexpr int killed = 128;
  constexpr int interrupted = 130;
  Engine& engine = connection.engine;
  TRY(refuse_unfit(engine));
  remove_left(engine);
  HelperPlan plan{.name = {},
                  .mark = errand.instance,
                  .image = ground.instance.image_id,
                  .words = errand.words,
                  .environment = errand.environment,
                  .mounts = mounts_of_data(ground.instance),
                  .state = TRY(state_place(engine, errand.keeps_state)),
                  .socket = {},
                  .listens = company.input.has_value()};
  Helper helper(engine, new_name(errand.instance));
  TRY(helper.make(std::move(plan), sockets_of(connection)));
  const auto status = helper.run(errand, company);
  if (!status && status.error().id == "attachment-lost")
    return std::unexpected(lost(errand, "The connection to it is lost: " + status.error().what));
  if (status && *status >= killed && *status != interrupted)
    return std::unexpected(lost(errand, fmt::format("It was killed (exit status {}).", *status)));
  return status;
}

Result<void> check_own_engine(Engine& engine, const std::string& helper) {
  if (TRY(look_at(engine, helper))) return {};
  return refused("The socket at this path on the engine's machine is another engine's.",
                 "Say where the right one is there:\n    LIFTLOCK_ENGINE_SOCKET=/path/docker.sock liftlock …");
}

}  // namespace liftlock::deployment::docker

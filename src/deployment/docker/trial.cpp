#include "deployment/docker/trial.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>

#include "base/file.hpp"
#include "base/json.hpp"
#include "deployment/docker/container.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/docker/podman.hpp"
#include "deployment/docker/trial_creation.hpp"
#include "deployment/docker/watch.hpp"

namespace liftlock::deployment::docker {

namespace fs = std::filesystem;

namespace {

using json::text_at;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

std::vector<Bind> binds_of(const TrialGround& ground, const Trial& trial, const fs::path& inside) {
  std::vector<Bind> binds = {{trial.data, inside, false}};
  for (const char* folder : model_folders) {
    std::error_code ignored;
    if (fs::is_directory(ground.data_directory / folder, ignored))
      binds.push_back({ground.data_directory / folder, inside / folder, true});
  }
  return binds;
}

class TrialContainer {
 public:
  TrialContainer(const TrialGround& ground, std::string name, const Trial& trial)
      : ground_(ground), name_(std::move(name)), trial_(trial) {}

  Result<void> make() {
    const std::string doing = fmt::format("Making a container to try {} in", trial_.target.name);
    const Container old = TRY(need(ground_.engine, ground_.instance));
    const auto old_image = TRY(inspect_image(ground_.engine, text_at(old.inspected, {"Image"}), doing));
    const auto new_image = TRY(inspect_image(ground_.engine, trial_.target.id, doing));
    const Instance instance = TRY(read_instance(old.inspected, old_image.value_or(Json())));
    const fs::path& inside = instance.settings.data_directory;
    const TrialPlan plan{.name = name_,
                         .mark = trial_.change_id,
                         .image = trial_.target.id,
                         .secret = trial_.secret,
                         .data_directory = inside,
                         .binds = binds_of(ground_, trial_, inside)};
    TRY(order(trial_network(plan), doing));
    const Json made =
        TRY(order(trial_creation(old.inspected, old_image.value_or(Json()), new_image.value_or(Json()), plan), doing));
    id_ = text_at(made, {"Id"});
    return {};
  }

  Result<TrialRun> run(const Watch& watch, const std::function<Result<void>(const Answer&)>& ask) {
    TrialRun run;
    const auto begun = Clock::now();
    const Container made = TRY(need(ground_.engine, id_));
    TRY(start(ground_.engine, made));
    run.answer = TRY(wait_for_answer(ground_.engine, ground_.transport, request(run), watch));
    run.start_seconds = seconds_since(begun);
    TRY(asked(run, ask));
    note_memory(run);
    const Container running = TRY(need(ground_.engine, id_));
    const auto stopping = Clock::now();
    TRY(stop(ground_.engine, running));
    run.stop_seconds = seconds_since(stopping);
    return run;
  }

  /// Of one that failed. What cannot be kept is no further trouble: its last lines stand in the error.
  void keep_log() {
    const auto container = look_at(ground_.engine, name_);
    if (!container || !*container) return;
    const auto text = log_to_keep(ground_.engine, **container);
    if (text && !text->empty()) std::ignore = file::write_durably(trial_.log, *text);
  }

 private:
  Result<Json> order(const Order& order, const std::string& doing) {
    TRY(pass_trap(doing));
    return ground_.engine.post(order.path, doing, order.body);
  }

  WatchRequest request(TrialRun& run) {
    return {.id = id_,
            .version = trial_.target.version,
            .local = ground_.local,
            .engine_host = ground_.engine_host,
            .each_second = [this, &run](const Container&) { note_memory(run); }};
  }

  void note_memory(TrialRun& run) {
    run.peak_memory_bytes = std::max(run.peak_memory_bytes, memory_of(ground_.engine, id_).value_or(0));
  }

  /// A program that was ended while it was asked has failed by that, whatever it answered.
  Result<void> asked(const TrialRun& run, const std::function<Result<void>(const Answer&)>& ask) {
    const auto answered = ask(run.answer);
    const Container now = TRY(need(ground_.engine, id_));
    if (now.running && !now.out_of_memory) return answered;
    return failure("start-failed", fmt::format("Asking the container {}", name_),
                   how_it_ended(now) + last_words(ground_.engine, now));
  }

  const TrialGround& ground_;
  std::string name_;
  const Trial& trial_;
  std::string id_;
};

bool is_marked(const Json& labels, const std::string& change_id) { return text_at(labels, {trial_label}) == change_id; }

}  // namespace

Result<TrialRun> run_trial(const TrialGround& ground, const std::string& name, const Trial& trial, const Watch& watch,
                           const std::function<Result<void>(const Answer&)>& ask) {
  TrialContainer container(ground, name, trial);
  TRY(container.make());
  auto run = container.run(watch, ask);
  if (!run) container.keep_log();
  return run;
}

Result<void> remove_trial(Engine& engine, const std::string& name, const std::string& change_id) {
  const auto container = TRY(look_at(engine, name));
  if (container && is_marked(json::at(container->inspected, {"Config", "Labels"}), change_id)) {
    const std::string doing = fmt::format("Removing the container {}", name);
    TRY(pass_trap(doing));
    TRY(engine.remove(fmt::format("/containers/{}?force=1&v=1", container->id), doing));
  }
  const auto network = TRY(engine.get("/networks/" + name, fmt::format("Looking for the network {}", name)));
  if (!network || !is_marked(json::at(*network, {"Labels"}), change_id)) return {};
  const std::string doing = fmt::format("Removing the network {}", name);
  TRY(pass_trap(doing));
  TRY(engine.remove("/networks/" + text_at(*network, {"Id"}), doing));
  return {};
}

Result<std::int64_t> memory_of(Engine& engine, const std::string& container) {
  const auto stats = TRY(engine.get(fmt::format("/containers/{}/stats?stream=false&one-shot=true", container),
                                    "Looking how much memory the program takes"));
  if (!stats) return 0;
  const std::int64_t used = json::number_at(*stats, {"memory_stats", "usage"});
  // Named so by cgroups of version 1 and 2.
  const std::int64_t cache = std::max(json::number_at(*stats, {"memory_stats", "stats", "total_inactive_file"}),
                                      json::number_at(*stats, {"memory_stats", "stats", "inactive_file"}));
  return std::max<std::int64_t>(0, used - cache);
}

}  // namespace liftlock::deployment::docker

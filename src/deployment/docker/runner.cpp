#include "deployment/docker/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/file_tree.hpp"
#include "base/json.hpp"
#include "deployment/deployment.hpp"
#include "deployment/docker/connection.hpp"
#include "deployment/docker/container.hpp"
#include "deployment/docker/helper_creation.hpp"
#include "deployment/docker/identity.hpp"
#include "deployment/docker/image_migrations.hpp"
#include "deployment/docker/image_name.hpp"
#include "deployment/docker/inspection.hpp"
#include "deployment/docker/opened_image.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/docker/podman.hpp"
#include "deployment/docker/podman_change.hpp"
#include "deployment/docker/probe.hpp"
#include "deployment/docker/process.hpp"
#include "deployment/docker/tar_file.hpp"
#include "deployment/docker/trial.hpp"
#include "deployment/docker/watch.hpp"
#include "deployment/docker/wished_image.hpp"
#include "registry/repository.hpp"

namespace liftlock::deployment::docker {

namespace fs = std::filesystem;

namespace {

using json::text_at;

const RestartPolicy stays_stopped;
constexpr std::size_t largest_key = 1U << 20U;  // bytes

std::unexpected<Error> unfit(const Container& container, std::string what, std::string next) {
  return refusal("state-unfit", fmt::format("Looking whether the container {} can be replaced", container.name),
                 std::move(what), std::move(next));
}

Result<void> refuse_unfit(const Container& container) {
  if (container.removes_itself) {
    return unfit(container, "It was started with --rm: once stopped, it is removed, and there is no way back to it.",
                 "Make it anew without --rm, then run the command again.");
  }
  if (container.status == "paused") {
    return unfit(container, "It is paused.",
                 fmt::format("Let it run:\n    docker unpause {}\nThen run the command again.", container.name));
  }
  const bool fit = container.status == "running" || container.status == "exited" || container.status == "created";
  if (fit) return {};
  return unfit(container, fmt::format("Its state is \"{}\".", container.status),
               fmt::format("Stop it:\n    docker stop {}\nThen run the command again: a container that is stopped is "
                           "changed, too, and stopped again in the end.",
                           container.name));
}

/// Else it is its digest that names it, which nothing can take from it.
bool names_by_tag(const Target& target) {
  const auto name = read_image_name(target.name);
  return name && !name->tag.empty();
}

class DockerRunner final : public Runner, private Trials {
 public:
  DockerRunner(Connection connection, std::unique_ptr<http::Transport> transport, Deployment deployment)
      : connection_(std::move(connection)), transport_(std::move(transport)), deployment_(std::move(deployment)) {}

  [[nodiscard]] Result<std::string> own_id() { return TRY(own()).id; }

  // Which program.

  Result<Target> resolve(const Wish& wish) override {
    return resolve_wish(engine(), TRY(own()), wish, registry::remote_repositories());
  }

  Result<void> fetch(Target& target, Progress& progress) override {
    return bring_image(engine(), deployment_.instance, target, progress);
  }

  Result<std::vector<migration::script::Script>> migrations(const Target& target) override {
    return migrations_in_image(engine(), target.id, deployment_.instance);
  }

  Result<void> tidy() override { return OpenedImage::remove_left(engine(), deployment_.instance); }

  Trials* trials() override { return this; }
  std::unique_ptr<Probe> probe() override { return start_probe(deployment_.instance); }

  // How it takes over.

  Result<Handover> plan(const Target& target, const std::string& change_id) override {
    const Container container = TRY(own());
    Handover handover = TRY(begin(container));
    handover.target = target;
    handover.target.displaced_id = TRY(displaced_by(engine(), target));
    handover.old_kept_name = marked(change_id, "before");
    handover.new_first_name = marked(change_id, "new");
    handover.new_aside_name = marked(change_id, "failed");
    return handover;
  }

  Result<Handover> plan_return(const Kept& kept, const std::string& change_id) override {
    const Container container = TRY(own());
    const auto back = TRY(look_at(engine(), kept.id));
    if (!back) {
      return refusal("kept-instance-missing", fmt::format("Rolling back {}", deployment_.address),
                     fmt::format("The container that was kept is gone: {}", kept.name),
                     fmt::format("To go back to a snapshot:\n    liftlock backups {0}\n    liftlock restore {0} "
                                 "SNAPSHOT",
                                 deployment_.address));
    }
    Handover handover = TRY(begin(container));
    handover.makes = false;
    handover.new_id = back->id;
    handover.new_first_name = back->name;
    handover.new_aside_name = back->name;
    handover.old_kept_name = marked(change_id, "after");
    handover.target.name = text_at(back->inspected, {"Config", "Image"});
    handover.target.id = text_at(back->inspected, {"Image"});
    handover.target.deployed_name = text_at(container.inspected, {"Config", "Image"});
    handover.target.deployed_id = text_at(container.inspected, {"Image"});
    return handover;
  }

  Result<void> make(Handover& handover) override {
    const Container old = TRY(need(engine(), handover.old_id));
    TRY(create(old, handover));
    return carry_secret_key(old, handover.new_id);
  }

  Result<void> unmake(const Handover& handover) override {
    if (!handover.makes) return {};
    TRY(give_name_back(handover.target));
    const auto made = TRY(look_at(engine(), handover.new_id.empty() ? handover.new_first_name : handover.new_id));
    if (!made || made->ever_started) return {};
    return docker::remove(engine(), *made, Volumes::go);
  }

  Result<void> stop(const Handover& handover) override {
    const Container old = TRY(need(engine(), handover.old_id));
    if (handover.ran && !old.running) return stop_for_good(engine(), old);
    TRY(set_policy(engine(), old, stays_stopped));
    return docker::stop(engine(), old);
  }

  Result<void> start(const Handover& handover) override {
    const Container before = TRY(need(engine(), handover.old_id));
    TRY(rename(engine(), before, handover.old_kept_name));
    const Container after = TRY(need(engine(), handover.new_id));
    TRY(rename(engine(), after, handover.name));
    return docker::start(engine(), after);
  }

  Result<bool> has_started(const Handover& handover) override {
    if (handover.new_id.empty()) return false;
    const auto found = TRY(look_at(engine(), handover.new_id));
    return found && found->name == handover.name && found->running;
  }

  Result<Answer> watch(const Handover& handover, const Watch& watch) override {
    return wait_for_answer(engine(), *transport_, request(handover.new_id, handover.target.version), watch);
  }

  Result<void> confirm(const Handover& handover) override {
    const Container now = TRY(need(engine(), handover.new_id));
    if (!handover.ran) TRY(docker::stop(engine(), now));
    return set_policy(engine(), now, handover.policy);
  }

  // The way back.

  Result<void> take_away(const Handover& handover, const fs::path& log) override {
    if (handover.new_id.empty() || (handover.makes && !TRY(has_ever_started(handover.new_id)))) return unmake(handover);
    const auto failed = TRY(look_at(engine(), handover.new_id));
    if (!failed) return {};
    if (keeps_failed(handover)) TRY(stop_for_good(engine(), *failed));
    const std::string text = TRY(log_to_keep(engine(), *failed));
    TRY(file::write_durably(log, text));
    TRY(give_name_back(handover.target));
    if (!keeps_failed(handover)) return remove_by_force(engine(), *failed);
    return rename(engine(), *failed, handover.new_aside_name);
  }

  Result<void> put_back(const Handover& handover, const Watch& watch) override {
    const Container old = TRY(need(engine(), handover.old_id));
    TRY(rename(engine(), old, handover.name));
    if (!handover.ran) return set_policy(engine(), old, handover.policy);
    TRY(docker::start(engine(), old));
    if (handover.answered) TRY(wait_for_answer(engine(), *transport_, request(handover.old_id, {}), watch));
    return set_policy(engine(), old, handover.policy);
  }

  std::vector<std::string> take_away_by_hand(const Handover& handover) override {
    if (handover.new_id.empty()) return {};
    const auto failed = look_at(engine(), handover.new_id);
    if (failed && !*failed) return {};
    const std::string id = short_id(handover.new_id);
    std::vector<std::string> commands = {
        fmt::format("{} {} {}", engine().command(), keeps_failed(handover) ? "stop" : "rm --force", id)};
    if (keeps_failed(handover) && (!failed || (*failed)->name != handover.new_aside_name))
      commands.push_back(fmt::format("{} rename {} {}", engine().command(), id, handover.new_aside_name));
    if (const auto taken = has_taken_name(handover.target); taken && *taken)
      commands.push_back(fmt::format("{} tag {} {}", engine().command(), short_id(handover.target.displaced_id),
                                     handover.target.name));
    return commands;
  }

  std::vector<std::string> put_back_by_hand(const Handover& handover) override {
    const auto old = look_at(engine(), handover.old_id);
    const std::string id = short_id(handover.old_id);
    std::vector<std::string> commands;
    if (!old || !*old || (*old)->name != handover.name)
      commands.push_back(fmt::format("{} rename {} {}", engine().command(), id, handover.name));
    if (handover.policy.name != "no" && !engine().is_podman()) {
      const std::string most = handover.policy.most > 0 ? fmt::format(":{}", handover.policy.most) : std::string();
      commands.push_back(fmt::format("docker update --restart {}{} {}", handover.policy.name, most, id));
    }
    if (handover.ran) commands.push_back(fmt::format("{} start {}", engine().command(), id));
    return commands;
  }

  Result<void> remove(const Kept& kept) override {
    const auto found = TRY(look_at(engine(), kept.id));
    if (!found || !is_own_name(found->name) || found->running) return {};
    return docker::remove(engine(), *found, Volumes::stay);
  }

  Result<std::optional<std::string>> secret_key(const fs::path& inside) override {
    const auto tar = TRY(file_as_tar(engine(), deployment_.instance, inside, largest_key));
    if (!tar) return std::nullopt;
    return TRY(content_of_tar(*tar));
  }

  Result<bool> pause_for_restore() override {
    const Container container = TRY(own());
    TRY(refuse_unfit(container));
    TRY(docker::stop(engine(), container));
    return container.running;
  }

  Result<void> start_again(const Watch& watch) override {
    const Container container = TRY(own());
    TRY(docker::start(engine(), container));
    TRY(wait_for_answer(engine(), *transport_, request(container.id, {}), watch));
    return {};
  }

 private:
  // Trials.

  std::string name(const std::string& change_id) override { return marked(change_id, "trial"); }
  Result<TrialRun> run(const Trial& trial, const Watch& watch,
                       const std::function<Result<void>(const Answer&)>& ask) override {
    const TrialGround ground{.engine = engine(),
                             .transport = *transport_,
                             .instance = deployment_.instance,
                             .data_directory = deployment_.data_directory,
                             .local = connection_.local(),
                             .engine_host = connection_.host()};
    return run_trial(ground, name(trial.change_id), trial, watch, ask);
  }
  Result<void> remove(const std::string& change_id) override {
    return remove_trial(engine(), name(change_id), change_id);
  }
  Result<std::int64_t> memory_in_use() override { return memory_of(engine(), deployment_.instance); }

  [[nodiscard]] Engine& engine() { return connection_.engine; }
  [[nodiscard]] Result<Container> own() { return need(engine(), deployment_.instance); }
  [[nodiscard]] std::string marked(const std::string& change_id, std::string_view role) const {
    return fmt::format("{}.liftlock-{}-{}", deployment_.instance, change_id, role);
  }

  [[nodiscard]] WatchRequest request(std::string id, std::string version) const {
    return {.id = std::move(id),
            .version = std::move(version),
            .local = connection_.local(),
            .engine_host = connection_.host()};
  }

  /// Podman starts one with a restart policy again and again, and neither can that be taken from it, nor it be stopped
  /// for certain.
  bool keeps_failed(const Handover& handover) {
    return !engine().is_podman() || !handover.makes || handover.policy.name == "no";
  }

  /// Where making the new one has taken a name from another image ("latest" means what it meant before).
  Result<void> give_name_back(const Target& target) {
    if (!TRY(has_taken_name(target))) return {};
    return name_image(engine(), target.displaced_id, target.name);
  }

  /// False, too, where who bore the name is gone.
  Result<bool> has_taken_name(const Target& target) {
    if (target.displaced_id.empty()) return false;
    const std::string doing = fmt::format("Looking for the image {}", target.name);
    const auto bearer = TRY(inspect_image(engine(), target.name, doing));
    const auto before = TRY(inspect_image(engine(), target.displaced_id, doing));
    return before && bearer && text_at(*bearer, {"Id"}) == target.id;
  }

  Result<Handover> begin(const Container& container) {
    TRY(refuse_unfit(container));
    TRY(refuse_unfit_of_podman(engine(), container));
    TRY(refuse_shared_data(container));
    if (!can_be_asked(container, connection_.local())) {
      return refusal(
          "no-way-to-ask", fmt::format("Looking whether the container {} can be watched", container.name),
          "It publishes no port, is on no network that this machine reaches, and has no health check: nobody "
          "could tell whether the new version works.",
          "Publish its port (127.0.0.1 is enough), then run the command again.");
    }
    Handover handover;
    handover.name = deployment_.instance;
    handover.old_id = container.id;
    handover.policy = container.policy;
    handover.ran = container.running;
    const auto addresses = addresses_of(container.inspected, connection_.local(), connection_.host());
    handover.answered = container.running && (ask(*transport_, addresses) || container.health == "healthy");
    return handover;
  }

  /// Two programs on one database: the other one would go on while this one's data is changed.
  Result<void> refuse_shared_data(const Container& container) {
    const auto listed = TRY(engine().get("/containers/json", "Looking who else uses the data"));
    for (const Json& other : listed.value_or(Json::array())) {
      if (text_at(other, {"Id"}) == container.id || !other.contains("Mounts")) continue;
      if (!text_at(other, {"Labels", helper_label}).empty()) continue;  // Liftlock itself, which heeds its lock
      for (const Json& mount : other["Mounts"]) {
        std::error_code ignored;
        const fs::path source = fs::weakly_canonical(text_at(mount, {"Source"}), ignored);
        if (source.empty() ||
            !(file::is_below(source, deployment_.data_directory) || file::is_below(deployment_.data_directory, source)))
          continue;
        return refusal("data-shared", fmt::format("Looking who else uses the data of {}", container.name),
                       fmt::format("The container {} runs on the same data.", name_of(other)),
                       fmt::format("Stop it:\n    docker stop {}\nThen run the command again.", name_of(other)));
      }
    }
    return {};
  }

  /// With a restart policy of its own only once it is trusted; where none can be given later, from the beginning.
  Result<void> create(const Container& old, Handover& handover) {
    const std::string doing = fmt::format("Making a container of {}", handover.target.name);
    const auto old_image = TRY(inspect_image(engine(), text_at(old.inspected, {"Image"}),
                                             fmt::format("Inspecting the image of the container {}", old.name)));
    const Json wanted = TRY(inspect_wholly(engine(), old));
    Creation creation = creation_of(wanted, old_image.value_or(Json()), handover.target.name, handover.new_first_name);
    if (names_by_tag(handover.target)) TRY(name_image(engine(), handover.target.id, handover.target.name));
    if (!engine().is_podman()) creation.create.body["HostConfig"]["RestartPolicy"] = {{"Name", stays_stopped.name}};
    TRY(pass_trap(doing));
    handover.new_id = text_at(TRY(engine().post(creation.create.path, doing, creation.create.body)), {"Id"});
    for (const Order& order : creation.networks) {
      TRY(pass_trap(doing));
      TRY(engine().post(order.path, doing, order.body));
    }
    const Container made = TRY(need(engine(), handover.new_id));
    if (text_at(made.inspected, {"Image"}) != handover.target.id) {
      return failure("image-changed", doing,
                     fmt::format("{} names another image than a moment ago.", handover.target.name),
                     "Run the command again.");
    }
    const auto new_image = TRY(inspect_image(engine(), handover.target.id, doing));
    return refuse_differences(differences(wanted, old_image.value_or(Json()), TRY(inspect_wholly(engine(), made)),
                                          new_image.value_or(Json())),
                              doing);
  }

  /// Whether the engine has made what it was asked for.
  static Result<void> refuse_differences(std::vector<std::string> found, const std::string& doing) {
    std::erase(found, "HostConfig.RestartPolicy");  // which it gets later
    if (found.empty()) return {};
    return failure("identity-differs", doing, fmt::format("It is not as the old one is: {}.", fmt::join(found, ", ")),
                   "Make the container anew with what the engine takes today, then run the command again.");
  }

  /// As the engine hands it out, so that bytes, mode and owner stay.
  Result<void> carry_secret_key(const Container& old, const std::string& to) {
    if (deployment_.secret_inside.empty()) return {};
    const auto tar = TRY(file_as_tar(engine(), old.id, deployment_.secret_inside, largest_key));
    if (!tar) return {};
    const std::string doing = "Carrying the secret key into the new container";
    TRY(pass_trap(doing));
    return put_tar(engine(), to, deployment_.secret_inside.parent_path(), *tar, doing);
  }

  Result<bool> has_ever_started(const std::string& id) {
    const auto found = TRY(look_at(engine(), id));
    return found && found->ever_started;
  }

  Connection connection_;
  std::unique_ptr<http::Transport> transport_;  ///< for the program, not the engine
  Deployment deployment_;
};

class DockerDriver final : public Driver {
 public:
  explicit DockerDriver(DockerRunner runner) : runner_(std::move(runner)) {}
  Runner* runner() override { return &runner_; }
  Result<process::Users> users(const Deployment& deployment) override {
    if (deployment.postgres) return process::Users{};  // its server knows
    return process::users_of(process::database_files(deployment.database));
  }
  Result<process::Users> strangers(const Deployment& deployment) override {
    auto found = TRY(users(deployment));
    if (found.users.empty()) return found;
    const std::string id = TRY(runner_.own_id());
    std::erase_if(found.users, [&](const process::User& user) { return runs_in(user.pid, id); });
    return found;
  }

 private:
  DockerRunner runner_;
};

}  // namespace

Result<std::unique_ptr<Driver>> make_driver(const Deployment& deployment) {
  auto connection = TRY(required_engine(fmt::format("Looking for the container {}", deployment.instance)));
  return std::make_unique<DockerDriver>(DockerRunner(std::move(connection), TRY(http::make_transport()), deployment));
}

}  // namespace liftlock::deployment::docker

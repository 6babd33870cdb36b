#include "deployment/docker/docker.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/file_stream.hpp"
#include "base/json.hpp"
#include "deployment/deployment.hpp"
#include "deployment/docker/connection.hpp"
#include "deployment/docker/container.hpp"
#include "deployment/docker/database_host.hpp"
#include "deployment/docker/logs.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/docker/tar_file.hpp"

namespace liftlock::deployment {

namespace docker {

namespace fs = std::filesystem;

namespace {

class DockerPlatform final : public Platform {
 public:
  explicit DockerPlatform(Engine engine) : engine_(std::move(engine)) {}

  [[nodiscard]] std::string description() const override { return engine_.description(); }

  Result<std::vector<std::string>> names() override {
    const auto listed = TRY(engine_.get("/containers/json?all=1", "Listing the containers"));
    std::vector<std::string> names;
    for (const Json& container : listed.value_or(Json::array())) {
      if (!looks_like_open_webui(container) || is_own_name(name_of(container))) continue;
      names.push_back(name_of(container));
    }
    std::ranges::sort(names);
    return names;
  }

  Result<Instance> inspect(std::string_view name) override {
    if (!may_be_name(name)) return unknown(name);
    const auto container =
        TRY(engine_.get(fmt::format("/containers/{}/json", name), fmt::format("Inspecting the container {}", name)));
    if (!container) return unknown(name);
    const auto id = container->find("Image");
    if (id == container->end() || !id->is_string()) return read_instance(*container, {});
    const auto image = TRY(engine_.get(fmt::format("/images/{}/json", id->get<std::string>()),
                                       fmt::format("Inspecting the image of the container {}", name)));
    return read_instance(*container, image.value_or(Json()));
  }

  Result<std::vector<registry::LocalImage>> images() override { return local_images(engine_); }

  Result<std::optional<InsideFile>> look(const Instance& instance, const fs::path& path) override {
    return stat_inside(engine_, instance, path);
  }

  Result<std::string> read(const Instance& instance, const fs::path& path, std::size_t most) override {
    const auto tar = TRY(file_as_tar(engine_, instance.id, path, most));
    if (!tar) return missing(fmt::format("Reading {} in {}", path.string(), instance.name));
    return content_of_tar(*tar);
  }

  Result<void> copy_out(const Instance& instance, const fs::path& path, const fs::path& to) override {
    const fs::path tar = to.string() + ".tar";
    Result<void> written = {};
    {
      file::Writer writer = TRY(file::Writer::create(tar));
      const auto take = [&](std::string_view piece) {
        written = writer.write(piece);
        return written.has_value();
      };
      const std::string doing = fmt::format("Copying {} out of {}", path.string(), instance.name);
      if (!TRY(engine_.stream(archive_path(instance.id, path), doing, take))) return missing(doing);
    }
    TRY(std::move(written));
    TRY(unpack_tar(tar, to));
    return file::remove(tar);
  }

  Result<std::optional<PostgresAccess>> postgres_of(const Instance& instance) override {
    return find_postgres(engine_, instance.id);
  }

  Result<void> logs(const Instance& instance, const LogWish& wish, const LogSink& sink) override {
    const std::string doing = fmt::format("Reading the log of {}", instance.name);
    const auto container = TRY(engine_.get(fmt::format("/containers/{}/json", instance.id), doing));
    if (!container) return unknown(instance.name);
    const LogQuery query{.follow = wish.follow,
                         .terminal = json::at(*container, {"Config", "Tty"}) == true,
                         .since = {},
                         .tail = wish.newest > 0 ? std::to_string(wish.newest) : ""};
    const auto take = [&](std::string_view line, bool error) {
      sink(line, error);
      return !wish.enough || !wish.enough();
    };
    if (!TRY(read_logs(engine_, instance.id, query, take, {.patience = {}, .cancelled = wish.enough})))
      return unknown(instance.name);
    return {};
  }

  Result<std::vector<std::string>> updaters_of(const Instance& instance) override {
    const auto listed = TRY(engine_.get("/containers/json", "Listing what runs"));
    std::vector<std::string> names;
    for (const Json& container : listed.value_or(Json::array())) {
      if (json::text_at(container, {"Id"}) == instance.id && declines_updates(container))
        return std::vector<std::string>{};
      if (is_updater(container)) names.push_back(name_of(container));
    }
    return names;
  }

 private:
  std::unexpected<Error> unknown(std::string_view name) const {
    return std::unexpected(Error{ErrorKind::usage, "instance-unknown",
                                 fmt::format("Looking for the container {}", name),
                                 fmt::format("{} has no container of that name.", engine_.description()),
                                 "Nothing was changed.", "liftlock status lists what there is."});
  }

  static std::unexpected<Error> missing(const std::string& doing) {
    return failure("file-missing", doing, "There is no such file.");
  }

  Engine engine_;
};

}  // namespace

std::unique_ptr<Platform> make_platform(Engine engine) { return std::make_unique<DockerPlatform>(std::move(engine)); }

}  // namespace docker

Result<std::unique_ptr<Platform>> container_engine() {
  auto connection = TRY(docker::connect_engine());
  if (!connection) return nullptr;
  return docker::make_platform(std::move(connection->engine));
}

Result<std::unique_ptr<Platform>> required_container_engine(std::string_view doing) {
  return docker::make_platform(TRY(docker::required_engine(doing)).engine);
}

}  // namespace liftlock::deployment

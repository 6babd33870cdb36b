// What a change asks of a container engine, one thing at a time, for tests/docker: no command does that. Prints JSON.
//
//   engine-tool inspect CONTAINER                        all that an engine says of it
//   engine-tool create OLD OLD_IMAGE IMAGE NAME          how the container is made anew: files with inspections
//   engine-tool differences OLD OLD_IMAGE NEW NEW_IMAGE  what is not as it was
//   engine-tool anew CONTAINER IMAGE NAME                does so at DOCKER_HOST, and compares
//   engine-tool pull REPOSITORY TAG|DIGEST               likewise
//   engine-tool logs CONTAINER [SECONDS]                 follows them, for that long
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <tuple>

#include "deployment/docker/endpoint.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/docker/identity.hpp"
#include "deployment/docker/inspection.hpp"
#include "deployment/docker/logs.hpp"
#include "deployment/docker/podman.hpp"
#include "deployment/docker/pull.hpp"

namespace {

using namespace liftlock;
using namespace liftlock::deployment::docker;

Json document(const char* path) {
  std::ifstream file(path);
  return Json::parse(file);
}

Json as_json(const Order& order) { return {{"path", order.path}, {"body", order.body}}; }

/// Notes the stages and how far each came.
class Stages final : public Progress {
 public:
  Json seen = Json::array();
  void begin(std::string_view stage, std::int64_t total, Unit) override {
    seen.push_back({{"stage", stage}, {"total", total}, {"steps", 0}, {"done", 0}, {"ended", false}});
  }
  void advance(std::int64_t done) override {
    if (seen.back()["done"] != done) seen.back()["steps"] = seen.back()["steps"].get<int>() + 1;
    seen.back()["done"] = done;
  }
  void end() override { seen.back()["ended"] = true; }
};

Result<Engine> engine() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const auto endpoint = TRY(find_endpoint(variable));
  return Engine::connect(endpoint.value(), TRY(http::make_transport()));
}

Result<Json> pull_image(const char* repository, const char* reference) {
  Engine at = TRY(engine());
  Stages stages;
  const Json image = TRY(pull(at, {.repository = repository, .reference = reference}, stages));
  return Json{{"id", image["Id"]}, {"stages", stages.seen}};
}

Result<Json> inspect(Engine& at, const std::string& container) { return inspect_wholly(at, TRY(need(at, container))); }

Result<Json> make_anew(const std::string& container, const std::string& image, const std::string& name) {
  Engine at = TRY(engine());
  const Json old = TRY(inspect(at, container));
  const Json old_image = TRY(inspect_image(at, old["Image"].get<std::string>(), "Inspecting")).value();
  const Creation creation = creation_of(old, old_image, image, name);
  std::ignore = TRY(at.post(creation.create.path, "Creating", creation.create.body));
  for (const Order& order : creation.networks) std::ignore = TRY(at.post(order.path, "Connecting", order.body));
  const Json made = TRY(inspect(at, name));
  const Json new_image = TRY(inspect_image(at, made["Image"].get<std::string>(), "Inspecting")).value();
  return Json{{"asked", creation.create.body}, {"differences", differences(old, old_image, made, new_image)}};
}

Result<Json> follow(const std::string& container, double seconds) {
  Engine at = TRY(engine());
  const auto inspected = TRY(at.get("/containers/" + container + "/json", "Inspecting"));
  LogQuery query;
  if (inspected) query.terminal = inspected->at("Config").at("Tty") == true;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  Json lines = Json::array();
  const auto take = [&](std::string_view line, bool err) {
    lines.push_back({err ? "err" : "out", line});
    return true;
  };
  const bool found =
      TRY(read_logs(at, container, query, take,
                    {.patience = {}, .cancelled = [&] { return std::chrono::steady_clock::now() > end; }}));
  return Json{{"found", found}, {"lines", lines}};
}

Result<Json> run(int count, char** words) {
  const std::string_view verb = count > 1 ? words[1] : "";
  if (verb == "inspect" && count == 3) {
    Engine at = TRY(engine());
    return inspect(at, words[2]);
  }
  if (verb == "create" && count == 6) {
    const Creation creation = creation_of(document(words[2]), document(words[3]), words[4], words[5]);
    Json networks = Json::array();
    for (const Order& order : creation.networks) networks.push_back(as_json(order));
    return Json{{"create", as_json(creation.create)}, {"networks", networks}};
  }
  if (verb == "differences" && count == 6)
    return Json(differences(document(words[2]), document(words[3]), document(words[4]), document(words[5])));
  if (verb == "anew" && count == 5) return make_anew(words[2], words[3], words[4]);
  if (verb == "pull" && count == 4) return pull_image(words[2], words[3]);
  if (verb == "logs" && count >= 3) return follow(words[2], count > 3 ? std::atof(words[3]) : 60);
  return std::unexpected(Error{ErrorKind::usage, "usage", {}, "See the head of engine_tool.cpp.", {}, {}});
}

}  // namespace

int main(int count, char** words) {
  const auto answer = run(count, words);
  if (answer) {
    std::cout << answer->dump() << "\n";
    return 0;
  }
  const Error& error = answer.error();
  std::cout << Json{{"error", {{"id", error.id}, {"doing", error.doing}, {"what", error.what}, {"state", error.state}}}}
                   .dump()
            << "\n";
  return 1;
}

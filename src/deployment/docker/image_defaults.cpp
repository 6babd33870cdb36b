#include "deployment/docker/image_defaults.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace liftlock::deployment::docker {

namespace {

using json::at;
using json::Json;
using json::text_at;

/// Members that are one value, which an image gives where a container's maker gave none.
constexpr std::array plain = {"User", "WorkingDir", "StopSignal"};
/// Members whose members are added to those of the container's maker.
constexpr std::array sets = {"Labels", "ExposedPorts", "Volumes"};

bool nothing(const Json& value) {
  return value.is_null() || value.empty() || (value.is_string() && value.get_ref<const std::string&>().empty()) ||
         value == 0;
}

bool same(const Json& one, const Json& other) { return one == other || (nothing(one) && nothing(other)); }

std::string variable_name(const Json& entry) {
  const std::string text = entry.is_string() ? entry.get<std::string>() : std::string();
  return text.substr(0, text.find('='));
}

void drop_environment(Json& config, const Json& image) {
  const auto mine = config.find("Env");
  if (mine == config.end() || !mine->is_array()) return;
  Json kept = Json::array();
  const Json& theirs = at(image, {"Env"});
  for (const Json& entry : *mine) {
    if (std::ranges::find(theirs, entry) == theirs.end()) kept.push_back(entry);
  }
  *mine = std::move(kept);
}

void drop_members(Json& config, const Json& image, const char* name) {
  const auto mine = config.find(name);
  if (mine == config.end() || !mine->is_object()) return;
  const Json& theirs = at(image, {name});
  if (!theirs.is_object()) return;
  for (const auto& [key, value] : theirs.items()) {
    const auto found = mine->find(key);
    if (found != mine->end() && same(*found, value)) mine->erase(found);
  }
}

/// An engine takes the image's command only where the container's maker gave neither entry point nor command.
void drop_command(Json& config, const Json& image) {
  const bool same_entry = same(at(config, {"Entrypoint"}), at(image, {"Entrypoint"}));
  const bool same_command = same(at(config, {"Cmd"}), at(image, {"Cmd"}));
  // The image has a command and the container none: its maker gave the image's entry point in so many words.
  const bool named = same_entry && !same_command && nothing(at(config, {"Cmd"}));
  if (same_entry && !named) {
    config.erase("Entrypoint");
    if (same_command) config.erase("Cmd");
  } else if (nothing(at(config, {"Entrypoint"}))) {
    config["Entrypoint"] = Json::array({""});  // how a request says: none, whatever the image has
  }
  if (!config.contains("Cmd")) config.erase("ArgsEscaped");
}

void drop_health_check(Json& config, const Json& image) {
  const Json& theirs = at(image, {"Healthcheck"});
  if (!theirs.is_object()) return;
  Json& mine = config["Healthcheck"];
  if (!mine.is_object() || mine.empty()) {
    mine = {{"Test", {"NONE"}}};
    return;
  }
  for (const auto& [key, value] : theirs.items()) {
    const auto found = mine.find(key);
    if (found != mine.end() && same(*found, value)) mine.erase(found);
  }
  if (mine.empty()) config.erase("Healthcheck");
}

/// What engines write where neither maker nor image said anything.
bool engine_default(const std::string& name, const Json& value) {
  return (name == "StopSignal" && (value == "SIGTERM" || value == "15")) || (name == "WorkingDir" && value == "/");
}

void add_environment(Json& config, const Json& image) {
  Json& mine = config["Env"];
  if (!mine.is_array()) mine = Json::array();
  std::set<std::string> names;
  for (const Json& entry : mine) names.insert(variable_name(entry));
  for (const Json& entry : at(image, {"Env"})) {
    if (!names.contains(variable_name(entry))) mine.push_back(entry);
  }
}

void add_members(Json& config, const Json& image, const char* name) {
  const Json& theirs = at(image, {name});
  if (!theirs.is_object()) return;
  Json& mine = config[name];
  if (!mine.is_object()) mine = Json::object();
  for (const auto& [key, value] : theirs.items()) {
    if (!mine.contains(key) || (name == std::string_view("Healthcheck") && nothing(mine[key]))) mine[key] = value;
  }
}

}  // namespace

Json own_config(Json config, const Json& image) {
  drop_environment(config, image);
  drop_command(config, image);
  drop_health_check(config, image);
  for (const char* name : sets) drop_members(config, image, name);
  if (same(at(config, {"Shell"}), at(image, {"Shell"}))) config.erase("Shell");  // which Docker does not mix in
  for (const char* name : plain) {
    const Json& mine = at(config, {name});
    const Json& theirs = at(image, {name});
    if (same(mine, theirs) || (nothing(theirs) && engine_default(name, mine))) config.erase(name);
  }
  return config;
}

Json with_defaults(Json own, const Json& image) {
  add_environment(own, image);
  if (nothing(at(own, {"Entrypoint"}))) {
    if (nothing(at(own, {"Cmd"}))) own["Cmd"] = at(image, {"Cmd"});
    own["Entrypoint"] = at(image, {"Entrypoint"});
  } else if (own["Entrypoint"] == Json::array({""})) {
    own["Entrypoint"] = nullptr;
  }
  add_members(own, image, "Healthcheck");
  for (const char* name : sets) add_members(own, image, name);
  for (const char* name : plain) {
    if (nothing(at(own, {name}))) own[name] = at(image, {name});
  }
  return own;
}

}  // namespace liftlock::deployment::docker

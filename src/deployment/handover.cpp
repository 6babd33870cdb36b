#include "deployment/handover.hpp"

namespace liftlock::deployment {

using Json = nlohmann::ordered_json;

Json to_json(const Target& target) {
  return {{"wanted", target.wanted},
          {"version", target.version},
          {"name", target.name},
          {"digest", target.digest},
          {"id", target.id},
          {"digests", target.digests},
          {"bytes", target.bytes},
          {"registry_error", target.registry_error},
          {"displaced_id", target.displaced_id},
          {"deployed_name", target.deployed_name},
          {"deployed_id", target.deployed_id}};
}

Target target_from(const Json& json) {
  return {.wanted = json.value("wanted", ""),
          .version = json.value("version", ""),
          .name = json.value("name", ""),
          .digest = json.value("digest", ""),
          .id = json.value("id", ""),
          .digests = json.value("digests", std::vector<std::string>{}),
          .bytes = json.value("bytes", std::int64_t{0}),
          .registry_error = json.value("registry_error", ""),
          .displaced_id = json.value("displaced_id", ""),
          .deployed_name = json.value("deployed_name", ""),
          .deployed_id = json.value("deployed_id", "")};
}

Json to_json(const Kept& kept) { return {{"name", kept.name}, {"id", kept.id}}; }

Kept kept_from(const Json& json) { return {.name = json.value("name", ""), .id = json.value("id", "")}; }

Json to_json(const Handover& handover) {
  return {{"name", handover.name},
          {"old", {{"id", handover.old_id}, {"kept_name", handover.old_kept_name}}},
          {"new",
           {{"id", handover.new_id},
            {"first_name", handover.new_first_name},
            {"aside_name", handover.new_aside_name},
            {"made", handover.makes}}},
          {"target", to_json(handover.target)},
          {"policy", {{"name", handover.policy.name}, {"most", handover.policy.most}}},
          {"ran", handover.ran},
          {"answered", handover.answered}};
}

Result<Handover> handover_from(const Json& json) {
  try {
    Handover handover;
    handover.name = json.at("name").get<std::string>();
    handover.old_id = json.at("old").at("id").get<std::string>();
    handover.old_kept_name = json.at("old").at("kept_name").get<std::string>();
    handover.new_id = json.at("new").at("id").get<std::string>();
    handover.new_first_name = json.at("new").at("first_name").get<std::string>();
    handover.new_aside_name = json.at("new").at("aside_name").get<std::string>();
    handover.makes = json.at("new").at("made").get<bool>();
    handover.target = target_from(json.at("target"));
    handover.policy = {json.at("policy").at("name").get<std::string>(), json.at("policy").at("most").get<int>()};
    handover.ran = json.at("ran").get<bool>();
    handover.answered = json.at("answered").get<bool>();
    return handover;
  } catch (const Json::exception& exception) {
    return failure("journal-unknown", "Reading the journal", exception.what());
  }
}

}  // namespace liftlock::deployment

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.hpp"

/// What a change of the program is about, as its journal holds it: no more than what a later run needs to end it.
namespace liftlock::deployment {

/// The program that was wished for, as a runner resolved it.
struct Target {
  std::string wanted;                ///< as it was said: "latest", "0.12.4", "sha256:…"; empty where nobody said
  std::string version;               ///< what it must answer: "0.12.4"; empty where only the program itself tells
  std::string name;                  ///< on its platform, for people: "ghcr.io/open-webui/open-webui:v0.12.4"
  std::string digest;                ///< what `name` came to, and what is brought: "sha256:…"; empty: only known here
  std::string id;                    ///< what it is: "sha256:…"; empty while it is not here
  std::vector<std::string> digests;  ///< by which registries know it
  std::int64_t bytes = 0;            ///< that bringing all of it takes; 0: not known
  std::string registry_error;        ///< why what is here was taken, and no registry heeded; empty: one was
  std::string displaced_id;          ///< what bore `name` on the platform before; empty: nothing else did
  std::string deployed_name;         ///< what is deployed now
  std::string deployed_id;

  [[nodiscard]] bool is_deployed() const { return !id.empty() && id == deployed_id; }
};

/// An instance that is kept, stopped, so that it can be gone back to or looked at.
struct Kept {
  std::string name;  ///< bears ".liftlock-"
  std::string id;
  friend bool operator==(const Kept&, const Kept&) = default;
};

/// What a platform does with an instance that ends, or when it starts itself.
struct RestartPolicy {
  std::string name = "no";  ///< as the platform says it: "no", "always", "unless-stopped", "on-failure"
  int most = 0;             ///< "on-failure": at most so many times; 0: for ever
};

/// One instance takes the place of another under its name.
struct Handover {
  std::string name;  ///< of the deployment's instance: both bear it in turn
  std::string old_id;
  std::string old_kept_name;   ///< the old one's while the new one has the name
  std::string new_id;          ///< empty until it is made
  std::string new_first_name;  ///< the new one's until it gets the name
  std::string new_aside_name;  ///< the new one's once it has failed
  bool makes = true;           ///< the new one is made for this; false: it was kept from an earlier change
  Target target;               ///< what the new one is made of; where it is not made, its version only
  RestartPolicy policy;        ///< the old one's, and the new one's in the end
  bool ran = true;             ///< the old one ran before: the deployment ends as it began
  bool answered = true;        ///< and answered
};

[[nodiscard]] nlohmann::ordered_json to_json(const Target& target);
[[nodiscard]] Target target_from(const nlohmann::ordered_json& json);
[[nodiscard]] nlohmann::ordered_json to_json(const Kept& kept);
[[nodiscard]] Kept kept_from(const nlohmann::ordered_json& json);
[[nodiscard]] nlohmann::ordered_json to_json(const Handover& handover);
/// Errors: "journal-unknown".
[[nodiscard]] Result<Handover> handover_from(const nlohmann::ordered_json& json);

}  // namespace liftlock::deployment

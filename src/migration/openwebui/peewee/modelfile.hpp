#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "migration/openwebui/json.hpp"

namespace liftlock::migration::openwebui {

/// What Open WebUI reads out of the text of an Ollama Modelfile.
struct Modelfile {
  std::optional<std::string> base_model_id;  ///< the word after FROM; of "llama3:8b" that is "llama3"
  Json params = Json::object();              ///< template, stop, the numeric parameters, adapter, system, messages
};

/// Reads a Modelfile as Open WebUI 0.2 to 0.3 did, its peculiarities included: the first of several equal parameters
/// counts, one that is no number is left out, and words are found inside other text, too.
[[nodiscard]] Modelfile parse_modelfile(std::string_view text);

}  // namespace liftlock::migration::openwebui

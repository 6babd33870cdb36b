#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/http.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/runner.hpp"

/// Waiting for the program in a container to answer.
namespace liftlock::deployment::docker {

/// Where this machine can ask it: at its published ports, and, with an engine on this machine, at its own addresses.
/// "http://127.0.0.1:3000"; none where neither is there, or it does not run.
[[nodiscard]] std::vector<std::string> addresses_of(const Json& inspected, bool local, const std::string& engine_host);

/// Whether anybody will be able to tell if it works, once it runs: by an address, or the engine by its health check.
[[nodiscard]] bool can_be_asked(const Container& container, bool local);

/// The first of the addresses that answers that it is healthy, with its version. nullopt: none does.
[[nodiscard]] std::optional<Answer> ask(http::Transport& transport, const std::vector<std::string>& addresses);

/// The lines which say that the program could not migrate its database, or found one that is not its own. Releases
/// before 0.11.3 start all the same.
[[nodiscard]] std::vector<std::string> migration_errors(const std::vector<std::string>& lines);

/// Whether a line of a program's log only notes that it was asked how it is: by an engine's health check, or by ask().
[[nodiscard]] bool notes_a_question(std::string_view line);

struct WatchRequest {
  std::string id;
  std::string version;  ///< that it must answer; empty: any, as of one that was trusted before
  bool local = true;
  std::string engine_host;
  std::function<void(const Container&)> each_second = {};  ///< may be empty
};
/// One that answers, and whose log tells of migration_errors(), has failed ("migration-failed"); not asked where any
/// version will do. Errors: also those of Runner::watch.
[[nodiscard]] Result<Answer> wait_for_answer(Engine& engine, http::Transport& transport, const WatchRequest& request,
                                             const Watch& watch);

/// " The last lines that it wrote: …", for an error's `what`.
[[nodiscard]] std::string last_words(Engine& engine, const Container& container);
/// Why a container that does not run any more ended: "It was killed because it ran out of memory (OOM)."
[[nodiscard]] std::string how_it_ended(const Container& container);

}  // namespace liftlock::deployment::docker

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "migration/script/script.hpp"

/// The migrations that a program brings, next to those that are compiled in.
namespace liftlock::release {

/// One that is not compiled in.
struct UnknownRevision {
  std::string id;
  std::string message;
};

/// One line of revisions that begins as the one that is known.
struct ProgramChain {
  std::size_t revisions = 0;
  std::string head;
  std::string known_head;             ///< the newest that is known: as far as the native engine leads
  std::vector<UnknownRevision> tail;  ///< what comes after it, first to last; all that is known comes before it
};

/// "feedbeef0001 (Add colours)" of each that is not compiled in.
[[nodiscard]] std::vector<std::string> titles_of_tail(const ProgramChain& chain);

/// Puts a program's scripts together; `whose` is for errors: "the image open-webui:v0.12.5".
/// Errors, all refused: "migrations-unreadable" (they are no graph), "migrations-branched" (more than one line),
/// "migrations-differ" (not the known ones in their order, and then perhaps others); each with the ids.
[[nodiscard]] Result<ProgramChain> read_chain(std::vector<migration::script::Script> scripts, std::string_view whose);

}  // namespace liftlock::release

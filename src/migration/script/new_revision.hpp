#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "migration/script/file_name.hpp"
#include "migration/script/revision_map.hpp"
#include "migration/script/script_folder.hpp"

/// New revision files, as `alembic revision` and `alembic merge` make them.
namespace liftlock::migration::script {

/// What the functions of a new revision do, as Python source: the first line without indentation, the others with it.
struct RevisionBody {
  std::string upgrade, downgrade;
  std::string imports;  ///< whole lines; may be empty
};

struct NewRevision {
  std::string id;
  std::optional<std::string> message;
  std::vector<std::string> heads = {"head"};  ///< names of what it revises
  bool splice = false;                        ///< those need not be heads
  std::optional<std::string> branch_label;
  std::vector<std::string> depends_on;
  std::optional<RevisionBody> body;  ///< nothing: "pass"
};

struct RevisionFile {
  std::filesystem::path path;
  std::string text;
  Script script;  ///< as it will be read from the file
};

/// Works out the file; writes nothing. What was made is read again, as the text of a script, before it is given out: it
/// must say what was asked for, and the message must have stayed within its text or comment.
///
/// Errors with Alembic's words (usage): those of lookup.hpp, "several-heads", "heads-repeated", "not-a-head",
/// "graph-broken" (a character that an id cannot have, a branch label that is taken), "revision-exists" (where Alembic
/// only warns, or writes over the file). Others: "template-unsupported", "revision-unwritable".
[[nodiscard]] Result<RevisionFile> new_revision(const RevisionMap& map, const ScriptFolder& folder,
                                                const NewRevision& wanted, const LocalTime& now);

}  // namespace liftlock::migration::script

#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Alembic's revision files, read as text: Python is never started, and no chain is known here by name.
namespace liftlock::migration::script {

/// What one revision file says of itself.
struct Script {
  std::string revision;
  std::vector<std::string> down_revisions;  ///< none at a base, several at a merge
  std::vector<std::string> depends_on;      ///< as written: ids or branch labels
  std::vector<std::string> branch_labels;
  std::string longdoc;      ///< the docstring, without white space around it
  std::string create_date;  ///< what follows "Create Date:" in the docstring; may be empty
  std::string path;         ///< of the file, absolute; empty for a chain that is compiled in
};

/// The first paragraph of the docstring.
[[nodiscard]] inline std::string_view doc_of(const Script& script) {
  const std::string_view text = script.longdoc;
  return text.substr(0, text.find("\n\n"));
}

}  // namespace liftlock::migration::script

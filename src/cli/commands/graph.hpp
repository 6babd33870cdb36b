#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"
#include "migration/revision.hpp"
#include "migration/script/revision_map.hpp"

/// What the commands about the graph of revisions share.
namespace liftlock::cli {

/// A chain's graph: the one that is compiled in, or what --scripts names.
class Graph {
 public:
  /// Says on stderr what Alembic would warn of. Errors: those of read_scripts and RevisionMap::of.
  [[nodiscard]] static Result<Graph> of(Context& context, const Arguments& arguments);

  [[nodiscard]] const migration::script::RevisionMap& map() const { return read_ ? *read_ : built_in(); }
  /// Where the scripts are; empty for the chain that is compiled in.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// A revision as `docs/reference/json.md` describes it.
  [[nodiscard]] Json json(std::size_t place) const;
  [[nodiscard]] Json json(const std::vector<std::size_t>& places) const;
  /// Warnings as a JSON array.
  [[nodiscard]] Json warnings() const;

 private:
  [[nodiscard]] static const migration::script::RevisionMap& built_in();
  std::shared_ptr<const migration::script::RevisionMap> read_;
  std::filesystem::path folder_;
};

/// One revision of a graph.
[[nodiscard]] Json revision_json(const migration::script::RevisionMap& map, std::size_t place);

/// A revision that is compiled in, in the same form; migrations of Peewee's and repairs have neighbours in no graph.
[[nodiscard]] Json revision_json(const migration::Revision& revision);

/// The table entry of `--scripts`.
[[nodiscard]] Option scripts_option();

}  // namespace liftlock::cli

#pragma once

#include <map>
#include <set>
#include <string>

#include "base/error.hpp"
#include "database/schema.hpp"
#include "migration/state.hpp"

namespace liftlock::migration {

/// The schemas that the revisions of Open WebUI's chain have in one kind of database, as that database spells them.
class ChainSchemas {
 public:
  virtual ~ChainSchemas() = default;

  /// That of a database of this lineage at that head.
  [[nodiscard]] virtual Result<database::Schema> at(Lineage lineage, const Head& head) = 0;
  /// That of a database of this lineage that was at the newest revision and went down to this one (empty: the base).
  [[nodiscard]] virtual Result<database::Schema> after_way_down(Lineage lineage, const std::string& revision) = 0;
  /// Tells that every revision of the lineage will be asked for: cheaper at once than one by one.
  [[nodiscard]] virtual Result<void> expect_all(Lineage /*lineage*/) { return {}; }
  /// Every object (see database::describe_schema) that some revision of the lineage has. Made once.
  [[nodiscard]] Result<std::set<std::string>> objects(Lineage lineage);

 private:
  std::map<Lineage, std::set<std::string>> objects_;
};

/// A database of this lineage at the newest revision.
[[nodiscard]] DatabaseState newest_state(Lineage lineage);

/// SQLite's.
class SqliteChain final : public ChainSchemas {
 public:
  [[nodiscard]] Result<database::Schema> at(Lineage lineage, const Head& head) override {
    return expected_schema(lineage, head);
  }
  [[nodiscard]] Result<database::Schema> after_way_down(Lineage lineage, const std::string& revision) override;
};

}  // namespace liftlock::migration

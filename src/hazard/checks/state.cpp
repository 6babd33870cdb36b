// Where the database stands.

#include <algorithm>
#include <cstdint>

#include "hazard/checks/all.hpp"

namespace liftlock::hazard {

namespace {

using migration::Lineage;

class ForeignDatabase final : public Check {
 public:
  ForeignDatabase() : Check("database-foreign") {}
  bool applies(const Situation& situation) const override { return situation.state.foreign; }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

class UnknownRevision final : public Check {
 public:
  UnknownRevision() : Check("revision-unknown") {}
  bool applies(const Situation& situation) const override { return !situation.state.known_revision; }
  Result<Findings> run(const Situation& situation) const override {
    return Findings{finding(situation, 0, {}, {{"revision", situation.state.revision}})};
  }
};

/// One finding a leftover, with the explanation and the repair that the migration room gives.
class Leftovers : public Check {
 public:
  Leftovers(std::string_view id, bool repairable) : Check(id), repairable_(repairable) {}
  bool applies(const Situation& situation) const override {
    return std::ranges::any_of(situation.state.leftovers, [this](const auto& leftover) { return is_mine(leftover); });
  }
  Result<Findings> run(const Situation& situation) const override {
    Findings findings;
    for (const auto& leftover : situation.state.leftovers) {
      if (!is_mine(leftover)) continue;
      findings.push_back(
          finding(situation, 0, {leftover.id}, {{"explanation", leftover.explanation}, {"repair", leftover.repair}}));
    }
    return findings;
  }

 private:
  [[nodiscard]] bool is_mine(const migration::DatabaseState::Leftover& leftover) const {
    return leftover.repairable == repairable_;
  }
  bool repairable_;
};

class RepairableLeftovers final : public Leftovers {
 public:
  RepairableLeftovers() : Leftovers("half-migrated", true) {}
};

class HopelessLeftovers final : public Leftovers {
 public:
  HopelessLeftovers() : Leftovers("half-migrated-beyond-repair", false) {}
};

class EmptyDatabase final : public Check {
 public:
  EmptyDatabase() : Check("database-empty") {}
  bool applies(const Situation& situation) const override {
    return situation.way == Way::up && situation.state.lineage == Lineage::none && !situation.state.foreign;
  }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

/// Releases from 0.9.6 on have dropped the Peewee migrations; native runs them.
class DroppedPeeweeSteps final : public Check {
 public:
  DroppedPeeweeSteps() : Check("peewee-steps-dropped") {}
  bool applies(const Situation& situation) const override {
    return situation.way == Way::up && situation.state.lineage == Lineage::peewee && !situation.path.peewee.empty() &&
           situation.target->head.peewee_migrations == 0;
  }
  Result<Findings> run(const Situation& situation) const override {
    return Findings{finding(situation, static_cast<std::int64_t>(situation.path.peewee.size()))};
  }
};

/// A release that still runs Peewee migrations would begin them anew on a database that has none recorded.
class MissingPeeweeHistory final : public Check {
 public:
  MissingPeeweeHistory() : Check("peewee-history-missing") {}
  bool applies(const Situation& situation) const override {
    return situation.way != Way::down && situation.state.lineage == Lineage::alembic &&
           situation.target->head.peewee_migrations > 0;
  }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

}  // namespace

void add_state_checks(CheckList& list) {
  add<ForeignDatabase>(list);
  add<UnknownRevision>(list);
  add<HopelessLeftovers>(list);
  add<RepairableLeftovers>(list);
  add<EmptyDatabase>(list);
  add<DroppedPeeweeSteps>(list);
  add<MissingPeeweeHistory>(list);
}

}  // namespace liftlock::hazard

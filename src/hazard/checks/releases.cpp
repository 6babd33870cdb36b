// Releases whose own scripts, or whose program, do harm.

#include <algorithm>

#include "hazard/checks/all.hpp"
#include "hazard/harmful_releases.hpp"

namespace liftlock::hazard {

namespace {

using release::Version;

bool between(const Version& version, const char* first, const char* last) {
  return version >= *Version::parse(first) && version <= *Version::parse(last);
}

std::string nearest_safe(const Version& version) {
  const release::Release* safe = release::next_after(version);
  while (safe != nullptr && is_harmful(safe->version)) safe = release::next_after(safe->version);
  return release::to_string(safe != nullptr ? safe->version : release::latest().version);
}

/// Releases `first` to `last` run the script of `revision` wrongly; native has run it rightly before the program comes.
class BrokenScript : public Check {
 public:
  BrokenScript(std::string_view id, const char* first, const char* last, std::string_view revision)
      : Check(id), first_(first), last_(last), revision_(revision) {}
  bool applies(const Situation& situation) const override {
    return between(situation.target->version, first_, last_) && situation.crosses(revision_);
  }
  Result<Findings> run(const Situation& situation) const override {
    return Findings{finding(situation, 0, {}, {{"safe", nearest_safe(situation.target->version)}})};
  }

 private:
  const char* first_;
  const char* last_;
  std::string_view revision_;
};

class StrandedChats final : public BrokenScript {
 public:
  StrandedChats() : BrokenScript("release-strands-chats", "0.9.6", "0.9.6", "242a2047eae0") {}
};

class BrokenUserTable final : public BrokenScript {
 public:
  BrokenUserTable() : BrokenScript("release-breaks-user-table", "0.9.6", "0.10.1", "b10670c03dd5") {}
};

class TwiceEncodedOauth final : public BrokenScript {
 public:
  TwiceEncodedOauth() : BrokenScript("release-encodes-oauth-twice", "0.10.2", "0.11.0", "b10670c03dd5") {}
};

/// Says "healthy" although its migration failed: not a danger of this change, but of the next start on other data.
class SwallowedErrors final : public Check {
 public:
  SwallowedErrors() : Check("release-hides-failures") {}
  bool applies(const Situation& situation) const override {
    return situation.way == Way::up && between(situation.target->version, "0.3.8", "0.11.2");
  }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

class ProgramMustFollow final : public Check {
 public:
  ProgramMustFollow() : Check("program-must-follow") {}
  bool applies(const Situation& situation) const override {
    return situation.way != Way::none && !situation.driver_runs_program;
  }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

/// The schema is the same, so that nothing is counted; what the newer program wrote may still be news to the older one.
class OlderProgram final : public Check {
 public:
  OlderProgram() : Check("program-older") {}
  bool applies(const Situation& situation) const override {
    return situation.way == Way::none && situation.program_version &&
           *situation.program_version > situation.target->version;
  }
  Result<Findings> run(const Situation& situation) const override {
    return Findings{finding(situation, 0, {}, {{"newer", release::to_string(*situation.program_version)}})};
  }
};

}  // namespace

bool is_harmful(const Version& version) { return between(version, "0.9.6", "0.11.0"); }

void add_release_checks(CheckList& list) {
  add<StrandedChats>(list);
  add<BrokenUserTable>(list);
  add<TwiceEncodedOauth>(list);
  add<SwallowedErrors>(list);
  add<ProgramMustFollow>(list);
  add<OlderProgram>(list);
}

}  // namespace liftlock::hazard

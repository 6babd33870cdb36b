#pragma once

#include <fmt/core.h>

#include <map>
#include <string>
#include <vector>

#include "migration/environment.hpp"

namespace liftlock::testing {

/// A world with a clock that stands still and ids that count, which remembers what it is told.
class RecordingEnvironment final : public migration::Environment {
 public:
  std::int64_t now() override { return clock; }
  std::int64_t now_nanoseconds() override { return clock * 1'000'000'000; }
  std::string uuid4() override { return fmt::format("00000000-0000-4000-8000-{:012}", ++ids); }
  void note(migration::Note note) override {
    counts[note.id] += note.count;
    notes.push_back(std::move(note));
  }
  void quarantine(migration::QuarantinedValue value) override { quarantined.push_back(std::move(value)); }
  void progress(std::string_view, std::int64_t, std::int64_t) override {}

  std::int64_t clock = 1'790'000'000;
  int ids = 0;
  std::vector<migration::Note> notes;
  std::map<std::string, std::int64_t> counts;  ///< by note id
  std::vector<migration::QuarantinedValue> quarantined;
};

}  // namespace liftlock::testing

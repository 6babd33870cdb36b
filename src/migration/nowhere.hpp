#pragma once

#include "migration/environment.hpp"

namespace liftlock::migration {

/// A world for building empty schemas in: nothing is noted, no clock or id matters.
class Nowhere final : public Environment {
 public:
  std::int64_t now() override { return 0; }
  std::int64_t now_nanoseconds() override { return 0; }
  std::string uuid4() override { return "00000000-0000-4000-8000-000000000000"; }
  void note(Note /*note*/) override {}
  void quarantine(QuarantinedValue /*value*/) override {}
  void progress(std::string_view /*table*/, std::int64_t /*done*/, std::int64_t /*total*/) override {}
};

}  // namespace liftlock::migration

#include "hazard/checks/all.hpp"

namespace liftlock::hazard {

void add_schema_checks(CheckList&) {}

}  // namespace liftlock::hazard

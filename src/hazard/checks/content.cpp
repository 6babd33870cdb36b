#include "hazard/checks/all.hpp"

namespace liftlock::hazard {

void add_content_checks(CheckList&) {}

}  // namespace liftlock::hazard

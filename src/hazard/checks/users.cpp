#include "hazard/checks/all.hpp"

namespace liftlock::hazard {

void add_user_checks(CheckList&) {}

}  // namespace liftlock::hazard

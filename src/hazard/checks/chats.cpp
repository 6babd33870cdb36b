#include "hazard/checks/all.hpp"

namespace liftlock::hazard {

void add_chat_checks(CheckList&) {}

}  // namespace liftlock::hazard

#include "cli/main.hpp"

namespace liftlock::cli {

int main(int, char**) { return 0; }

}  // namespace liftlock::cli

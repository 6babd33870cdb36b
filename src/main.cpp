#include "cli/main.hpp"

int main(int argc, char** argv) { return liftlock::cli::main(argc, argv); }

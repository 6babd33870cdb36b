#pragma once

#include <string>
#include <vector>

namespace liftlock::cli {

/// The whole program: runs what the command line asks for and returns the exit status.
int main(int argc, char** argv);

/// The same from the words behind the program's name. Presents errors; throws nothing.
int run_command_line(const std::vector<std::string>& words);

}  // namespace liftlock::cli

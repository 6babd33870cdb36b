#pragma once

namespace liftlock::cli {

/// The whole program: parses the command line, runs one command, presents its answer or error. Returns the exit code.
int main(int argc, char** argv);

}  // namespace liftlock::cli

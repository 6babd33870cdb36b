#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/commands/inventory.hpp"
#include "cli/line_input.hpp"
#include "cli/render/style.hpp"
#include "cli/render/versions.hpp"
#include "snapshot/snapshot.hpp"

namespace liftlock::cli::menu {

/// What the menu has to do with the world: somebody to talk to, what there is to be shown, and the commands, which it
/// runs by their words, as if they had been typed.
class World {
 public:
  virtual ~World() = default;

  /// How text may look now; the width is the terminal's of this moment.
  [[nodiscard]] virtual Style style() = 0;
  virtual void show(std::string_view text) = 0;
  /// Asks for a line. An interrupt that was heard is forgotten.
  [[nodiscard]] virtual Heard ask(std::string_view prompt, std::string& line) = 0;

  [[nodiscard]] virtual Result<Inventory> inventory() = 0;
  [[nodiscard]] virtual Result<AnyStatus> status(const std::string& address) = 0;
  [[nodiscard]] virtual Result<VersionList> versions(const std::string& address, std::size_t limit) = 0;
  [[nodiscard]] virtual Result<std::vector<snapshot::Listed>> snapshots(const std::string& address) = 0;

  /// The command line that does the same, ready to be typed into a shell.
  [[nodiscard]] virtual std::string command_line(const std::vector<std::string>& words) = 0;
  /// Runs it; what it says, asks and fails with is presented by it.
  virtual void run(const std::vector<std::string>& words) = 0;
};

}  // namespace liftlock::cli::menu

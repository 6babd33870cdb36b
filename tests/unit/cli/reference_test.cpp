#include "cli/reference.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/render/text.hpp"

namespace liftlock::cli {
namespace {

using testing::HasSubstr;

std::string committed(const std::string& path) {
  std::ifstream file(std::string(LIFTLOCK_SOURCE_DIR) + "/" + path);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

TEST(Reference, TheCommittedPageIsTheTablesOwn) {
  EXPECT_EQ(committed("docs/reference/commands.md"), markdown_reference())
      << "Write it anew: build/liftlock man --markdown > docs/reference/commands.md";
}

TEST(ManPage, HasEveryCommandAndNoStrayRequests) {
  const std::string page = man_page();
  for (const Command* command : commands()) {
    std::string name(command->name);
    if (const std::size_t dash = name.find('-'); dash != std::string::npos) name.insert(dash, "\\");
    EXPECT_THAT(page, HasSubstr(".SS " + name));
  }
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('.')) continue;
    const std::string request = line.substr(1, line.find(' ') - 1);
    EXPECT_THAT(request, testing::AnyOf("TH", "SH", "SS", "TP", "B", "I", "PP")) << line;
  }
}

TEST(Completion, IsThereForThreeShellsAndNamesEveryCommand) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell);
    for (const Command* command : commands()) {
      const std::string name(command->name);
      EXPECT_THAT(script, HasSubstr(name.substr(name.find(' ') + 1))) << shell;
      for (const Option& option : command->options)
        EXPECT_THAT(script, HasSubstr(std::string(option.name.substr(2)))) << shell;
    }
  }
  EXPECT_EQ(completion_script("tcsh"), "");
}

TEST(Help, ExamplesComeFirstAndExitStatusesLast) {
  const Style style{};
  for (const Command* command : commands()) {
    const std::string help = command_help(*command, style);
    const std::size_t examples = help.find("\nExamples\n");
    const std::size_t usage = help.find("\nUsage:");
    const std::size_t statuses = help.find("\nExit statuses\n");
    ASSERT_NE(examples, std::string::npos) << command->name;
    ASSERT_NE(statuses, std::string::npos) << command->name;
    EXPECT_LT(examples, usage) << command->name;
    EXPECT_EQ(help.find("\n\n", statuses + 1), std::string::npos)
        << command->name << ": something follows the exit statuses";
  }
}

TEST(Help, NoLineIsWiderThanTheTerminal) {
  for (const Command* command : commands()) {
    std::istringstream lines(command_help(*command, Style{.colour = false, .width = 100}));
    for (std::string line; std::getline(lines, line);) {
      const bool holds_a_command = line.find("liftlock ") != std::string::npos;  // which is not broken
      EXPECT_TRUE(holds_a_command || display_width(line) <= 100) << line;
    }
  }
}

}  // namespace
}  // namespace liftlock::cli

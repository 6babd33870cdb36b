#include "cli/parser.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace liftlock::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<void> do_nothing(Context&, const Arguments&) { return {}; }

/// A command of its own, so that these tests do not change with the real ones.
const Command& lift_command() {
  static const Command command{
      .name = "lift",
      .group = "Test",
      .summary = "Lift a boat",
      .description = "",
      .arguments = {{.name = "BOAT", .help = "Which one."},
                    {.name = "LEVEL", .help = "How high.", .required = false},
                    {.name = "CREW", .help = "Who.", .required = false, .repeated = true}},
      .options = {{"--gate", "-g", "NAME", "Which gate.", Completes::nothing, false, {"upper", "lower"}},
                  {"--days", "", "N", "How long."},
                  {.name = "--with", .short_name = "", .value = "WHOM", .help = "Who else.", .repeated = true},
                  {"--dry", "-d", "", "Do not."}},
      .examples = {},
      .exit_statuses = {},
      .run = do_nothing};
  return command;
}

Arguments parsed(const std::vector<std::string>& words) {
  Result<Arguments> arguments = read_arguments(lift_command(), words);
  if (!arguments) throw std::runtime_error(arguments.error().id + ": " + arguments.error().what);
  return *std::move(arguments);
}

Error refused(const std::vector<std::string>& words) {
  const Result<Arguments> arguments = read_arguments(lift_command(), words);
  if (arguments) throw std::runtime_error("these arguments should have been refused");
  return arguments.error();
}

TEST(Arguments, TakePositionsOptionsAndFlagsInAnyOrder) {
  const Arguments arguments = parsed({"--gate", "upper", "Anna", "-d", "12", "Bo", "Cy", "--days=3"});
  EXPECT_EQ(arguments.required("BOAT"), "Anna");
  EXPECT_EQ(arguments.text("LEVEL"), "12");
  EXPECT_THAT(arguments.words("CREW"), ElementsAre("Bo", "Cy"));
  EXPECT_EQ(arguments.text("--gate"), "upper");
  EXPECT_TRUE(arguments.flag("--dry"));
  EXPECT_EQ(arguments.number("--days", 0).value(), 3);
}

TEST(Arguments, AreEmptyWhereNothingWasTyped) {
  const Arguments arguments = parsed({"Anna"});
  EXPECT_EQ(arguments.text("LEVEL"), std::nullopt);
  EXPECT_FALSE(arguments.flag("--dry"));
  EXPECT_EQ(arguments.number("--days", 0).value(), std::nullopt);
}

TEST(Arguments, TakeGlobalOptionsAnywhere) {
  EXPECT_EQ(parsed({"--json", "Anna", "--yes", "-q"}).required("BOAT"), "Anna");
}

TEST(Arguments, TakeWordsThatAreNamesOfCommands) { EXPECT_EQ(parsed({"status", "db"}).required("BOAT"), "status"); }

TEST(Arguments, TakeEverythingBehindTheSeparatorAsPositions) {
  EXPECT_EQ(parsed({"--", "--gate"}).required("BOAT"), "--gate");
}

TEST(Arguments, KeepOddNamesAsTheyAre) {
  const std::string name = "a b'\"\n\xc3\xa4";
  EXPECT_EQ(parsed({name}).required("BOAT"), name);
}

TEST(Arguments, TheLastOfARepeatedOptionCounts) {
  EXPECT_EQ(parsed({"Anna", "--days", "1", "--days", "2"}).text("--days"), "2");
}

TEST(Arguments, AnOptionMayTakeOneWordEachTime) {
  const Arguments arguments = parsed({"--with", "Ben", "Anna", "--with=Cleo", "upper"});
  EXPECT_THAT(arguments.words("--with"), ElementsAre("Ben", "Cleo"));
  EXPECT_EQ(arguments.required("BOAT"), "Anna");
  EXPECT_EQ(arguments.text("LEVEL"), "upper");
}

TEST(Arguments, AskingForANameThatIsNotInTheTableIsABug) {
  EXPECT_THROW(std::ignore = parsed({"Anna"}).flag("--nope"), std::logic_error);
}

TEST(ArgumentErrors, NameWhatIsMissing) {
  const Error error = refused({});
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_EQ(error.id, "argument-missing");
  EXPECT_THAT(error.what, HasSubstr("BOAT"));
}

TEST(ArgumentErrors, SuggestTheOptionThatWasMeant) {
  const Error error = refused({"Anna", "--gaet", "upper"});
  EXPECT_EQ(error.id, "option-unknown");
  EXPECT_THAT(error.next, HasSubstr("Did you mean --gate?"));
}

TEST(ArgumentErrors, RefuseWhatDoesNotFit) {
  EXPECT_EQ(refused({"Anna", "--gate"}).id, "option-invalid");
  EXPECT_EQ(refused({"Anna", "--days="}).id, "option-invalid");
  const Error choice = refused({"Anna", "--gate", "uper"});
  EXPECT_EQ(choice.id, "option-invalid");
  EXPECT_THAT(choice.next, HasSubstr("Did you mean upper?"));
}

TEST(ArgumentErrors, NumbersAreWholeAndLargeEnough) {
  for (const char* wrong : {"x", "3x", "1.5", "-1"}) {
    const Result<std::optional<std::int64_t>> number =
        parsed({"Anna", std::string("--days=") + wrong}).number("--days", 0);
    ASSERT_FALSE(number.has_value()) << wrong;
    EXPECT_EQ(number.error().id, "number-expected") << wrong;
  }
}

TEST(Globals, AreFoundEvenWhereTheRestIsWrong) {
  const Globals globals = read_globals({"nonsense", "--json", "--what", "-qv", "--no-color", "--", "--yes"});
  EXPECT_TRUE(globals.json);
  EXPECT_TRUE(globals.quiet);
  EXPECT_TRUE(globals.verbose);
  EXPECT_TRUE(globals.no_color);
  EXPECT_FALSE(globals.yes);
}

TEST(Globals, OfAValueStandBeforeTheCommandAndBehindIt) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--config", "f.toml", "db", "current", "--database", "x"},
        {"--config=f.toml", "db", "current", "--database", "x"},
        {"db", "--config", "f.toml", "current", "--database", "x"},
        {"db", "current", "--database", "x", "--config", "f.toml"}}) {
    EXPECT_EQ(read_globals(words).config, "f.toml");
    const Result<Request> request = read_request(words);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->command, find_command("db current"));
    EXPECT_EQ(read_arguments(*request->command, request->words)->text("--database"), "x");
  }
  EXPECT_EQ(read_globals({"status", "--", "--config", "f.toml"}).config, "");
  EXPECT_EQ(read_request({"--json=yes", "status"}).error().id, "option-unknown");
}

TEST(Request, FindsCommandsOfOneWordAndOfTwo) {
  EXPECT_EQ(read_request({"--json", "man"})->command, find_command("man"));
  const Result<Request> request = read_request({"db", "current", "--database", "x"});
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->command, find_command("db current"));
  EXPECT_THAT(request->words, ElementsAre("--database", "x"));
}

TEST(Request, AsksForHelp) {
  EXPECT_EQ(read_request({})->kind, Request::Kind::help);
  EXPECT_EQ(read_request({"--help"})->kind, Request::Kind::help);
  EXPECT_EQ(read_request({"db"})->topic, "db");
  EXPECT_EQ(read_request({"db", "current", "--nonsense", "-h"})->topic, "db current");
  EXPECT_EQ(read_request({"--version"})->kind, Request::Kind::version);
}

TEST(Request, SuggestsTheCommandThatWasMeant) {
  const Result<Request> one = read_request({"complation"});
  ASSERT_FALSE(one.has_value());
  EXPECT_EQ(one.error().id, "command-unknown");
  EXPECT_THAT(one.error().next, HasSubstr("Did you mean completion?"));
  const Result<Request> two = read_request({"db", "curent"});
  ASSERT_FALSE(two.has_value());
  EXPECT_THAT(two.error().next, HasSubstr("Did you mean db current?"));
}

TEST(Request, RefusesUnknownOptionsBeforeTheCommand) {
  const Result<Request> request = read_request({"--jsno", "man"});
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error().id, "option-unknown");
  EXPECT_THAT(request.error().next, HasSubstr("--json"));
}

/// What holds for every entry of the real table.
TEST(CommandTable, EveryEntryIsComplete) {
  for (const Command* command : commands()) {
    EXPECT_NE(command->run, nullptr) << command->name;
    EXPECT_FALSE(command->summary.empty()) << command->name;
    EXPECT_FALSE(command->summary.ends_with('.')) << command->name;
    EXPECT_FALSE(command->examples.empty()) << command->name;
    ASSERT_FALSE(command->exit_statuses.empty()) << command->name;
    EXPECT_EQ(command->exit_statuses.front().code, 0) << command->name;
    for (const Option& option : command->options) {
      EXPECT_TRUE(option.name.starts_with("--")) << command->name << ' ' << option.name;
      for (const Option& global : global_options()) {
        EXPECT_NE(option.name, global.name) << command->name;
        EXPECT_TRUE(option.short_name.empty() || option.short_name != global.short_name) << command->name;
      }
    }
  }
}

TEST(CommandTable, EveryExampleParses) {
  for (const Command* command : commands()) {
    for (const Example& example : command->examples) {
      std::vector<std::string> words;
      std::string_view rest = example.command;
      rest = rest.substr(0, rest.find_first_of("|>"));
      while (!rest.empty()) {
        const std::size_t space = std::min(rest.find(' '), rest.size());
        if (space > 0) words.emplace_back(rest.substr(0, space));
        rest.remove_prefix(std::min(space + 1, rest.size()));
      }
      ASSERT_EQ(words.front(), "liftlock") << example.command;
      words.erase(words.begin());
      const Result<Request> request = read_request(words);
      ASSERT_TRUE(request.has_value()) << example.command;
      if (request->kind != Request::Kind::run) continue;
      const Result<Arguments> arguments = read_arguments(*request->command, request->words);
      EXPECT_TRUE(arguments.has_value()) << example.command << ": " << arguments.error().what;
    }
  }
}

}  // namespace
}  // namespace liftlock::cli

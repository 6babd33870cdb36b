#include "cli/parser.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/suggest.hpp"
#include "cli/usage.hpp"

namespace liftlock::cli {

namespace {

std::string with_help(const std::string& suggestion, std::string_view topic) {
  const std::string help = topic.empty() ? "liftlock --help" : fmt::format("liftlock {} --help", topic);
  return suggestion.empty() ? help : suggestion + "\n" + help;
}

bool looks_like_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

/// The words before "--", which are the only ones that can be options.
std::vector<std::string> before_separator(const std::vector<std::string>& words) {
  return {words.begin(), std::ranges::find(words, "--")};
}

/// The letters of "-qy" where all of them are flags that every command takes; else nothing.
std::string_view bundled_flags(std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return {};
  word.remove_prefix(1);
  return word.find_first_not_of("yqvh") == std::string_view::npos ? word : std::string_view{};
}

const Option* find_global(std::string_view word) {
  for (const Option& option : global_options()) {
    if (option.name == word || (!option.short_name.empty() && option.short_name == word)) return &option;
  }
  return nullptr;
}

/// Of "--option VALUE" or "--option=VALUE"; empty where it is not given.
std::string last_value(const std::vector<std::string>& words, const std::string& option) {
  std::string value;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == option && i + 1 < words.size()) value = words[++i];
    if (words[i].starts_with(option + "=")) value = words[i].substr(option.size() + 1);
  }
  return value;
}

/// The next word that is neither an option that every command takes nor the value of one.
template <class Iterator>
Iterator next_word(Iterator word, Iterator end) {
  for (; word != end && looks_like_option(*word); ++word) {
    const Option* option = find_global(*word);
    if (option != nullptr && !option->value.empty() && std::next(word) != end) ++word;
  }
  return word;
}

bool is_family(std::string_view word) {
  return std::ranges::any_of(commands(), [&](const Command* command) {
    return command->name.size() > word.size() && command->name.starts_with(word) && command->name[word.size()] == ' ';
  });
}

/// The words that may stand after `family` ("db"), or first where `family` is empty.
std::vector<std::string_view> command_words(std::string_view family) {
  std::vector<std::string_view> words;
  for (const Command* command : commands()) {
    const std::size_t space = command->name.find(' ');
    if (family.empty()) {
      const std::string_view first = command->name.substr(0, space);
      if (std::ranges::find(words, first) == words.end()) words.push_back(first);
    } else if (space != std::string_view::npos && command->name.substr(0, space) == family) {
      words.push_back(command->name.substr(space + 1));
    }
  }
  return words;
}

std::unexpected<Error> unknown_command(std::string_view family, std::string_view typed) {
  const std::vector<std::string_view> candidates = command_words(family);
  std::vector<std::string> suggestions = near_matches(typed, candidates);
  if (!family.empty()) {
    for (std::string& suggestion : suggestions) suggestion = fmt::format("{} {}", family, suggestion);
  }
  const std::string full = family.empty() ? std::string(typed) : fmt::format("{} {}", family, typed);
  return usage_error("command-unknown", fmt::format("there is no command \"{}\"", full),
                     with_help(did_you_mean(suggestions), family));
}

std::unexpected<Error> unknown_option(const Command* command, std::string_view typed) {
  const std::string_view name = typed.substr(0, typed.find('='));
  std::vector<std::string_view> candidates;
  for (const Option& option : global_options()) candidates.push_back(option.name);
  if (command != nullptr) {
    for (const Option& option : command->options) candidates.push_back(option.name);
  }
  const std::string_view topic = command != nullptr ? command->name : std::string_view{};
  return usage_error("option-unknown",
                     command != nullptr ? fmt::format("\"{}\" has no option {}", topic, name)
                                        : fmt::format("there is no option {}", name),
                     with_help(did_you_mean(near_matches(name, candidates)), topic));
}

/// What CLI11 holds while it parses one command line.
struct Binding {
  std::string_view name;
  CLI::Option* option;
};

std::string cli11_names(const Option& option) {
  return option.short_name.empty() ? std::string(option.name) : fmt::format("{},{}", option.short_name, option.name);
}

CLI::Option* add_option(CLI::App& app, const Option& option) {
  if (option.value.empty()) return app.add_flag(cli11_names(option));
  if (option.repeated) {
    return app.add_option(cli11_names(option))
        ->expected(1, CLI::detail::expected_max_vector_size)
        ->allow_extra_args(false);
  }
  return app.add_option(cli11_names(option))->expected(1)->take_last();
}

std::vector<Binding> build(CLI::App& app, const Command& command) {
  app.set_help_flag();
  app.allow_extras();
  app.allow_windows_style_options(false);
  std::vector<Binding> bindings;
  for (const Option& option : global_options()) add_option(app, option);
  for (const Option& option : command.options) bindings.push_back({option.name, add_option(app, option)});
  for (const Argument& argument : command.arguments) {
    CLI::Option* positional = app.add_option(std::string(argument.name));
    if (argument.repeated) positional->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
    bindings.push_back({argument.name, positional});
  }
  return bindings;
}

std::string usage_line(const Command& command) {
  std::string line = fmt::format("liftlock {}", command.name);
  for (const Argument& argument : command.arguments) {
    line += argument.required ? fmt::format(" {}", argument.name) : fmt::format(" [{}]", argument.name);
  }
  return line;
}

Result<void> check_choice(const Option& option, const Arguments& arguments) {
  const std::optional<std::string> value = option.value.empty() ? std::nullopt : arguments.text(option.name);
  if (!value || option.choices.empty() || std::ranges::find(option.choices, *value) != option.choices.end()) return {};
  std::string choices;
  for (const std::string_view choice : option.choices) choices += (choices.empty() ? "" : ", ") + std::string(choice);
  return usage_error("option-invalid", fmt::format("{} takes one of {}, not \"{}\"", option.name, choices, *value),
                     did_you_mean(near_matches(*value, option.choices)));
}

Result<void> check_complete(const Command& command, const Arguments& arguments) {
  for (const Argument& argument : command.arguments) {
    if (argument.required && !arguments.text(argument.name)) {
      return usage_error("argument-missing",
                         fmt::format("\"{}\" needs {}: {}", command.name, argument.name, argument.help),
                         with_help(usage_line(command), command.name));
    }
  }
  for (const Option& option : command.options) {
    if (option.required && !arguments.text(option.name)) {
      return usage_error("argument-missing",
                         fmt::format("\"{}\" needs {} {}: {}", command.name, option.name, option.value, option.help),
                         with_help({}, command.name));
    }
    TRY(check_choice(option, arguments));
  }
  return {};
}

Result<void> check_extras(const Command& command, std::vector<std::string> extras,
                          const std::vector<std::string>& words) {
  std::erase(extras, "--");  // CLI11 counts the separator among them
  const std::vector<std::string> options = before_separator(words);
  for (const std::string& extra : extras) {
    const bool is_option = looks_like_option(extra) && std::ranges::find(options, extra) != options.end();
    if (is_option) return unknown_option(&command, extra);
  }
  if (extras.empty()) return {};
  return usage_error("argument-surplus",
                     fmt::format("\"{}\" does not know what to do with \"{}\"", command.name, extras.front()),
                     with_help(usage_line(command), command.name));
}

}  // namespace

Globals read_globals(const std::vector<std::string>& words) {
  Globals globals;
  for (const std::string& word : before_separator(words)) {
    globals.json |= word == "--json";
    globals.yes |= word == "--yes";
    globals.no_input |= word == "--no-input";
    globals.quiet |= word == "--quiet";
    globals.verbose |= word == "--verbose";
    globals.no_color |= word == "--no-color";
    for (const char letter : bundled_flags(word)) {
      globals.yes |= letter == 'y';
      globals.quiet |= letter == 'q';
      globals.verbose |= letter == 'v';
    }
  }
  globals.config = last_value(before_separator(words), "--config");
  return globals;
}

Result<Request> read_request(const std::vector<std::string>& words) {
  const std::vector<std::string> candidates = before_separator(words);
  const auto asks = [&](std::string_view long_name, std::string_view short_name) {
    return std::ranges::any_of(candidates, [&](const std::string& w) { return w == long_name || w == short_name; });
  };
  const bool help = asks("--help", "-h");
  auto word = next_word(candidates.begin(), candidates.end());
  for (auto option = candidates.begin(); option != word; ++option) {
    if (!looks_like_option(*option)) continue;  // the value of the one before
    const std::string name = option->substr(0, option->find('='));
    const Option* global = find_global(name);
    const bool known = global != nullptr && (name == *option || !global->value.empty());
    if (!known && bundled_flags(*option).empty()) return unknown_option(nullptr, *option);
  }
  if (word == candidates.end()) {
    if (help || words.empty())
      return Request{.kind = Request::Kind::help, .topic = {}, .command = nullptr, .words = {}};
    if (asks("--version", "-V"))
      return Request{.kind = Request::Kind::version, .topic = {}, .command = nullptr, .words = {}};
    return usage_error("command-missing", "a command is needed", "liftlock --help");
  }

  std::string name = *word++;
  if (is_family(name)) {
    word = next_word(word, candidates.end());
    if (word == candidates.end()) {
      return Request{.kind = Request::Kind::help, .topic = name, .command = nullptr, .words = {}};
    }
    const std::string family = name;
    name = fmt::format("{} {}", family, *word);
    if (find_command(name) == nullptr) return unknown_command(family, *word);
    ++word;
  }
  const Command* command = find_command(name);
  if (command == nullptr) return unknown_command({}, name);
  if (help)
    return Request{.kind = Request::Kind::help, .topic = std::string(command->name), .command = nullptr, .words = {}};
  Request request{.kind = Request::Kind::run, .topic = {}, .command = command, .words = {}};
  request.words.assign(words.begin() + (word - candidates.begin()), words.end());
  return request;
}

Result<Arguments> read_arguments(const Command& command, const std::vector<std::string>& words) {
  CLI::App app;
  const std::vector<Binding> bindings = build(app, command);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return usage_error("option-invalid", error.what(), with_help({}, command.name));
  }
  TRY(check_extras(command, app.remaining(), words));
  Arguments arguments(command);
  for (const Binding& binding : bindings) {
    if (binding.option->count() > 0) arguments.set(binding.name, binding.option->results());
  }
  TRY(check_complete(command, arguments));
  return arguments;
}

}  // namespace liftlock::cli

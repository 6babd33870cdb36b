#include "base/process.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>

#include "base/file.hpp"

namespace liftlock::process {

namespace fs = std::filesystem;

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool names_a_secret(std::string_view argument) {
  std::string upper(argument);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return std::ranges::any_of(std::initializer_list<std::string_view>{"KEY", "TOKEN", "PASSWORD", "SECRET", "://"},
                             [&](std::string_view word) { return upper.find(word) != std::string::npos; });
}

/// The arguments with spaces between them; what may hold a secret keeps only its name.
std::string command_of(const std::string& pid) {
  std::ifstream input("/proc/" + pid + "/cmdline");
  const std::string raw{std::istreambuf_iterator<char>(input), {}};
  std::string command;
  bool secret_follows = false;
  for (std::size_t start = 0; start < raw.size();) {
    const std::size_t end = std::min(raw.find('\0', start), raw.size());
    std::string argument = raw.substr(start, end - start);
    start = end + 1;
    const bool secret = names_a_secret(argument);
    if (secret_follows && !argument.starts_with('-'))
      argument = "…";
    else if (const auto equals = argument.find('='); secret && equals != std::string::npos)
      argument = argument.substr(0, equals) + "=…";
    else if (argument.find("://") != std::string::npos)
      argument = "…";
    secret_follows = secret && argument.starts_with('-') && argument.find('=') == std::string::npos;
    if (!command.empty()) command += ' ';
    command += argument;
  }
  if (command.empty()) {
    std::ifstream name("/proc/" + pid + "/comm");
    std::getline(name, command);
  }
  constexpr std::size_t limit = 200;
  if (command.size() > limit) command = command.substr(0, limit) + "…";
  std::ranges::replace(command, '\n', ' ');
  return command;
}

enum class Answer { no, yes, unknown };

Answer has_open(const std::string& pid, const std::vector<file::Identity>& wanted) {
  const std::string folder_name = "/proc/" + pid + "/fd";
  const Folder folder(::opendir(folder_name.c_str()));
  if (folder == nullptr) return errno == ENOENT ? Answer::no : Answer::unknown;
  while (const dirent* entry = ::readdir(folder.get())) {
    if (!is_number(entry->d_name)) continue;
    struct stat status {};
    if (::stat((folder_name + "/" + entry->d_name).c_str(), &status) != 0) continue;
    if (std::ranges::find(wanted, file::Identity{status.st_dev, status.st_ino}) != wanted.end()) return Answer::yes;
  }
  return Answer::no;
}

}  // namespace

Users users_of(const std::vector<fs::path>& files) {
  std::vector<file::Identity> wanted;
  for (const auto& path : files) {
    if (const auto facts = file::facts(path)) wanted.push_back(facts->identity);
  }
  Users result;
  const Folder folder(::opendir("/proc"));
  if (folder == nullptr) {
    result.incomplete = true;
    return result;
  }
  const std::string own = std::to_string(::getpid());
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string pid = entry->d_name;
    if (!is_number(pid) || pid == own) continue;
    switch (has_open(pid, wanted)) {
      case Answer::yes:
        result.users.push_back({std::stoll(pid), command_of(pid)});
        break;
      case Answer::unknown:
        result.incomplete = true;
        break;
      case Answer::no:
        break;
    }
  }
  std::ranges::sort(result.users, {}, &User::pid);
  return result;
}

std::vector<fs::path> database_files(const fs::path& database) {
  std::vector<fs::path> files = {database};
  for (const char* suffix : {"-wal", "-shm", "-journal"}) files.emplace_back(database.string() + suffix);
  return files;
}

}  // namespace liftlock::process

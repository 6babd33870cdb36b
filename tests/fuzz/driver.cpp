/// A fuzzer in one file, since libFuzzer comes with a compiler that cannot build C++23's std::expected: mutates a
/// corpus, keeps what reaches new edges, and leaves the input behind that brought the target down.
///
///   fuzz-NAME [--seconds N] [--seed N] [--keep FOLDER] CORPUS|FILE…
///
/// The same seed and corpus give the same inputs in the same order; how far it gets depends on the machine.
/// --keep writes inputs that reach new edges, to choose corpus files from. Exit status: 0 nothing found, 1 an input
/// was.
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "target.hpp"

namespace {

constexpr std::size_t longest = 4096;
constexpr unsigned hang_seconds = 10;

std::array<std::uint8_t, 1U << 18> edges;
std::uintptr_t previous;
std::size_t fresh_edges;
const std::string* running;
std::string name;

/// Called while all is falling down: plain system calls only.
void leave_input() {
  if (running == nullptr) return;
  const std::string path = name + ".crash";
  if (std::FILE* file = std::fopen(path.c_str(), "wb")) {
    std::fwrite(running->data(), 1, running->size(), file);
    std::fclose(file);
  }
  std::fprintf(stderr, "%s: the input that did it is in %s\n", name.c_str(), path.c_str());
}

void on_alarm(int) {
  std::fprintf(stderr, "%s: hangs\n", name.c_str());
  leave_input();
  _exit(1);
}

using Random = std::mt19937_64;
std::size_t below(Random& random, std::size_t limit) { return limit == 0 ? 0 : random() % limit; }

void replace_byte(std::string& input, Random& random) {
  if (!input.empty()) input[below(random, input.size())] = static_cast<char>(random());
}
void insert_byte(std::string& input, Random& random) {
  static constexpr std::string_view favourites = "\"'\\()[]{}<>:;,.=#@%/-+*\n\r\t 0019azAZ_\0\xFF\xC3\xA9";
  input.insert(below(random, input.size() + 1), 1, favourites[below(random, favourites.size())]);
}
void remove_part(std::string& input, Random& random) {
  const std::size_t at = below(random, input.size());
  if (!input.empty()) input.erase(at, 1 + below(random, std::min<std::size_t>(input.size() - at, 32)));
}
void repeat_part(std::string& input, Random& random) {
  if (input.empty()) return;
  const std::size_t at = below(random, input.size());
  const std::string part = input.substr(at, 1 + below(random, 32));
  const std::size_t times = below(random, 20) == 0 ? 200 : 1 + below(random, 3);
  for (std::size_t i = 0; i < times; ++i) input.insert(at, part);
}
void take_from(std::string& input, const std::string& other, Random& random) {
  if (other.empty()) return;
  const std::size_t from = below(random, other.size());
  input.insert(below(random, input.size() + 1), other.substr(from, 1 + below(random, 64)));
}
void cross(std::string& input, const std::string& other, Random& random) {
  input = input.substr(0, below(random, input.size() + 1)) + other.substr(below(random, other.size() + 1));
}

void mutate(std::string& input, const std::string& other, Random& random) {
  for (std::size_t times = 1 + below(random, 6); times > 0; --times) {
    switch (below(random, 7)) {
      case 0:
        replace_byte(input, random);
        break;
      case 1:
      case 2:
        insert_byte(input, random);
        break;
      case 3:
        remove_part(input, random);
        break;
      case 4:
        repeat_part(input, random);
        break;
      case 5:
        take_from(input, other, random);
        break;
      default:
        cross(input, other, random);
        break;
    }
  }
  if (input.size() > longest) input.resize(longest);
}

/// Whether the input reached an edge, or one far more often, that none before it did.
bool reaches_more(const std::string& input) {
  fresh_edges = 0;
  previous = 0;
  running = &input;
  alarm(hang_seconds);
  try {
    // A copy of exactly its size, so that a read behind its end is seen.
    const std::vector<char> exact(input.begin(), input.end());
    fuzz({exact.data(), exact.size()});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    leave_input();
    std::exit(1);
  }
  running = nullptr;
  return fresh_edges > 0;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> read_corpus(const std::vector<std::filesystem::path>& places) {
  std::vector<std::filesystem::path> files;
  for (const auto& place : places) {
    if (!std::filesystem::is_directory(place)) {
      files.push_back(place);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(place)) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<std::string> corpus;
  for (const auto& file : files) corpus.push_back(content_of(file));
  return corpus;
}

}  // namespace

extern "C" void __sanitizer_cov_trace_pc() {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  const std::size_t edge = (here * 0x9E3779B97F4A7C15U ^ previous) >> 3 & (edges.size() - 1);
  previous = here * 0x9E3779B97F4A7C15U >> 1;
  if (edges[edge] == 0) {
    edges[edge] = 1;
    ++fresh_edges;
  }
}

void require(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(std::string("broken promise: ") + promise);
}

int main(int count, char** words) {
  name = std::filesystem::path(words[0]).filename();
  double seconds = 60;
  std::uint64_t seed = 1;
  std::filesystem::path keep;
  std::vector<std::filesystem::path> places;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const bool has_value = i + 1 < count;
    if (word == "--seconds" && has_value) {
      seconds = std::atof(words[++i]);
    } else if (word == "--seed" && has_value) {
      seed = std::strtoull(words[++i], nullptr, 10);
    } else if (word == "--keep" && has_value) {
      keep = words[++i];
    } else {
      places.emplace_back(word);
    }
  }
  __sanitizer_set_death_callback(leave_input);
  signal(SIGALRM, on_alarm);
  std::vector<std::string> corpus = read_corpus(places);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s: there is no corpus\n", name.c_str());
    return 1;
  }
  const std::size_t given = corpus.size();
  for (const std::string& input : corpus) reaches_more(input);

  Random random(seed);
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  std::uint64_t runs = 0;
  for (; (runs & 63) != 0 || elapsed() < seconds; ++runs) {
    std::string input = corpus[below(random, corpus.size())];
    mutate(input, corpus[below(random, corpus.size())], random);
    if (!reaches_more(input)) continue;
    if (!keep.empty()) std::ofstream(keep / ("kept-" + std::to_string(corpus.size())), std::ios::binary) << input;
    corpus.push_back(std::move(input));
  }
  std::printf("%s: %llu inputs in %.0f s, seed %llu; %zu files, %zu inputs reached more; %ld edges\n", name.c_str(),
              static_cast<unsigned long long>(runs), elapsed(), static_cast<unsigned long long>(seed), given,
              corpus.size() - given, std::ranges::count(edges, std::uint8_t{1}));
  return 0;
}

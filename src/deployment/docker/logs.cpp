#include "deployment/docker/logs.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace liftlock::deployment::docker {

namespace {

constexpr std::size_t longest_line = std::size_t{1} << 16;

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

LogLines::LogLines(bool raw, LineSink sink)
    : raw_(raw),
      sink_(std::move(sink)),
      frames_([this](std::string_view bytes, bool err) { return add(err ? err_ : out_, bytes); }) {}

bool LogLines::take(std::string_view piece) { return raw_ ? add(out_, piece) : frames_.take(piece); }

bool LogLines::add(Output& output, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t count =
        std::min(end == std::string_view::npos ? text.size() : end, longest_line - output.begun.size());
    output.begun += text.substr(0, count);
    text.remove_prefix(count);
    const bool whole = text.starts_with('\n');
    if (whole) text.remove_prefix(1);
    if (!whole && output.begun.size() < longest_line) continue;
    const std::string line = std::exchange(output.begun, {});
    if (!sink_(whole ? without_return(line) : line, output.err)) return false;
  }
  return true;
}

void LogLines::finish() {
  for (Output* output : {&out_, &err_}) {
    if (!output->begun.empty() && !sink_(without_return(output->begun), output->err)) break;
    output->begun.clear();
  }
}

Result<bool> read_logs(Engine& engine, std::string_view container, const LogQuery& query, const LineSink& sink,
                       const Waiting& waiting) {
  std::string path = fmt::format("/containers/{}/logs?stdout=1&stderr=1&follow={:d}", container, query.follow);
  if (!query.since.empty()) path += "&since=" + http::percent_encoded(query.since);
  if (!query.tail.empty()) path += "&tail=" + http::percent_encoded(query.tail);
  bool enough = false;
  LogLines lines(query.terminal, [&](std::string_view line, bool err) {
    enough = !sink(line, err);
    return !enough;
  });
  const auto found = engine.stream(
      path, fmt::format("Reading the logs of {}", container), [&](std::string_view piece) { return lines.take(piece); },
      waiting);
  if (!found && found.error().kind == ErrorKind::cancelled) return true;
  if (found && !enough) lines.finish();
  return found;
}

}  // namespace liftlock::deployment::docker

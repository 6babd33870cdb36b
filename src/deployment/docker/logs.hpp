#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "deployment/docker/engine.hpp"
#include "deployment/docker/frames.hpp"

/// What a container has written.
namespace liftlock::deployment::docker {

/// Takes one line without its end; `err`: from the standard error. False ends it.
using LineSink = std::function<bool(std::string_view line, bool err)>;

/// Makes lines of the stream in which an engine hands out what a container writes: frames of the two outputs, or with
/// a terminal (`raw`) just its bytes.
class LogLines {
 public:
  LogLines(bool raw, LineSink sink);
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;
  /// Any piece of the stream. False: the sink has had enough.
  [[nodiscard]] bool take(std::string_view piece);
  /// The stream is at its end: what is left of a line is one, too.
  void finish();

 private:
  struct Output {
    std::string begun;  ///< of a line whose end has not come
    bool err = false;
  };
  [[nodiscard]] bool add(Output& output, std::string_view text);

  bool raw_;
  LineSink sink_;
  Output out_{{}, false}, err_{{}, true};
  Frames frames_;
};

struct LogQuery {
  bool follow = true;      ///< wait for more, until the container stops
  bool terminal = false;   ///< its Config.Tty: both outputs are one then
  std::string since = {};  ///< seconds since the epoch, with a fraction where that is wanted
  std::string tail = {};   ///< at most so many lines of before; empty: all
};

/// Gives the lines that `container` (id or name) has written and, where `follow` says so, writes. Ended by the sink, by
/// waiting.cancelled (which is no error), or by the container's end. Lines longer than 64 KiB come in pieces. False:
/// there is no such container. Errors: the engine's.
[[nodiscard]] Result<bool> read_logs(Engine& engine, std::string_view container, const LogQuery& query,
                                     const LineSink& sink, const Waiting& waiting = {.patience = {}, .cancelled = {}});

}  // namespace liftlock::deployment::docker

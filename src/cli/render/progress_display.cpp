#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "cli/context.hpp"
#include "cli/interrupt.hpp"
#include "cli/render/progress.hpp"

namespace liftlock::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono_literals::operator""ms;

class Quiet final : public Progress {
 public:
  void begin(std::string_view, std::int64_t, Unit) override {}
  void advance(std::int64_t) override {}
  void end() override {}
  [[nodiscard]] bool cancelled() const override { return interrupted(); }
};

/// How a kind of display shows a stage. Calls come from one thread at a time.
class Face {
 public:
  virtual ~Face() = default;
  virtual void begun(const StageView& view) = 0;
  virtual void still(const StageView& view) = 0;  ///< called after first_interval(), then every interval()
  virtual void ended(const StageView& view) = 0;
  virtual void broken_off() {}  ///< the stage did not end: an error message follows
  [[nodiscard]] virtual std::chrono::milliseconds interval() const = 0;
  [[nodiscard]] virtual std::chrono::milliseconds first_interval() const { return interval(); }

 protected:
  static void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  }
};

/// Stages that take less (seconds) leave no line behind.
constexpr double worth_a_line = 1.0;

class BarFace final : public Face {
 public:
  explicit BarFace(const Style& style) : style_(style) {}
  void begun(const StageView& view) override { still(view); }
  void still(const StageView& view) override { write("\r" + render_bar(view, style_) + "\x1b[K"); }
  void ended(const StageView& view) override {
    write(view.seconds >= worth_a_line ? "\r" + render_done(view, style_) + "\x1b[K\n" : "\r\x1b[K");
  }
  void broken_off() override { write("\n"); }
  [[nodiscard]] std::chrono::milliseconds interval() const override { return 100ms; }

 private:
  Style style_;
};

class LineFace final : public Face {
 public:
  explicit LineFace(const Style& style) : style_(style) {}
  void begun(const StageView&) override { announced_ = false; }
  void still(const StageView& view) override {
    write(announced_ ? render_plain(view) + "\n" : std::string(view.stage) + " …\n");
    announced_ = true;
  }
  void ended(const StageView& view) override {
    if (announced_) write(render_done(view, style_) + "\n");
  }
  [[nodiscard]] std::chrono::milliseconds interval() const override { return 10000ms; }
  [[nodiscard]] std::chrono::milliseconds first_interval() const override { return 1000ms; }

 private:
  Style style_;
  bool announced_ = false;
};

class JsonFace final : public Face {
 public:
  void begun(const StageView&) override { announced_ = false; }
  void still(const StageView& view) override {
    write(render_json_line(view, announced_ ? "advance" : "begin") + "\n");
    announced_ = true;
  }
  void ended(const StageView& view) override {
    if (announced_) write(render_json_line(view, "end") + "\n");
  }
  [[nodiscard]] std::chrono::milliseconds interval() const override { return 1000ms; }
  [[nodiscard]] std::chrono::milliseconds first_interval() const override { return 50ms; }

 private:
  bool announced_ = false;
};

/// Shows the running stage through a Face, from a thread of its own, whatever the work is doing meanwhile.
class Display final : public Progress {
 public:
  explicit Display(std::unique_ptr<Face> face) : face_(std::move(face)) {}
  ~Display() override {
    if (stop_ticking()) face_->broken_off();
  }

  void begin(std::string_view stage, std::int64_t total, Unit unit) override {
    if (stop_ticking()) face_->ended(view());
    stage_ = stage;
    total_ = total;
    unit_ = unit;
    done_.store(0, std::memory_order_relaxed);
    started_ = SteadyClock::now();
    face_->begun(view());
    ticker_ = std::jthread([this](const std::stop_token& stop) { tick(stop); });
  }

  void advance(std::int64_t done) override { done_.store(done, std::memory_order_relaxed); }

  void end() override {
    if (stop_ticking()) face_->ended(view());
  }

  [[nodiscard]] bool cancelled() const override { return interrupted(); }

 private:
  /// Afterwards the caller's thread alone uses the face. True if a stage was running.
  bool stop_ticking() {
    if (!ticker_.joinable()) return false;
    ticker_.request_stop();
    ticker_.join();
    return true;
  }

  void tick(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    std::chrono::milliseconds pause = face_->first_interval();
    while (!wake.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) {
      if (stop.stop_requested()) return;
      face_->still(view());
      pause = face_->interval();
    }
  }

  [[nodiscard]] StageView view() const {
    const std::chrono::duration<double> elapsed = SteadyClock::now() - started_;
    return {.stage = stage_,
            .done = done_.load(std::memory_order_relaxed),
            .total = total_,
            .unit = unit_,
            .seconds = elapsed.count()};
  }

  std::unique_ptr<Face> face_;
  std::string stage_;
  std::int64_t total_ = 0;
  Unit unit_ = Unit::steps;
  std::atomic<std::int64_t> done_ = 0;
  SteadyClock::time_point started_;
  std::jthread ticker_;
};

}  // namespace

std::unique_ptr<Progress> make_progress(const Globals& globals, const Terminal& terminal, const Style& style) {
  if (globals.json) return std::make_unique<Display>(std::make_unique<JsonFace>());
  if (globals.quiet) return std::make_unique<Quiet>();
  if (terminal.talk && terminal.animate) return std::make_unique<Display>(std::make_unique<BarFace>(style));
  return std::make_unique<Display>(std::make_unique<LineFace>(style));
}

}  // namespace liftlock::cli

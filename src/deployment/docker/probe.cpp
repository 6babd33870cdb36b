#include "deployment/docker/probe.hpp"

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/companion.hpp"
#include "base/http.hpp"
#include "deployment/docker/connection.hpp"
#include "deployment/docker/orders.hpp"
#include "deployment/docker/watch.hpp"

namespace liftlock::deployment::docker {

namespace {

constexpr std::chrono::milliseconds pause_between{100};
constexpr std::chrono::seconds patience{1};
constexpr std::size_t most_answers = 1U << 20U;  // of more than a day

/// In memory that both processes see; pages that nobody has written to take none.
struct Record {
  std::atomic<std::size_t> count;
  std::array<double, most_answers> at;
};

class Shared {
 public:
  Shared()
      : record_(::mmap(nullptr, sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                       0)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() {
    if (there()) ::munmap(record_, sizeof(Record));
  }

  [[nodiscard]] bool there() const { return record_ != MAP_FAILED; }

  void add(double answer) {
    const std::size_t count = record().count.load(std::memory_order_relaxed);
    if (count == most_answers) return;
    record().at[count] = answer;
    record().count.store(count + 1, std::memory_order_release);
  }

  [[nodiscard]] std::vector<double> answers() const {
    const std::size_t count = record().count.load(std::memory_order_acquire);
    return {record().at.begin(), record().at.begin() + static_cast<std::ptrdiff_t>(count)};
  }

 private:
  /// The system gives it out as zeros, which is what an empty one is.
  [[nodiscard]] Record& record() const { return *static_cast<Record*>(record_); }
  void* record_;
};

/// The first that answers, alone: the others need not be waited for again.
std::optional<std::string> healthy(http::Transport& transport, const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) {
    const auto health = transport.send({.url = address + "/health", .direct = true, .patience = patience});
    if (health && health->status == 200) return address;
  }
  return std::nullopt;
}

std::vector<std::string> addresses_now(std::optional<Connection>& engine, const std::string& instance) {
  if (!engine) {
    auto connected = connect_engine();
    if (!connected || !*connected) return {};
    engine = std::move(*connected);
  }
  const auto container = look_at(engine->engine, instance);
  if (!container) engine.reset();
  if (!container || !*container || !(*container)->running) return {};
  return addresses_of((*container)->inspected, engine->local(), engine->host());
}

void ask_for_ever(const std::string& instance, Shared& shared) {
  SystemClock clock;
  auto transport = http::make_transport();
  if (!transport) return;
  std::optional<Connection> engine;
  std::vector<std::string> addresses = addresses_now(engine, instance);
  while (true) {
    const auto next = std::chrono::steady_clock::now() + pause_between;
    if (const auto address = healthy(**transport, addresses)) {
      shared.add(clock.monotonic_seconds());
      addresses = {*address};
    } else {
      addresses = addresses_now(engine, instance);
    }
    std::this_thread::sleep_until(next);
  }
}

class CompanionProbe final : public Probe {
 public:
  CompanionProbe(std::unique_ptr<Shared> shared, process::Companion companion)
      : shared_(std::move(shared)), companion_(std::move(companion)) {}
  std::vector<double> answers() override { return shared_->answers(); }

 private:
  std::unique_ptr<Shared> shared_;
  process::Companion companion_;
};

}  // namespace

std::unique_ptr<Probe> start_probe(const std::string& instance) {
  auto shared = std::make_unique<Shared>();
  if (!shared->there()) return nullptr;
  auto companion = process::Companion::start([&] { ask_for_ever(instance, *shared); });
  if (!companion) return nullptr;
  return std::make_unique<CompanionProbe>(std::move(shared), *std::move(companion));
}

}  // namespace liftlock::deployment::docker

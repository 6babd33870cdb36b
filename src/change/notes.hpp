#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "migration/environment.hpp"

namespace liftlock::change {

/// The world as a real run's migration sees it: notes are added up by revision and id, quarantined values go to a file
/// of JSON lines {"revision","table","key","column","value","reason"}; a value that is not UTF-8 stands in
/// "value_base64" instead. Nothing is owned.
class RunEnvironment final : public migration::Environment {
 public:
  RunEnvironment(Clock& clock, IdSource& ids, Progress& progress, std::filesystem::path quarantine_file);
  ~RunEnvironment() override;
  RunEnvironment(const RunEnvironment&) = delete;
  RunEnvironment& operator=(const RunEnvironment&) = delete;

  std::int64_t now() override { return clock_.seconds(); }
  std::int64_t now_nanoseconds() override { return clock_.nanoseconds(); }
  std::string uuid4() override { return ids_.uuid4(); }
  void note(migration::Note note) override;
  void quarantine(migration::QuarantinedValue value) override;
  void progress(std::string_view table, std::int64_t done, std::int64_t total) override;

  /// Flushes the quarantine to the disk. Errors: any write that failed since the beginning.
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] const std::vector<migration::Note>& notes() const { return notes_; }
  [[nodiscard]] std::int64_t quarantined() const { return quarantined_; }

 private:
  Clock& clock_;
  IdSource& ids_;
  Progress& progress_;
  std::filesystem::path quarantine_file_;
  std::vector<migration::Note> notes_;
  std::int64_t quarantined_ = 0;
  int descriptor_ = -1;
  int error_ = 0;  ///< errno of the first write that failed
  std::string stage_;
};

[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<migration::Note>& notes);
[[nodiscard]] std::vector<migration::Note> notes_from_json(const nlohmann::ordered_json& json);

/// The note's sentence with its count put in.
[[nodiscard]] std::string sentence_of(const migration::Note& note);

}  // namespace liftlock::change

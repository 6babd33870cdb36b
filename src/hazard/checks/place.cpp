// The machine, the folder and the files around the database.

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "base/format.hpp"
#include "hazard/checks/all.hpp"

namespace liftlock::hazard {

namespace {

namespace fs = std::filesystem;

bool is_change(const Situation& situation) { return situation.way != Way::none; }

class DiskSpace final : public Check {
 public:
  DiskSpace() : Check("disk-space") {}
  bool applies(const Situation& situation) const override {
    return is_change(situation) && std::ranges::any_of(situation.disks, is_short);
  }
  Result<Findings> run(const Situation& situation) const override {
    const auto bytes = [](std::int64_t number) { return format_bytes(static_cast<std::uint64_t>(number)); };
    Findings findings;
    for (const Disk& disk : situation.disks) {
      if (!is_short(disk)) continue;
      findings.push_back(finding(situation, 0, {},
                                 {{"needed", bytes(disk.needed)},
                                  {"free", bytes(disk.free)},
                                  {"missing", bytes(disk.needed - disk.free)},
                                  {"folder", disk.folder.string()}}));
    }
    return findings;
  }

 private:
  static bool is_short(const Disk& disk) { return disk.free < disk.needed; }
};

class ReadOnlyFolder final : public Check {
 public:
  ReadOnlyFolder() : Check("folder-read-only") {}
  bool applies(const Situation& situation) const override {
    return is_change(situation) && (::access(situation.database_file.c_str(), W_OK) != 0 ||
                                    ::access(situation.database_file.parent_path().c_str(), W_OK) != 0);
  }
  Result<Findings> run(const Situation& situation) const override {
    return Findings{finding(situation, 0, {}, {{"folder", situation.database_file.parent_path().string()}})};
  }
};

class DatabaseInUse final : public Check {
 public:
  DatabaseInUse() : Check("database-in-use") {}
  bool applies(const Situation& situation) const override {
    return is_change(situation) && !situation.driver_runs_program && !situation.users.users.empty();
  }
  Result<Findings> run(const Situation& situation) const override {
    std::vector<std::string> names;
    for (const auto& user : situation.users.users) names.push_back(fmt::format("{} {}", user.pid, user.command));
    const auto count = static_cast<std::int64_t>(names.size());
    return Findings{finding(situation, count, std::move(names))};
  }
};

class UnwrittenPages final : public Check {
 public:
  UnwrittenPages() : Check("write-ahead-log") {}
  bool applies(const Situation& situation) const override {
    std::error_code code;
    const auto size = fs::file_size(situation.database_file.string() + "-wal", code);
    return is_change(situation) && !code && size > 0;
  }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

class SecretElsewhere final : public Check {
 public:
  SecretElsewhere() : Check("secret-key-elsewhere") {}
  bool applies(const Situation& situation) const override { return is_change(situation) && !situation.secret_found; }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

class VectorStore final : public Check {
 public:
  VectorStore() : Check("vector-store-one-way") {}
  bool applies(const Situation& situation) const override {
    std::error_code ignored;
    return situation.way == Way::up && fs::exists(situation.data_directory / "vector_db", ignored);
  }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

class NoRestorePoint final : public Check {
 public:
  NoRestorePoint() : Check("no-restore-point") {}
  bool applies(const Situation& situation) const override { return situation.by_snapshot && !situation.restore_point; }
  Result<Findings> run(const Situation& situation) const override {
    const std::string there = situation.snapshots_of.empty()
                                  ? "There are no snapshots."
                                  : fmt::format("There are snapshots of {}.", fmt::join(situation.snapshots_of, ", "));
    return Findings{finding(situation, 0, situation.snapshots_of, {{"snapshots", there}})};
  }
};

class NewerDataStays final : public Check {
 public:
  NewerDataStays() : Check("newer-data-left-behind") {}
  bool applies(const Situation& situation) const override { return situation.by_snapshot && situation.restore_point; }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

class ProgramNotTried final : public Check {
 public:
  ProgramNotTried() : Check("program-not-tried") {}
  bool applies(const Situation& situation) const override { return situation.program_untried; }
  Result<Findings> run(const Situation& situation) const override { return Findings{finding(situation)}; }
};

}  // namespace

void add_place_checks(CheckList& list) {
  add<DiskSpace>(list);
  add<ReadOnlyFolder>(list);
  add<DatabaseInUse>(list);
  add<UnwrittenPages>(list);
  add<SecretElsewhere>(list);
  add<VectorStore>(list);
  add<NoRestorePoint>(list);
  add<NewerDataStays>(list);
  add<ProgramNotTried>(list);
}

}  // namespace liftlock::hazard

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"
#include "database/schema.hpp"
#include "database/sqlite.hpp"
#include "migration/builder.hpp"
#include "migration/state.hpp"
#include "release/catalogue.hpp"

namespace liftlock::hazard {

enum class Way {
  none,  ///< the database is where the target release leaves it
  up,    ///< by migrating
  down   ///< by a snapshot
};

/// A file system that a change writes to.
struct Disk {
  std::filesystem::path folder;  ///< on it
  std::int64_t needed = 0;       ///< bytes, at the worst moment
  std::int64_t free = 0;
};

/// A change that somebody has in mind, and the world that it would happen in. Owns nothing that it points to.
struct Situation {
  std::string address;  ///< of the deployment, for commands in texts
  migration::DatabaseState state;
  const release::Release* target = nullptr;  ///< never null
  Way way = Way::none;
  migration::Path path;                      ///< what native will run; empty unless up
  database::Connection* database = nullptr;  ///< for reading; never null
  database::Schema schema;                   ///< of that database

  std::filesystem::path database_file;
  std::filesystem::path data_directory;
  bool secret_found = false;  ///< the file with WEBUI_SECRET_KEY is known
  bool driver_runs_program = false;
  bool program_untried = false;                     ///< the new program comes without having been started on a copy
  std::optional<release::Version> program_version;  ///< of the program that runs now, where that is known
  process::Users users;                             ///< who has the database open
  std::vector<Disk> disks;                          ///< that the change writes to
  bool by_snapshot = false;                         ///< the way down restores a snapshot instead of migrating
  bool restore_point = false;                       ///< a snapshot of the target release is there
  std::vector<std::string> snapshots_of;            ///< releases that there are snapshots of

  /// Whether `revision` (an Alembic id or a Peewee migration's name) is among the steps that will run.
  [[nodiscard]] bool crosses(std::string_view revision) const;
  [[nodiscard]] bool has_column(std::string_view table, std::string_view column) const;
};

}  // namespace liftlock::hazard

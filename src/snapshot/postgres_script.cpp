#include "snapshot/postgres_script.hpp"

#include <fmt/core.h>

#include <optional>

#include "base/stage.hpp"
#include "snapshot/archive.hpp"
#include "snapshot/draft.hpp"
#include "snapshot/postgres_rows.hpp"

namespace liftlock::snapshot {

namespace pg = database::postgres;

namespace {

/// The script's bytes as they come, each to the section that it belongs to.
class Sections {
 public:
  using Take = std::function<Result<void>(std::string_view)>;
  Sections(const PostgresPart& part, Take before, Take data, Take after)
      : part_(part), before_(std::move(before)), data_(std::move(data)), after_(std::move(after)) {}

  [[nodiscard]] Result<void> write(std::string_view bytes) {
    TRY(give(bytes, part_.data_begin, before_));
    TRY(give(bytes, part_.data_end, data_));
    return give(bytes, std::numeric_limits<std::uint64_t>::max(), after_);
  }
  [[nodiscard]] std::uint64_t done() const { return at_; }

 private:
  [[nodiscard]] Result<void> give(std::string_view& bytes, std::uint64_t end, const Take& take) {
    const std::size_t size = at_ >= end ? 0 : std::min<std::uint64_t>(bytes.size(), end - at_);
    if (size == 0) return {};
    at_ += size;
    const std::string_view piece = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return take(piece);
  }

  const PostgresPart& part_;
  std::uint64_t at_ = 0;
  Take before_, data_, after_;
};

/// Streams the script to its sections. Decompressing has a thread of its own.
Result<void> stream(const Snapshot& snapshot, Sections& sections, Progress& progress) {
  const DatabasePart& database = snapshot.manifest.database;
  Stage working([&](std::string_view bytes) { return sections.write(bytes); });
  std::int64_t done = 0;
  const auto pass_on = [&](std::string_view bytes) -> Result<void> {
    if (progress.cancelled()) return cancelled();
    TRY(working.write(std::make_shared<const std::string>(bytes)));
    progress.advance(done += static_cast<std::int64_t>(bytes.size()));
    return {};
  };
  TRY(read_artifact(snapshot.folder, database.artifact, pass_on));
  TRY(working.finish());
  if (sections.done() == database.bytes) return {};
  return damaged(snapshot.folder,
                 fmt::format("{} does not hold the script that the manifest describes", database.artifact.name));
}

std::string name_of(const PostgresTable& table) { return table.copy.substr(5, table.copy.find(" (", 5) - 5); }

Result<void> compare(const Snapshot& snapshot, const PostgresTable& table, const RowDigest& digest) {
  if (digest.rows() != table.rows) {
    return damaged(snapshot.folder,
                   fmt::format("the table {} has {} rows instead of {}", name_of(table), digest.rows(), table.rows));
  }
  if (digest.text() == table.digest) return {};
  return damaged(snapshot.folder, fmt::format("rows of the table {} are not those that were saved", name_of(table)));
}

}  // namespace

Result<void> run_script(const Snapshot& snapshot, pg::Connection& connection, Progress& progress) {
  std::string before;
  std::string after;
  bool begun = false;
  DataReader reader({.statement = [&](const std::string& sql) { return connection.execute(sql); },
                     .begin = [&](const std::string& copy) { return connection.begin_copy_in(copy + " FROM STDIN"); },
                     .rows = [&](std::string_view lines) { return connection.copy_more(lines); },
                     .end = [&]() -> Result<void> {
                       TRY(connection.end_copy_in());
                       return {};
                     }});
  Sections sections(
      *snapshot.manifest.postgres,
      [&](std::string_view bytes) -> Result<void> {
        before += bytes;
        return {};
      },
      [&](std::string_view bytes) -> Result<void> {
        if (!begun) TRY(connection.execute(before));
        begun = true;
        return reader.write(bytes);
      },
      [&](std::string_view bytes) -> Result<void> {
        after += bytes;
        return {};
      });
  progress.begin("Restoring the database", static_cast<std::int64_t>(snapshot.manifest.database.bytes),
                 Progress::Unit::bytes);
  TRY(stream(snapshot, sections, progress));
  TRY(reader.finish());
  TRY(connection.execute(after));
  progress.end();
  return {};
}

Result<void> check_rows(const Snapshot& snapshot, pg::Connection& connection, Progress& progress) {
  constexpr std::size_t portion = std::size_t{1} << 18;
  progress.begin("Comparing the rows", static_cast<std::int64_t>(snapshot.manifest.database.bytes),
                 Progress::Unit::bytes);
  std::int64_t done = 0;
  for (const PostgresTable& table : snapshot.manifest.postgres->tables) {
    RowDigest digest;
    Stage hashing([&](std::string_view lines) -> Result<void> {
      digest.add(lines);
      return {};
    });
    std::string lines;
    const auto hand_on = [&]() -> Result<void> {
      if (progress.cancelled()) return cancelled();
      progress.advance(done += static_cast<std::int64_t>(lines.size()));
      return hashing.write(std::make_shared<const std::string>(std::exchange(lines, {})));
    };
    const auto take = [&](std::string_view line) -> Result<void> {
      lines += line;
      return lines.size() < portion ? Result<void>{} : hand_on();
    };
    TRY(connection.copy_out(table.copy + " TO STDOUT", take));
    TRY(hand_on());
    TRY(hashing.finish());
    TRY(compare(snapshot, table, digest));
  }
  progress.end();
  return {};
}

Result<void> read_back(const Snapshot& snapshot, Progress& progress) {
  const PostgresPart& part = *snapshot.manifest.postgres;
  std::size_t next = 0;
  RowDigest digest;
  const auto out_of_turn = [&] { return damaged(snapshot.folder, "its script holds another table than the manifest"); };
  DataReader reader({.statement = [](const std::string&) { return Result<void>{}; },
                     .begin = [&](const std::string& copy) -> Result<void> {
                       digest = {};
                       if (next == part.tables.size() || part.tables[next].copy != copy) return out_of_turn();
                       return {};
                     },
                     .rows = [&](std::string_view lines) -> Result<void> {
                       digest.add(lines);
                       return {};
                     },
                     .end = [&]() { return compare(snapshot, part.tables[next++], digest); }});
  const auto leave = [](std::string_view) { return Result<void>{}; };
  Sections sections(
      part, leave, [&](std::string_view bytes) { return reader.write(bytes); }, leave);
  progress.begin("Reading the database back", static_cast<std::int64_t>(snapshot.manifest.database.bytes),
                 Progress::Unit::bytes);
  TRY(stream(snapshot, sections, progress));
  TRY(reader.finish());
  progress.end();
  return next == part.tables.size() ? Result<void>{} : out_of_turn();
}

}  // namespace liftlock::snapshot

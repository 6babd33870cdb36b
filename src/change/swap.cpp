#include "change/swap.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/process.hpp"
#include "database/sqlite.hpp"

namespace liftlock::change {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t header_bytes = 100;

/// All names of a swap are in one folder, so that the inode tells; the device's number may change with a restart.
bool is(const fs::path& path, const file::Facts& facts) {
  const auto now = file::facts(path);
  return now && now->identity.inode == facts.identity.inode;
}

Result<std::string> header_of(const fs::path& database) {
  std::ifstream input(database, std::ios::binary);
  std::string header(header_bytes, '\0');
  input.read(header.data(), header_bytes);
  if (!input.is_open() || input.bad()) {
    return failure("file-error", fmt::format("Reading {}", database.string()), "It cannot be read.");
  }
  return header;
}

/// https://www.sqlite.org/fileformat2.html#the_database_header
void blank_counters(std::string& header) {
  for (const auto& [start, length] : std::initializer_list<std::pair<std::size_t, std::size_t>>{
           {18, 2},   // journal mode, twice
           {24, 4},   // file change counter
           {40, 4},   // schema cookie
           {92, 8}})  // what the counter was when the library's version was written, and that version
    std::fill_n(header.begin() + static_cast<std::ptrdiff_t>(start), length, '\0');
}

bool is_wal(const std::string& header) { return header[18] == 2; }

std::unexpected<Error> in_use(const fs::path& database, std::string what) {
  return refusal("database-in-use", fmt::format("Taking the database {} out of use", database.string()),
                 std::move(what), "Stop the program that uses it, then run the command again.");
}

bool has_content(const fs::path& path) {
  const auto facts = file::facts(path);
  return facts && facts->size > 0;
}

std::vector<fs::path> sidecars_of(const fs::path& database) {
  auto files = process::database_files(database);
  files.erase(files.begin());
  return files;
}

}  // namespace

Result<Swap> prepare_swap(const fs::path& database, const fs::path& candidate, const fs::path& kept) {
  return Swap{database, candidate, kept, TRY(file::facts(database)), TRY(file::facts(candidate))};
}

Result<SwapState> state_of(const Swap& swap) {
  if (is(swap.database, swap.old_file)) return SwapState::not_done;
  const bool old_is_there = is(swap.kept, swap.old_file) || is(swap.candidate, swap.old_file);
  if (is(swap.database, swap.new_file) && old_is_there) return SwapState::done;
  return SwapState::unknown;
}

bool is_kept(const Swap& swap) { return is(swap.kept, swap.old_file); }

Result<void> carry_out(const Swap& swap) { return file::replace_keeping(swap.candidate, swap.database, swap.kept); }

Result<void> tidy(const Swap& swap, SwapState state) {
  if (state == SwapState::not_done && is(swap.kept, swap.old_file)) return file::remove(swap.kept);
  if (state == SwapState::done && !is(swap.kept, swap.old_file)) return file::rename(swap.candidate, swap.kept);
  return {};
}

Result<void> reverse(const Swap& swap) {
  TRY(tidy(swap, SwapState::done));
  return file::replace_keeping(swap.kept, swap.database, swap.candidate);
}

Result<void> fold_sidecars(const fs::path& database) {
  if (std::ranges::none_of(sidecars_of(database), file::exists)) return {};
  auto connection = database::Connection::open(database, database::OpenMode::read_write);
  if (!connection && connection.error().id == "database-busy") return in_use(database, connection.error().what);
  if (!connection) return std::unexpected(std::move(connection).error());
  // The first column says whether somebody was in the way; without WAL the statement does nothing.
  const auto busy = TRY(connection->query_integer("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (busy.value_or(0) != 0) return in_use(database, "Another program reads or writes it.");
  return {};
}

Result<void> refuse_users_of(const fs::path& database, std::string_view doing) {
  const process::Users users = process::users_of(process::database_files(database));
  if (users.users.empty()) return {};
  std::string names;
  for (const process::User& user : users.users) names += fmt::format("\nprocess {}: {}", user.pid, user.command);
  return refusal("database-in-use", fmt::format("{} the database {}", doing, database.string()),
                 "It is open in:" + names, "Stop it, then run the command again.");
}

Result<database::Connection> open_to_look(const fs::path& database) {
  const bool waiting = has_content(database.string() + "-wal") || has_content(database.string() + "-journal");
  const bool quiet = !waiting && process::users_of(process::database_files(database)).users.empty();
  return database::Connection::open(database, quiet ? database::OpenMode::immutable : database::OpenMode::read_only);
}

Result<SqliteExclusion> exclude_others(const fs::path& database) {
  auto exclusion = TRY(SqliteExclusion::acquire(database));
  for (const auto& sidecar : sidecars_of(database)) {
    if (has_content(sidecar) && !sidecar.string().ends_with("-shm")) {
      return in_use(database, fmt::format("Another program has just written to {}.", sidecar.string()));
    }
  }
  for (const auto& sidecar : sidecars_of(database)) TRY(file::remove(sidecar));
  return exclusion;
}

Result<bool> same_database(const fs::path& a, const fs::path& b) {
  if (TRY(file::facts(a)).size != TRY(file::facts(b)).size) return false;
  std::string header_a = TRY(header_of(a));
  std::string header_b = TRY(header_of(b));
  blank_counters(header_a);
  blank_counters(header_b);
  if (header_a != header_b) return false;

  std::ifstream input_a(a, std::ios::binary);
  std::ifstream input_b(b, std::ios::binary);
  input_a.seekg(header_bytes);
  input_b.seekg(header_bytes);
  constexpr std::size_t block = 1U << 20U;
  std::vector<char> block_a(block);
  std::vector<char> block_b(block);
  while (input_a && input_b) {
    input_a.read(block_a.data(), block);
    input_b.read(block_b.data(), block);
    const auto length = input_a.gcount();
    if (length != input_b.gcount() || !std::equal(block_a.begin(), block_a.begin() + length, block_b.begin()))
      return false;
  }
  if (input_a.bad() || input_b.bad()) {
    return failure("file-error", fmt::format("Comparing {} with its copy", a.string()), "It cannot be read.");
  }
  return true;
}

Result<void> adopt_journal_mode(const fs::path& database, const fs::path& model) {
  const bool wanted = is_wal(TRY(header_of(model)));
  if (is_wal(TRY(header_of(database))) == wanted) return {};
  auto connection = TRY(database::Connection::open(database, database::OpenMode::read_write));
  TRY(connection.query_text(wanted ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=DELETE"));
  return {};
}

}  // namespace liftlock::change

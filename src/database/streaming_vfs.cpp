#include "database/streaming_vfs.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "base/fault.hpp"
#include "database/page_writer.hpp"

namespace liftlock::database {

namespace {

constexpr std::size_t read_ahead_bytes = std::size_t{256} << 10;
/// Reads in order that make it likely that more will follow.
constexpr int reads_in_order = 3;

/// A piece of the file, read in one go because its reader goes through it in order.
struct ReadAhead {
  std::vector<std::byte> bytes;
  std::int64_t begin = 0;
  std::int64_t next = 0;  ///< where the last read ended: a read from here is in order
  int in_order = 0;       ///< reads in order, one after the other
  std::uint64_t generation = 0;
};

/// The default VFS's file and, where it is written, a descriptor of our own for the writing thread.
///
/// Beware: closing any descriptor of a file drops all POSIX locks that this process has on it. A file that is only read
/// may be locked by another connection, so it never gets a descriptor of our own.
struct State {
  sqlite3_file* file = nullptr;
  int pages = -1;
  std::optional<PageWriter> writer;
  ReadAhead ahead;
};

struct StreamingFile {
  sqlite3_file base;
  State* state;
};

State& state_of(sqlite3_file* file) { return *reinterpret_cast<StreamingFile*>(file)->state; }

sqlite3_vfs* default_vfs() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  return vfs;
}

/// pwritev(2), where a test can have it fail.
ssize_t write_at(int file, const iovec* pieces, int count, off_t offset) {
  if (const auto verdict = fault::point("database-write"); verdict != fault::Verdict::go_on) {
    errno = verdict == fault::Verdict::no_space ? ENOSPC : EIO;
    return -1;
  }
  return ::pwritev(file, pieces, count, offset);
}

int io_error(int error, int code) { return error == ENOSPC || error == EDQUOT ? SQLITE_FULL : code; }

/// Reads as much as there is; -1 where it cannot.
ssize_t read_from(State& state, std::byte* bytes, std::size_t count, std::int64_t offset) {
  sqlite3_int64 size = 0;
  if (state.file->pMethods->xFileSize(state.file, &size) != SQLITE_OK) return -1;
  const auto there =
      static_cast<std::size_t>(std::clamp<std::int64_t>(size - offset, 0, static_cast<std::int64_t>(count)));
  if (there == 0) return 0;
  const int code = state.file->pMethods->xRead(state.file, bytes, static_cast<int>(there), offset);
  return code == SQLITE_OK ? static_cast<ssize_t>(there) : -1;
}

/// From the piece read ahead, which is renewed where reading goes in order; false where that does not help.
bool read_ahead(State& state, std::byte* bytes, std::size_t count, std::int64_t offset) {
  ReadAhead& ahead = state.ahead;
  const std::uint64_t generation = state.writer ? state.writer->generation() : 0;
  const auto holds = [&] {
    return ahead.generation == generation && offset >= ahead.begin &&
           offset + static_cast<std::int64_t>(count) <= ahead.begin + static_cast<std::int64_t>(ahead.bytes.size());
  };
  ahead.in_order = offset == ahead.next ? ahead.in_order + 1 : 0;
  ahead.next = offset + static_cast<std::int64_t>(count);
  if (!holds()) {
    if (ahead.in_order < reads_in_order) return false;
    ahead.bytes.resize(std::max(read_ahead_bytes, count));
    const ssize_t got = read_from(state, ahead.bytes.data(), ahead.bytes.size(), offset);
    ahead.bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    ahead.begin = offset;
    ahead.generation = generation;
    if (!holds()) return false;
  }
  std::memcpy(bytes, ahead.bytes.data() + (offset - ahead.begin), count);
  return true;
}

int x_close(sqlite3_file* file) {
  std::unique_ptr<State> state(&state_of(file));
  const int error = state->writer ? state->writer->drain() : 0;
  state->writer.reset();
  const int code = state->file->pMethods->xClose(state->file);
  sqlite3_free(state->file);
  if (state->pages >= 0) ::close(state->pages);
  return error != 0 ? io_error(error, SQLITE_IOERR_WRITE) : code;
}

int x_read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
  State& state = state_of(file);
  const auto wanted = static_cast<std::size_t>(count);
  if (state.writer) {
    if (state.writer->read(bytes, wanted, offset)) return SQLITE_OK;
    // A piece of another size than a page, such as the file's header, can lie inside one that still waits.
    if (count < 512 && state.writer->drain() != 0) return SQLITE_IOERR_READ;
  }
  if (read_ahead(state, static_cast<std::byte*>(bytes), wanted, offset)) return SQLITE_OK;
  return state.file->pMethods->xRead(state.file, bytes, count, offset);
}

int x_write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  State& state = state_of(file);
  if (!state.writer) return SQLITE_READONLY;
  const int error = state.writer->write(bytes, static_cast<std::size_t>(count), offset);
  return error == 0 ? SQLITE_OK : io_error(error, SQLITE_IOERR_WRITE);
}

/// Everything else is the default VFS's, after all that waits is in the file.
int drained(State& state) {
  const int error = state.writer ? state.writer->drain() : 0;
  return error == 0 ? SQLITE_OK : io_error(error, SQLITE_IOERR_WRITE);
}

int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
  State& state = state_of(file);
  if (const int code = drained(state)) return code;
  state.ahead.bytes.clear();
  return state.file->pMethods->xTruncate(state.file, size);
}

int x_sync(sqlite3_file* file, int flags) {
  State& state = state_of(file);
  if (const int code = drained(state)) return code;
  return state.file->pMethods->xSync(state.file, flags);
}

int x_file_size(sqlite3_file* file, sqlite3_int64* size) {
  State& state = state_of(file);
  const int code = state.file->pMethods->xFileSize(state.file, size);
  if (state.writer) *size = std::max<sqlite3_int64>(*size, state.writer->end());
  return code;
}

int x_lock(sqlite3_file* file, int lock) {
  sqlite3_file* real = state_of(file).file;
  return real->pMethods->xLock(real, lock);
}

int x_unlock(sqlite3_file* file, int lock) {
  State& state = state_of(file);
  const int code = drained(state);
  state.ahead.bytes.clear();  // another process may write from here on
  const int unlocked = state.file->pMethods->xUnlock(state.file, lock);
  return code != SQLITE_OK ? code : unlocked;
}

int x_check_reserved_lock(sqlite3_file* file, int* result) {
  sqlite3_file* real = state_of(file).file;
  return real->pMethods->xCheckReservedLock(real, result);
}

int x_file_control(sqlite3_file* file, int operation, void* argument) {
  State& state = state_of(file);
  if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
  if (operation == SQLITE_FCNTL_MMAP_SIZE) return SQLITE_NOTFOUND;
  return state.file->pMethods->xFileControl(state.file, operation, argument);
}

int x_sector_size(sqlite3_file* file) {
  sqlite3_file* real = state_of(file).file;
  return real->pMethods->xSectorSize(real);
}

int x_device_characteristics(sqlite3_file* file) {
  sqlite3_file* real = state_of(file).file;
  return real->pMethods->xDeviceCharacteristics(real);
}

// The shared memory of a database in WAL mode.
int x_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** place) {
  sqlite3_file* real = state_of(file).file;
  return real->pMethods->xShmMap(real, page, size, extend, place);
}

int x_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  State& state = state_of(file);
  if ((flags & SQLITE_SHM_UNLOCK) != 0) state.ahead.bytes.clear();
  return state.file->pMethods->xShmLock(state.file, offset, count, flags);
}

void x_shm_barrier(sqlite3_file* file) {
  sqlite3_file* real = state_of(file).file;
  real->pMethods->xShmBarrier(real);
}

int x_shm_unmap(sqlite3_file* file, int remove) {
  sqlite3_file* real = state_of(file).file;
  return real->pMethods->xShmUnmap(real, remove);
}

// Version 2: without xFetch, since nothing is mapped into memory.
const sqlite3_io_methods methods{2,
                                 x_close,
                                 x_read,
                                 x_write,
                                 x_truncate,
                                 x_sync,
                                 x_file_size,
                                 x_lock,
                                 x_unlock,
                                 x_check_reserved_lock,
                                 x_file_control,
                                 x_sector_size,
                                 x_device_characteristics,
                                 x_shm_map,
                                 x_shm_lock,
                                 x_shm_barrier,
                                 x_shm_unmap,
                                 nullptr,
                                 nullptr};

int x_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* real_vfs = default_vfs();
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0 || name == nullptr)
    return real_vfs->xOpen(real_vfs, name, file, flags, flags_out);
  file->pMethods = nullptr;
  auto state = std::make_unique<State>();
  state->file = static_cast<sqlite3_file*>(sqlite3_malloc(real_vfs->szOsFile));
  if (state->file == nullptr) return SQLITE_NOMEM;
  int actual_flags = flags;
  const int code = real_vfs->xOpen(real_vfs, name, state->file, flags, &actual_flags);
  if (flags_out != nullptr) *flags_out = actual_flags;
  const bool writes = (actual_flags & SQLITE_OPEN_READWRITE) != 0;
  if (code == SQLITE_OK && writes) state->pages = ::open(name, O_RDWR | O_CLOEXEC);
  if (code != SQLITE_OK || (writes && state->pages < 0)) {
    if (state->file->pMethods != nullptr) state->file->pMethods->xClose(state->file);
    sqlite3_free(state->file);
    return code != SQLITE_OK ? code : SQLITE_CANTOPEN;
  }
  if (writes) state->writer.emplace(state->pages, write_at);
  auto* streaming = reinterpret_cast<StreamingFile*>(file);
  streaming->state = state.release();
  streaming->base.pMethods = &methods;
  return SQLITE_OK;
}

sqlite3_vfs make_vfs() {
  sqlite3_vfs vfs = *default_vfs();
  vfs.szOsFile = std::max<int>(vfs.szOsFile, static_cast<int>(sizeof(StreamingFile)));
  vfs.pNext = nullptr;
  vfs.zName = "liftlock-streaming";
  vfs.xOpen = x_open;
  return vfs;
}

}  // namespace

const char* streaming_vfs() {
  static sqlite3_vfs vfs = make_vfs();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  return registered == SQLITE_OK ? vfs.zName : nullptr;
}

}  // namespace liftlock::database

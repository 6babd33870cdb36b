#include <sqlite3.h>

#include <cstddef>
#include <cstring>

#include "base/fault.hpp"

/// SQLite's own effects on files, seen as fault points: a file system for SQLite that passes a point before every
/// write, truncation, flush and removal and hands everything else on. Linked into the program with live fault points,
/// where it becomes SQLite's default before main().
namespace {

struct File {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }
sqlite3_vfs* real(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

/// SQLITE_OK, or the error code that the effect is to fail with.
int trapped(const char* name, int io_error) {
  switch (liftlock::fault::point(name)) {
    case liftlock::fault::Verdict::go_on:
      return SQLITE_OK;
    case liftlock::fault::Verdict::fail:
      return io_error;
    case liftlock::fault::Verdict::no_space:
      return SQLITE_FULL;
  }
  return SQLITE_OK;
}

int close(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
int read(sqlite3_file* file, void* buffer, int amount, sqlite3_int64 offset) {
  return real(file)->pMethods->xRead(real(file), buffer, amount, offset);
}
int write(sqlite3_file* file, const void* buffer, int amount, sqlite3_int64 offset) {
  if (const int code = trapped("sqlite-write", SQLITE_IOERR_WRITE); code != SQLITE_OK) return code;
  return real(file)->pMethods->xWrite(real(file), buffer, amount, offset);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = trapped("sqlite-truncate", SQLITE_IOERR_TRUNCATE); code != SQLITE_OK) return code;
  return real(file)->pMethods->xTruncate(real(file), size);
}
int sync(sqlite3_file* file, int flags) {
  if (const int code = trapped("sqlite-sync", SQLITE_IOERR_FSYNC); code != SQLITE_OK) return code;
  return real(file)->pMethods->xSync(real(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) { return real(file)->pMethods->xFileSize(real(file), size); }
int lock(sqlite3_file* file, int kind) { return real(file)->pMethods->xLock(real(file), kind); }
int unlock(sqlite3_file* file, int kind) { return real(file)->pMethods->xUnlock(real(file), kind); }
int check_reserved_lock(sqlite3_file* file, int* result) {
  return real(file)->pMethods->xCheckReservedLock(real(file), result);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int device_characteristics(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return real(file)->pMethods->xShmUnmap(real(file), remove); }

/// Version 2: without memory maps, whose writes would pass unseen.
const sqlite3_io_methods methods = {2,
                                    close,
                                    read,
                                    write,
                                    truncate,
                                    sync,
                                    file_size,
                                    lock,
                                    unlock,
                                    check_reserved_lock,
                                    file_control,
                                    sector_size,
                                    device_characteristics,
                                    shm_map,
                                    shm_lock,
                                    shm_barrier,
                                    shm_unmap,
                                    nullptr,
                                    nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  auto* wrapped = reinterpret_cast<File*>(file);
  wrapped->real = reinterpret_cast<sqlite3_file*>(wrapped + 1);
  std::memset(wrapped->real, 0, static_cast<std::size_t>(real(vfs)->szOsFile));
  const int code = real(vfs)->xOpen(real(vfs), name, wrapped->real, flags, flags_out);
  wrapped->base.pMethods = wrapped->real->pMethods != nullptr ? &methods : nullptr;
  return code;
}
int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  if (const int code = trapped("sqlite-delete", SQLITE_IOERR_DELETE); code != SQLITE_OK) return code;
  return real(vfs)->xDelete(real(vfs), name, sync_folder);
}

struct Installation {
  Installation() {
    static sqlite3_vfs faulty = *sqlite3_vfs_find(nullptr);
    faulty.pAppData = sqlite3_vfs_find(nullptr);
    faulty.zName = "faults";
    faulty.szOsFile += static_cast<int>(sizeof(File));
    faulty.xOpen = open;
    faulty.xDelete = remove;
    sqlite3_vfs_register(&faulty, 1);
  }
};
const Installation installation;

}  // namespace

#pragma once

namespace liftlock::database {

/// The name of an SQLite VFS for reading a database from end to end, or for building a new one: pages are written
/// many at a time, in the order of the file, by a thread of their own, and read ahead in large pieces, instead of
/// one system call a page (which is half of the time of copying a database). Registers it at the first call.
///
/// Beware: what was written is in the file only after xSync or xClose, an error of the writing thread comes back from a
/// later call, and two connections in one process do not see each other's pages. So it is for a file that nobody else
/// opens before it is finished, with journal_mode OFF, and for reading within one transaction. Journals and -wal files
/// go through the default VFS. Memory: 10 MB a file that is written, 256 kB a file that is read.
[[nodiscard]] const char* streaming_vfs();

}  // namespace liftlock::database

#!/usr/bin/env python3
"""Hard cases, end to end: the real program on data directories that are broken, odd or short of room.

usage: hard_cases.py [--build FOLDER] [--only TEXT]... [--list]

What fails must fail with the right exit status, say what and what next, and leave every file with the content that it had.
Cases that need root (small file systems) or a package that is not there are skipped. Last line: the summary.
"""

import argparse
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET, HEAD = "0.12.4", "0bd252b206fb"
FAILED, USAGE, REFUSED, ROLLED_BACK, NEEDS_HAND = 1, 2, 3, 4, 5
USER = "00000000-0000-4000-8000-00000000000a"


class Skipped(Exception):
    pass


class Answer:
    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds
        self.text = out + err

    def check(self, *statuses, says=()):
        assert self.status in statuses, f"exit {self.status}, wanted {statuses}:\n{self.text}"
        for part in says:
            assert part.lower() in self.text.lower(), f"{part!r} is not said:\n{self.text}"
        return self


class Place:
    """A data directory and a Liftlock home of one case."""

    def __init__(self, liftlock, folder):
        self.liftlock, self.folder = liftlock, folder
        self.data, self.home = folder / "data", folder / "home"
        self.environment, self.before = {}, []

    def from_fixture(self, name="open-webui-0.6.18"):
        self.data.mkdir(parents=True, exist_ok=True)
        subprocess.run(["tar", "--zstd", "-xf", ROOT / f"tests/fixtures/{name}.tar.zst", "-C", self.data], check=True, stderr=subprocess.DEVNULL)
        return self

    def with_database(self, content):
        self.data.mkdir(parents=True, exist_ok=True)
        if content is not None:
            (self.data / "webui.db").write_bytes(content)
        return self

    @property
    def database(self):
        return self.data / "webui.db"

    def run(self, *arguments):
        command = [*self.before, str(self.liftlock), "--yes", *map(str, arguments)]
        environment = {k: v for k, v in os.environ.items() if k not in ("LIFTLOCK_HOME", "LIFTLOCK_FAULT")}
        environment |= {"LIFTLOCK_HOME": str(self.home), "NO_COLOR": "1"} | self.environment
        started = time.monotonic()
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, errors="replace", timeout=600)
        return Answer(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    def change(self, target=TARGET):
        return self.run("change", f"dir:{self.data}", target)

    def rollback(self):
        return self.run("rollback", f"dir:{self.data}")

    def contents(self):
        """A hash of every file's name and content; a database's -shm is scratch, and its -wal counts by what it means."""
        names = sorted(p for p in self.data.rglob("*") if p.is_file() and not p.name.endswith(("-shm", "-wal")))
        return {str(p.relative_to(self.data)): hashlib.sha256(p.read_bytes()).hexdigest() for p in names}

    def rows(self, sql):
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            connection.text_factory = bytes
            return connection.execute(sql).fetchall()

    def execute(self, script):
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            connection.executescript(script)
            connection.commit()

    def revision(self):
        return self.rows("SELECT version_num FROM alembic_version")[0][0].decode()

    def meaning(self):
        """What the database says, whatever file it stands in: a logical dump's hash."""
        digest = hashlib.sha256()
        for (table,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"):
            digest.update(table)
            for row in self.rows(f'SELECT * FROM "{table.decode()}" ORDER BY rowid'):
                digest.update(repr(row).encode())
        return digest.hexdigest()


def fails_and_leaves_all(place, *statuses, says=(), target=TARGET):
    """The change fails as it should, and every file is as it was."""
    before = place.contents()
    answer = place.change(target).check(*statuses, says=says)
    assert place.contents() == before, "files changed"
    return answer


def works_there_and_back(place, rollback=True):
    """The change ends at head, and the rollback brings the very same rows back."""
    meaning, files = place.meaning(), place.contents()
    place.change().check(0)
    assert place.revision() == HEAD, place.revision()
    others = {name: digest for name, digest in place.contents().items() if name in files and not name.endswith((".db", ".sqlite3"))}
    assert others == {name: digest for name, digest in files.items() if not name.endswith((".db", ".sqlite3"))}, "other files changed"
    if rollback:
        place.rollback().check(0)
        assert place.meaning() == meaning, "the rollback brought something else back"


# Databases that are none, or somebody else's.
def zero_bytes(place):
    """Zero bytes are a valid empty database: Open WebUI would start on it."""
    place.with_database(b"")
    answer = place.change()
    answer.check(0, REFUSED)
    if answer.status == 0:
        assert place.revision() == HEAD


def empty_database(place):
    place.with_database(None)
    with contextlib.closing(sqlite3.connect(place.database)) as connection:
        connection.executescript("PRAGMA user_version = 1; CREATE TABLE t (a); DROP TABLE t;")
    answer = place.change()
    answer.check(0, REFUSED)
    if answer.status == 0:
        assert place.revision() == HEAD


def no_database(place):
    place.with_database(None)
    fails_and_leaves_all(place, FAILED, USAGE, REFUSED, says=["webui.db"])


def no_directory(place):
    place.change().check(FAILED, USAGE, REFUSED, says=["data"])
    assert not place.data.exists()


def not_a_database(place):
    place.with_database(b"This is a text, not a database.\n" * 200)
    fails_and_leaves_all(place, FAILED, REFUSED, says=["not a database"])


def truncated_database(place):
    place.from_fixture()
    place.database.write_bytes(place.database.read_bytes()[:100_000])
    fails_and_leaves_all(place, FAILED, REFUSED, says=["webui.db"])


def corrupt_database(place):
    place.from_fixture()
    content = bytearray(place.database.read_bytes())
    for page in range(5, len(content) // 4096, 3):
        content[page * 4096 : page * 4096 + 200] = os.urandom(200)
    place.database.write_bytes(content)
    fails_and_leaves_all(place, FAILED, REFUSED)


def somebody_elses(place):
    place.with_database(None)
    place.execute("CREATE TABLE invoices (id INTEGER PRIMARY KEY, amount REAL); INSERT INTO invoices VALUES (1, 9.5);")
    fails_and_leaves_all(place, REFUSED, FAILED, says=["open webui"])


def without_version(place):
    """Tables of Open WebUI, but nothing says at which revision they are."""
    place.from_fixture()
    place.execute("DROP TABLE alembic_version;")
    before = place.contents()
    answer = place.change()
    answer.check(REFUSED, FAILED)
    assert place.contents() == before, "files changed"


def unknown_revision(place):
    place.from_fixture()
    place.execute("UPDATE alembic_version SET version_num = 'ffffffffffff';")
    fails_and_leaves_all(place, REFUSED, FAILED, says=["ffffffffffff"])


def newer_than_target(place):
    place.from_fixture("open-webui-0.8.12")
    fails_and_leaves_all(place, REFUSED, FAILED, target="0.6.18")


def unknown_version(place):
    place.from_fixture()
    fails_and_leaves_all(place, USAGE, REFUSED, FAILED, says=["9.9.9"], target="9.9.9")


def equal_emails(place):
    place.from_fixture()
    place.execute("UPDATE user SET email = 'same@example.org' WHERE rowid = 1; UPDATE user SET email = 'SAME@Example.org' WHERE rowid = 2;")
    fails_and_leaves_all(place, REFUSED, says=["same@example.org"])


# Places that are short of something.
def read_only_directory(place):
    place.from_fixture()
    mount(place, "-o", "bind", place.data, place.data)
    subprocess.run(["mount", "-o", "remount,ro,bind", place.data], check=True)
    fails_and_leaves_all(place, FAILED, REFUSED, ROLLED_BACK)


def mount(place, *arguments):
    if os.geteuid() != 0:
        raise Skipped("needs root")
    if subprocess.run(["mount", *map(str, arguments)], capture_output=True).returncode != 0:
        raise Skipped("this machine does not let file systems be mounted")
    place.mounts = [arguments[-1], *getattr(place, "mounts", [])]


def small(place, folder, kilobytes):
    folder.mkdir(parents=True, exist_ok=True)
    mount(place, "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder)


def disk_full_for_snapshots(place):
    """The snapshot's file system is full: nothing was begun."""
    place.from_fixture()
    small(place, place.home, 200)
    fails_and_leaves_all(place, FAILED, REFUSED, says=["space"])


def disk_full_beside_the_database(place):
    """There is room for the snapshot, but none for the migrated copy beside the database."""
    small(place, place.data, 1200)
    place.from_fixture()
    fails_and_leaves_all(place, FAILED, REFUSED, ROLLED_BACK, says=["space"])


def disk_fills_up(place):
    """Sizes at which it runs out at one step or another: always as it was, or done."""
    ended = set()
    for kilobytes in range(900, 9000, 900):
        one = Place(place.liftlock, place.folder / f"size-{kilobytes}")
        place.mounts = getattr(place, "mounts", [])
        try:
            small(one, one.folder, kilobytes)
            place.mounts = one.mounts + place.mounts
            one.from_fixture()
            meaning = one.meaning()
        except (subprocess.CalledProcessError, sqlite3.Error):
            continue  # not even the data fits
        answer = one.change().check(0, FAILED, REFUSED, ROLLED_BACK)
        ended.add(answer.status)
        if answer.status == 0:
            assert one.revision() == HEAD
        else:
            assert one.meaning() == meaning, f"at {kilobytes} kB the data changed"
            assert {"webui.db"} == {p.name for p in one.data.glob("webui.db*") if p.stat().st_size}, list(one.data.iterdir())
    assert 0 in ended and len(ended) > 1, f"the sizes do not reach both ends: {ended}"


def no_space_at_any_write(place):
    """The disk fills up at the Nth effect on a file, for a sample of all N (with the program that has fault points)."""
    faults = place.liftlock.with_name("liftlock-faults")
    if not faults.exists():
        raise Skipped("liftlock-faults is not built")
    place.liftlock = faults
    points = place.folder / "points"
    place.from_fixture().environment = {"LIFTLOCK_FAULT": f"count:{points}"}
    place.change().check(0)
    total = len(points.read_text().splitlines())
    for number in range(1, total + 1, max(1, total // 40)):
        one = Place(faults, place.folder / f"at-{number}")
        one.from_fixture().environment = {"LIFTLOCK_FAULT": f"no-space@{number}"}
        meaning = one.meaning()
        answer = one.change().check(0, FAILED, REFUSED, ROLLED_BACK, NEEDS_HAND)
        if answer.status == 0:
            assert one.revision() == HEAD, f"at {number}"
        elif answer.status != NEEDS_HAND:
            assert one.meaning() == meaning, f"at {number} the data changed"
        if answer.status == NEEDS_HAND:
            one.environment = {}
            one.run("resume", f"dir:{one.data}").check(0, ROLLED_BACK)
            assert one.revision() == HEAD or one.meaning() == meaning, f"at {number}"
        shutil.rmtree(one.folder)


# Data that is odd but healthy.
def symlinked_database(place):
    place.from_fixture()
    elsewhere = place.folder / "elsewhere"
    elsewhere.mkdir()
    shutil.move(place.database, elsewhere / "real.db")
    place.database.symlink_to(elsewhere / "real.db")
    meaning = place.meaning()
    answer = place.change()
    answer.check(0, REFUSED, FAILED)
    assert place.database.is_symlink(), "the link was replaced"
    if answer.status == 0:
        assert place.revision() == HEAD
        place.rollback().check(0)
        assert place.database.is_symlink(), "the rollback replaced the link"
    assert place.meaning() == meaning


def live_wal(place):
    """Rows that stand only in the -wal of a writer that was killed."""
    place.from_fixture()
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA journal_mode=WAL'); "
        "c.execute('PRAGMA wal_autocheckpoint=0'); c.execute(\"UPDATE chat SET title = 'from the wal'\"); c.commit(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, place.database], check=False)
    assert (place.data / "webui.db-wal").stat().st_size > 0
    place.change().check(0)
    assert place.rows("SELECT DISTINCT title FROM chat") == [(b"from the wal",)]
    assert place.revision() == HEAD
    place.rollback().check(0)
    assert place.rows("SELECT DISTINCT title FROM chat") == [(b"from the wal",)]


def somebody_has_it_open(place):
    """A process has the database open: refused with its id."""
    place.from_fixture()
    code = "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM chat').fetchall(); print(flush=True); time.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", code, place.database], stdout=subprocess.PIPE)
    holder.stdout.readline()
    try:
        fails_and_leaves_all(place, REFUSED, says=[str(holder.pid)])
    finally:
        holder.kill()
        holder.wait()


def odd_bytes(place):
    """0x00 and invalid UTF-8 in text come through as they are."""
    place.from_fixture()
    with contextlib.closing(sqlite3.connect(place.database)) as connection:
        connection.execute("UPDATE chat SET title = CAST(x'61ff00fe80' AS TEXT) WHERE rowid = 1")
        connection.execute("UPDATE user SET name = CAST(x'00ff' AS TEXT) WHERE rowid = 1")
        connection.commit()
    before = place.rows("SELECT id, title FROM chat WHERE user_id NOT LIKE 'shared-%' ORDER BY id"), place.rows("SELECT id, name FROM user ORDER BY id")
    place.change().check(0)
    assert place.rows("SELECT id, title FROM chat ORDER BY id") == before[0]
    assert place.rows("SELECT id, name FROM user ORDER BY id") == before[1]


def big_chat(place):
    """A chat of 50 MB."""
    place.from_fixture()
    content = "0123456789abcdé\n" * 3_000_000
    text = json.dumps({"history": {"messages": {"m": {"id": "m", "role": "user", "content": content}}, "currentId": "m"}})
    with contextlib.closing(sqlite3.connect(place.database)) as connection:
        connection.execute(
            "INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived) SELECT 'big', id, 't', ?, 1, 1, 0 FROM user LIMIT 1", [text]
        )
        connection.commit()
    place.change().check(0)
    assert place.rows("SELECT length(content) > 48000000 FROM chat_message WHERE chat_id = 'big'") == [(1,)]


def odd_chats(place):
    """Text that is not JSON is null afterwards, and kept in quarantine.jsonl."""
    place.from_fixture("open-webui-0.3.35")
    place.execute("UPDATE chat SET chat = 'not json at all' WHERE rowid = 1;")
    place.change().check(0, REFUSED)


def many_files(place):
    """50,000 small files."""
    place.from_fixture()
    for number in range(50_000):
        if number % 1000 == 0:
            folder = place.data / "uploads" / f"folder {number // 1000}"
            folder.mkdir()
        (folder / f"file-{number}").write_bytes(b"%d" % number)
    answer = place.change().check(0)
    assert len(list((place.data / "uploads").rglob("file-*"))) == 50_000
    print(f"        (50,000 files: {answer.seconds:.1f} s)")


def odd_names(place):
    """A data directory and files whose names have spaces, quotes, newlines, Unicode and bytes that are no UTF-8."""
    place.data = place.folder / "da 'ta\" \n ünï 🎉"
    place.from_fixture()
    names = [b"a b", b"quote'\"", b"new\nline", "ünï🎉".encode(), b"\xff\xfe", b"-rf", b"back\\slash", b"x" * 255]
    for name in names:
        with open(os.path.join(os.fsencode(place.data / "uploads"), name), "wb") as file:
            file.write(name)
    os.symlink("nowhere", place.data / "uploads" / "dangling")
    (place.data / "uploads" / "empty folder").mkdir()
    works_there_and_back(place)
    for name in names:
        with open(os.path.join(os.fsencode(place.data / "uploads"), name), "rb") as file:
            assert file.read() == name


def clock_set_back(place):
    """The clock goes back a year between the change and the rollback, and again before another change."""
    if not shutil.which("faketime"):
        raise Skipped("faketime is not installed")
    place.from_fixture()
    meaning = place.meaning()
    place.change().check(0)
    place.before = ["faketime", "-f", "-365d"]
    place.environment = {"NO_FAKE_STAT": "1"}  # the clock only: the times of files stay what they are
    place.rollback().check(0)
    assert place.meaning() == meaning
    place.change().check(0)
    assert place.revision() == HEAD
    place.before = []
    place.rollback().check(0)
    assert place.meaning() == meaning


def already_there(place):
    place.from_fixture()
    place.change().check(0)
    before = place.contents()
    place.change().check(0)
    assert place.contents() == before, "a change to where it is changed files"


def fixture_case(name):
    def there_and_back(place):
        place.from_fixture(name)
        works_there_and_back(place)

    there_and_back.__doc__ = f"{name} there and back."
    return there_and_back


CASES = {
    "empty database": empty_database,
    "zero bytes": zero_bytes,
    "no database": no_database,
    "no directory": no_directory,
    "not a database": not_a_database,
    "a database cut off": truncated_database,
    "a corrupt database": corrupt_database,
    "a database of something else": somebody_elses,
    "no alembic_version": without_version,
    "a revision that nobody knows": unknown_revision,
    "a database newer than the target": newer_than_target,
    "a version that nobody knows": unknown_version,
    "e-mails that differ by case": equal_emails,
    "read-only directory": read_only_directory,
    "disk full: snapshots": disk_full_for_snapshots,
    "disk full: beside the database": disk_full_beside_the_database,
    "disk full: somewhere on the way": disk_fills_up,
    "disk full: at any write": no_space_at_any_write,
    "symlinked webui.db": symlinked_database,
    "live -wal with unwritten pages": live_wal,
    "somebody has the database open": somebody_has_it_open,
    "0x00 and invalid UTF-8 in text": odd_bytes,
    "a chat of 50 MB": big_chat,
    "a chat that is not JSON": odd_chats,
    "50,000 small files": many_files,
    "odd names": odd_names,
    "clock set back": clock_set_back,
    "already there": already_there,
    **{
        f"there and back: {name}": fixture_case(name)
        for name in ("open-webui-0.3.35", "open-webui-0.5.20", "open-webui-0.6.18", "open-webui-0.8.12", "half-migrated-0.3.35-by-0.9.6")
    },
}


def main(cases=CASES):
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name, case in cases.items():
        if options.only and not any(text in name for text in options.only):
            continue
        if options.list:
            print(name)
            continue
        run_case(name, case, options.build.resolve() / "liftlock", counts)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


def run_case(name, case, liftlock, counts):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="liftlock-hard-"))
    place = Place(liftlock, folder)
    started = time.monotonic()
    try:
        case(place)
        outcome = "passed"
    except Skipped as reason:
        outcome, text = "skipped", str(reason)
    except (AssertionError, subprocess.SubprocessError, OSError, sqlite3.Error) as error:
        outcome, text = "failed", f"{type(error).__name__}: {error}"
    counts[outcome] += 1
    word = {"passed": "ok     ", "failed": "FAILED ", "skipped": "skipped"}[outcome]
    print(f"{word} {name} ({time.monotonic() - started:.1f} s)", flush=True)
    if outcome != "passed":
        print("".join(f"        {line}\n" for line in text.splitlines()[:25]), end="", flush=True)
    for mounted in getattr(place, "mounts", []):
        subprocess.run(["umount", str(mounted)], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

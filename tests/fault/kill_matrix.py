#!/usr/bin/env python3
"""Kills Liftlock at every point where it is about to change a file, and shows that nothing is ever lost.

    tests/fault/kill_matrix.py [--program build/liftlock-faults] [--fixture FILE.tar.zst] [--every N] [--jobs N]

For every fault point N of a change: a fresh data directory, `change` killed at N, then `resume`. Afterwards the database
is either what it was, row by row, or changed and verified; snapshots are whole; no scratch is left; a second `resume`
has nothing to do. The same for a rollback, for `db upgrade` (whose next run tidies up), for kills during `resume` itself, and
for the Nth operation failing with EIO or ENOSPC instead, where the exit code must tell the truth. SQLite's own writes, and those
of the migrated file, are points like all others; the database has a -wal with pages that are not written back yet, so that the
work on that file is seen, too. Exit code 0 if all of that holds.
"""
import argparse, collections, concurrent.futures, hashlib, itertools, json, os, pathlib, shutil, sqlite3, subprocess, sys, tempfile, threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
KILLED = -9


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def connect_copy(database, folder):
    """A connection to a private copy, so that looking changes nothing."""
    copy = folder / "look.db"
    for suffix in ("", "-wal", "-shm"):
        target = pathlib.Path(str(copy) + suffix)
        target.unlink(missing_ok=True)
        source = pathlib.Path(str(database) + suffix)
        if source.exists() and suffix != "-shm":
            shutil.copyfile(source, target)
    connection = sqlite3.connect(copy)
    connection.text_factory = bytes
    return connection


def tables_of(connection):
    return [row[0].decode() for row in connection.execute(
        "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' ORDER BY name")]


def content(database, folder):
    """A digest of the schema and of every row of every table."""
    connection = connect_copy(database, folder)
    digest = hashlib.sha256()
    for row in connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name"):
        digest.update(repr(row).encode())
    for table in tables_of(connection):
        for row in sorted(repr(row) for row in connection.execute(f"SELECT * FROM {quote(table)}")):
            digest.update(row.encode())
    connection.close()
    return digest.hexdigest()


def essence(database, folder):
    """What must be the same after every successful change: revision, counts, chats. (New ids and times differ.)"""
    connection = connect_copy(database, folder)
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == b"ok"
    result = {table: connection.execute(f"SELECT count(*) FROM {quote(table)}").fetchone()[0] for table in tables_of(connection)}
    result["revision"] = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0].decode()
    chats = connection.execute("SELECT id, user_id, title, chat FROM chat ORDER BY id").fetchall()
    result["chats"] = hashlib.sha256(repr(chats).encode()).hexdigest()
    connection.close()
    return result


class Bench:
    """One data directory and state folder, made new for every case."""

    def __init__(self, arguments, folder, fixture):
        self.program, self.target, self.fixture = arguments.program, arguments.target, fixture
        self.folder = folder
        self.data, self.home = folder / "data", folder / "home"
        folder.mkdir()

    def fresh(self, template=None):
        for path in (self.data, self.home):
            shutil.rmtree(path, ignore_errors=True)
        source = template or self.fixture
        subprocess.run(["cp", "-a", str(source / "data" if template else source), str(self.data)], check=True)
        if template:
            subprocess.run(["cp", "-a", str(template / "home"), str(self.home)], check=True)

    def save(self, template):
        shutil.rmtree(template, ignore_errors=True)
        template.mkdir()
        for path in (self.data, self.home):
            subprocess.run(["cp", "-a", str(path), str(template)], check=True)

    def run(self, *words, fault=None):
        environment = dict(os.environ, LIFTLOCK_HOME=str(self.home), NO_COLOR="1")
        environment.pop("LIFTLOCK_FAULT", None)
        if fault:
            environment["LIFTLOCK_FAULT"] = fault
        done = subprocess.run([self.program, *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
        self.last = f"{' '.join(words)} [{fault}] -> {done.returncode}\n{(done.stdout + done.stderr).decode(errors='replace')[-2000:]}"
        return done.returncode

    @property
    def address(self):
        return f"dir:{self.data}"

    def change(self, fault=None):
        return self.run("--yes", "change", self.address, self.target, fault=fault)

    def resume(self, fault=None):
        return self.run("--yes", "resume", self.address, fault=fault)

    def rollback(self, fault=None):
        return self.run("--yes", "rollback", self.address, fault=fault)

    def upgrade(self, fault=None):
        return self.run("db", "upgrade", "head", "--database", f"sqlite:///{self.database()}", fault=fault)

    def database(self):
        return self.data / "webui.db"

    def content(self):
        return content(self.database(), self.folder)

    def essence(self):
        return essence(self.database(), self.folder)


class Matrix:
    def __init__(self, arguments, folder, fixture):
        self.arguments, self.folder, self.fixture = arguments, folder, fixture
        self.benches, self.lock = [], threading.Lock()
        self.passed, self.kills, self.losses, self.failures = 0, 0, 0, []
        self.template = folder / "changed"

    def bench(self):
        with self.lock:
            if self.benches:
                return self.benches.pop()
            self.made = getattr(self, "made", 0) + 1
            return Bench(self.arguments, self.folder / f"bench{self.made}", self.fixture)

    def prepare(self):
        bench = self.bench()
        bench.fresh()
        self.before = bench.content()
        self.before_files = self.files(bench)
        if bench.change() != 0:
            sys.exit(f"the change does not work even without faults:\n{bench.last}")
        self.after = bench.essence()
        self.after_content = bench.content()
        bench.save(self.template)
        if bench.rollback() != 0 or bench.content() != self.before:
            sys.exit(f"the rollback does not work even without faults:\n{bench.last}")
        self.benches.append(bench)

    def count_points(self, prepare, action):
        bench = self.bench()
        prepare(bench)
        log = self.folder / "points"
        log.unlink(missing_ok=True)
        action(bench, f"count:{log}")
        self.benches.append(bench)
        return log.read_text().splitlines()

    @staticmethod
    def files(bench):
        """Everything in the data directory but the database, with its bytes."""
        return {str(path.relative_to(bench.data)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(bench.data.rglob("*"))
                if path.is_file() and not path.name.startswith("webui.db") and ".liftlock-" not in str(path)}

    def leftovers(self, bench):
        found = [path.name for path in bench.data.iterdir()
                 if ".liftlock-" in path.name and not path.name.endswith(("-before", "-after"))]
        found += [path.name for path in bench.data.rglob("*.tmp")]
        found += [path.name for path in bench.home.glob("*/changes/*/scratch")]
        found += [path.name for path in bench.home.glob("*/.*")]
        return found

    def check_state(self, bench, allowed):
        """Raises unless the deployment is in one of the allowed states ("before", "after")."""
        assert bench.database().exists(), "webui.db is gone"
        state = "before" if bench.content() == self.before else "after"
        if state == "after":
            seen = bench.essence()
            assert seen == self.after, f"neither before nor after: {seen}"
        assert state in allowed, f"it is as {state} the change, allowed: {allowed}"
        assert self.files(bench) == self.before_files, "other files changed"
        return state

    def check_end(self, bench, allowed):
        state = self.check_state(bench, allowed)
        assert not self.leftovers(bench), f"left over: {self.leftovers(bench)}"
        snapshots = sorted(bench.home.glob("*/backup-*"))
        for snapshot in snapshots:
            assert bench.run("verify", str(snapshot)) == 0, f"snapshot {snapshot.name} is not whole: {bench.last}"
        for quarantine in bench.home.glob("*/changes/*/quarantine.jsonl"):
            for line in quarantine.read_text().splitlines():
                json.loads(line)
        if state == "after":
            kept = [path for path in bench.data.iterdir() if path.name.endswith("-before")]
            assert kept, "the old database is not kept"
            assert content(kept[0], bench.folder) == self.before, "the kept database is not what it was"
        before = bench.content()
        assert bench.resume() == 0, f"a second resume: {bench.last}"
        assert bench.content() == before, "a second resume changed something"
        return state

    def killed_then_resumed(self, bench, code, allowed):
        if code == KILLED:
            with self.lock:
                self.kills += 1
            assert bench.database().exists(), "webui.db is gone right after the kill"
        assert bench.resume() == 0, f"resume failed: {bench.last}"
        self.check_end(bench, allowed)

    # The cases. Each gets a bench and a number.
    def kill_change(self, bench, n):
        bench.fresh()
        self.killed_then_resumed(bench, bench.change(f"kill@{n}"), ("before", "after"))

    def kill_rollback(self, bench, n):
        bench.fresh(self.template)
        code = bench.rollback(f"kill@{n}")
        if code == KILLED:
            with self.lock:
                self.kills += 1
        assert bench.resume() == 0, f"resume failed: {bench.last}"
        self.check_state(bench, ("before", "after"))
        assert not self.leftovers(bench), f"left over: {self.leftovers(bench)}"

    def kill_resume(self, bench, n):
        """The change is killed at n, and every resume at its 1st, 2nd, … point until one gets through."""
        bench.fresh()
        bench.change(f"kill@{n}")
        for m in range(1, 200):
            code = bench.resume(f"kill@{m}")
            if code != KILLED:
                assert code == 0, f"resume failed: {bench.last}"
                break
            with self.lock:
                self.kills += 1
        self.check_end(bench, ("before", "after"))

    def failing_change(self, bench, n, how):
        bench.fresh()
        code = bench.change(f"{how}@{n}")
        said = bench.last
        allowed = {0: ("after",), 1: ("before",), 3: ("before",), 4: ("before",), 5: ("before", "after")}.get(code)
        assert allowed, f"exit code {code}: {said}"
        self.check_state(bench, allowed)
        assert bench.resume() == 0, f"resume failed: {bench.last}\nafter {said}"
        self.check_end(bench, allowed)

    def fail_change(self, bench, n):
        self.failing_change(bench, n, "fail")

    def fill_change(self, bench, n):
        self.failing_change(bench, n, "no-space")

    def fail_rollback(self, bench, n):
        bench.fresh(self.template)
        code = bench.rollback(f"fail@{n}")
        said = bench.last
        allowed = {0: ("before",), 1: ("after",), 3: ("after",), 4: ("after",), 5: ("before", "after")}.get(code)
        assert allowed, f"exit code {code}: {said}"
        self.check_state(bench, allowed)
        assert bench.resume() == 0, f"resume failed: {bench.last}\nafter {said}"
        self.check_state(bench, allowed)

    def one(self, case, n, points):
        bench = self.bench()
        name = f"{case.__name__} {n} ({points[n - 1] if n <= len(points) else '?'})"
        try:
            case(bench, n)
            with self.lock:
                self.passed += 1
        except Exception as problem:  # every case must be heard
            with self.lock:
                self.losses += int("gone" in str(problem) or "neither" in str(problem) or "not what it was" in str(problem))
                self.failures.append(f"{name}: {problem}")
                print(f"FAILED {name}: {problem}", flush=True)
        finally:
            with self.lock:
                self.benches.append(bench)

    def check_upgraded(self, bench):
        """The next `db upgrade` ends the work and leaves nothing of a killed one beside the database."""
        assert bench.database().exists(), "webui.db is gone"
        before = bench.content()
        assert before == self.before or bench.essence() == self.upgraded, "neither before nor after"
        assert bench.upgrade() == 0, f"a second upgrade: {bench.last}"
        assert bench.essence() == self.upgraded, f"neither before nor after: {bench.essence()}"
        assert not self.leftovers(bench), f"left over: {self.leftovers(bench)}"
        for kept in bench.data.glob("webui.db.before-*"):
            assert content(kept, bench.folder) == self.before, "the kept database is not what it was"
            assert not kept.samefile(bench.database()), "a kept file that is the database itself"

    def kill_upgrade(self, bench, n):
        bench.fresh()
        if bench.upgrade(f"kill@{n}") == KILLED:
            with self.lock:
                self.kills += 1
        self.check_upgraded(bench)

    def fail_upgrade(self, bench, n):
        bench.fresh()
        code = bench.upgrade(f"fail@{n}")
        said = bench.last
        assert code in (0, 1, 3), f"exit code {code}: {said}"
        assert not self.leftovers(bench), f"left over: {self.leftovers(bench)}\nafter {said}"
        self.check_upgraded(bench)

    def prepare_upgrade(self):
        bench = self.bench()
        bench.fresh()
        if bench.upgrade() != 0:
            sys.exit(f"db upgrade does not work even without faults:\n{bench.last}")
        self.upgraded = bench.essence()
        self.benches.append(bench)

    @staticmethod
    def different(points):
        """The numbers of the points at which a failure takes different ways through the program. Writes of the pages of one
        copy, one after the other, fail alike: of a long row of them the first, the last and every 20th. (A kill at each of them
        leaves another file, so kills are at all.)"""
        numbers, start = [], 0
        for name, row in itertools.groupby(points):
            length = len(list(row))
            inside = [n for n in range(length) if length < 8 or n in (0, length - 1) or n % 20 == 0]
            numbers += [start + n + 1 for n in inside]
            start += length
        return numbers

    def run(self):
        self.prepare()
        self.prepare_upgrade()
        change = self.count_points(lambda bench: bench.fresh(), lambda bench, fault: bench.change(fault))
        rollback = self.count_points(lambda bench: bench.fresh(self.template), lambda bench, fault: bench.rollback(fault))
        upgrade = self.count_points(lambda bench: bench.fresh(), lambda bench, fault: bench.upgrade(fault))
        for name, points in (("a change", change), ("a rollback", rollback), ("db upgrade", upgrade)):
            kinds = collections.Counter(points)
            writes = kinds["sqlite-write"] + kinds["database-write"]
            print(f"{name}: {len(points)} points, {writes} of them writes to databases", flush=True)
        assert "sqlite-write" in change and "database-write" in change, "writes to databases pass no fault points"
        every = self.arguments.every
        numbers = lambda points: range(1, len(points) + 1, every)
        # The end of a change, from the cutover on, is where a resume has most to do.
        late = range(max(1, len(change) - 60), len(change) + 1, 4 * every)
        plan = [(self.kill_change, n, change) for n in numbers(change)]
        plan += [(self.kill_rollback, n, rollback) for n in numbers(rollback)]
        plan += [(self.kill_upgrade, n, upgrade) for n in numbers(upgrade)]
        plan += [(self.kill_resume, n, change) for n in late]
        plan += [(self.fail_change, n, change) for n in self.different(change)[::every]]
        plan += [(self.fill_change, n, change) for n in self.different(change)[1::2 * every]]
        plan += [(self.fail_rollback, n, rollback) for n in numbers(rollback)]
        plan += [(self.fail_upgrade, n, upgrade) for n in numbers(upgrade)]
        with concurrent.futures.ThreadPoolExecutor(self.arguments.jobs) as pool:
            list(pool.map(lambda case: self.one(*case), plan))


def make_small(database):
    """Few chats, so that every one of SQLite's writes can be a point to stop at."""
    connection = sqlite3.connect(database)
    connection.execute("DELETE FROM chat WHERE id NOT IN (SELECT id FROM chat ORDER BY length(chat) LIMIT 4)")
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


def leave_wal(database):
    """Writes a row that is in the -wal only, as a server that was killed leaves it."""
    work = database.with_name("live.db")
    shutil.move(database, work)
    connection = sqlite3.connect(work)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("UPDATE chat SET title = title || ' (last)' WHERE id = (SELECT min(id) FROM chat)")
    connection.commit()
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{work}{suffix}", f"{database}{suffix}")
    connection.close()
    for path in database.parent.glob("live.db*"):
        path.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build" / "liftlock-faults"))
    parser.add_argument("--fixture", default=str(ROOT / "tests" / "fixtures" / "open-webui-0.3.35.tar.zst"))
    parser.add_argument("--target", default="0.12.4")
    parser.add_argument("--every", type=int, default=1, help="only every Nth point")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    arguments.program = os.path.abspath(arguments.program)
    with tempfile.TemporaryDirectory(prefix="liftlock-kills-") as name:
        folder = pathlib.Path(name)
        fixture = pathlib.Path(arguments.fixture)
        if fixture.is_file():
            (folder / "fixture").mkdir()
            subprocess.run(["tar", "--zstd", "-xf", str(fixture), "-C", str(folder / "fixture")], check=True)
            fixture = next(path.parent for path in (folder / "fixture").rglob("webui.db"))
            make_small(fixture / "webui.db")
            leave_wal(fixture / "webui.db")
        matrix = Matrix(arguments, folder, fixture)
        matrix.run()
    print(f"{matrix.kills} kills, {matrix.losses} losses")
    print(f"{matrix.passed} passed, {len(matrix.failures)} failed, 0 skipped")
    return 1 if matrix.failures or matrix.losses else 0


if __name__ == "__main__":
    sys.exit(main())

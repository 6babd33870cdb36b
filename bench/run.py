#!/usr/bin/env python3
"""The same work, side by side in one run: Liftlock, and what a user would use today.

usage: bench/run.py [all|migrate|fresh|verbs|snapshot|rollback]... [--chats N] [--runs N] [--work FOLDER] [--write docs/figures.md]

  migrate    a big 0.6.18 database to 0.12.4: real Alembic, `liftlock db upgrade`
  fresh      the whole chain on nothing: the same two
  verbs      db current, heads, history: the same two
  snapshot   a copy of the data directory: tar czf, restic backup, `liftlock backup` (proven, the others are not)
  rollback   `liftlock rollback` after a change, and copying the database, which is the least it could take

The sides alternate; figures are medians of wall time and the highest peak of resident memory. Needs about ten
times the database's size in FOLDER (default: beside the cached database). --chats 8000 makes 600 MB.
"""

import argparse
import contextlib
import datetime
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

from make_database import make  # noqa: E402

LIFTLOCK = ROOT / "build/liftlock"
TARGET = "0.12.4"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "liftlock/bench"


class Failed(Exception):
    pass


class Result:
    """The runs of one side: wall seconds, and peak resident memory in MB."""

    def __init__(self, name, note=""):
        self.name, self.note, self.seconds, self.memory = name, note, [], []

    @property
    def wall(self):
        return statistics.median(self.seconds)


class PeakMemory(threading.Thread):
    """The high-water mark of a process's own memory, in MB. (getrusage's would count this program's as well: it lives through
    exec.)"""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.status, self.peak, self.over = f"/proc/{process}/status", 0.0, threading.Event()

    def run(self):
        pause = 0.001
        while not self.over.wait(pause):
            try:
                with open(self.status) as status:
                    marks = [line for line in status if line.startswith("VmHWM")]
            except OSError:
                return
            if marks:
                self.peak = max(self.peak, int(marks[0].split()[1]) / 1024)
            pause = min(pause * 1.2, 0.02)


def measure(result, command, environment=None, folder=None, log=None):
    """Runs the command once; its wall time and its own peak memory go to the result."""
    with open(log or os.devnull, "ab") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            [str(part) for part in command], stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=os.environ | (environment or {}), cwd=folder
        )
        memory = PeakMemory(process.pid)
        memory.start()
        _, status = os.waitpid(process.pid, 0)
        elapsed = time.monotonic() - started
        memory.over.set()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit {process.returncode}; see {log}")
    result.seconds.append(elapsed)
    result.memory.append(memory.peak)
    print(f"  {result.name}: {elapsed:.3f} s, {memory.peak:.0f} MB", file=sys.stderr)


def table(title, results, comment=""):
    """Markdown: one row a side, with how many times longer it takes than the last one, Liftlock."""
    ours = results[-1].wall
    lines = [f"### {title}", ""]
    if comment:
        lines += [comment, ""]
    lines += ["| | wall, median | runs | peak memory | times Liftlock's |", "|---|---|---|---|---|"]
    for result in results:
        ratio = "1" if result is results[-1] else f"**{result.wall / ours:.1f}**"
        runs = ", ".join(f"{s:.2f}" if s >= 0.1 else f"{s:.4f}" for s in result.seconds)
        wall = f"{result.wall:.2f} s" if result.wall >= 0.1 else f"{result.wall * 1000:.1f} ms"
        lines.append(f"| {result.name}{result.note} | {wall} | {runs} | {max(result.memory):.0f} MB | {ratio} |")
    return "\n".join([*lines, ""])


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = options.work or CACHE / "work"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.log = self.work / "log"
        self.yardstick = None

    # What is measured with.
    def database(self):
        """The big database, made once."""
        CACHE.mkdir(parents=True, exist_ok=True)
        file = CACHE / f"open-webui-0.6.18-{self.options.chats}-chats.db"
        if not file.exists():
            print(f"making {file}", file=sys.stderr)
            make(file, self.options.chats)
        return file

    def copy(self, name):
        """A fresh copy of the big database, in the page cache for every side alike."""
        destination = self.work / name
        shutil.copyfile(self.database(), destination)
        with open(destination, "rb") as file:
            os.fsync(file.fileno())
        return destination

    def size(self):
        return f"{self.database().stat().st_size / 1e6:.0f} MB, {self.options.chats} chats of 20 messages"

    def alembic(self, database, *arguments):
        """Command, environment and folder of the real Alembic, as its users run it."""
        if self.yardstick is None:
            made = subprocess.run([ROOT / "scripts/yardstick"], check=True, stdout=subprocess.PIPE, text=True)
            self.yardstick = pathlib.Path(made.stdout.strip())
        environment = {
            "DATA_DIR": str(self.work),
            "DATABASE_URL": f"sqlite:///{database}",
            "WEBUI_SECRET_KEY": "x",
            "ENABLE_DB_MIGRATIONS": "false",
            "PYTHONPATH": str(self.yardstick / f"open-webui-{TARGET}"),
        }
        return [self.yardstick / "venv/bin/alembic", *arguments], environment, self.yardstick / f"open-webui-{TARGET}/open_webui"

    def measure_alembic(self, result, database, *arguments):
        command, environment, folder = self.alembic(database, *arguments)
        measure(result, command, environment, folder, self.log)

    def measure_liftlock(self, result, *arguments, home=None):
        measure(result, [LIFTLOCK, *arguments], {"LIFTLOCK_HOME": str(home or self.work / "home")}, None, self.log)

    @staticmethod
    def url(database):
        return f"sqlite:///{database}"

    # What is measured.
    def migrate(self):
        official, ours = Result("real Alembic"), Result("liftlock db upgrade")
        for _ in range(self.options.runs):
            database = self.copy("alembic.db")
            self.measure_alembic(official, database, "upgrade", "head")
            database.unlink()
            database = self.copy("liftlock.db")
            self.measure_liftlock(ours, "--yes", "db", "upgrade", "head", "--database", self.url(database))
            database.unlink()
        return table(f"A big database from 0.6.18 to {TARGET}", [official, ours], f"SQLite, {self.size()}.")

    def fresh(self):
        official, ours = Result("real Alembic"), Result("liftlock db upgrade")
        for _ in range(self.options.runs):
            for result, side in ((official, self.measure_alembic), (ours, None)):
                database = self.work / "fresh.db"
                database.unlink(missing_ok=True)
                if side:
                    side(result, database, "upgrade", "head")
                else:
                    self.measure_liftlock(result, "--yes", "db", "upgrade", "head", "--database", self.url(database))
        return table("The whole chain of 66 revisions on a new database", [official, ours])

    def verbs(self):
        database = self.copy("verbs.db")
        tables = []
        for verb in ("current", "heads", "history"):
            official, ours = Result(f"real `alembic {verb}`"), Result(f"`liftlock db {verb}`")
            for _ in range(self.options.runs):
                self.measure_alembic(official, database, verb)
                self.measure_liftlock(ours, "db", verb, "--database", self.url(database))
            tables.append(table(f"`db {verb}`", [official, ours]))
        database.unlink()
        return "\n".join(tables)

    def data_directory(self, name):
        """A data directory with the big database and some files beside it."""
        folder = self.work / name
        (folder / "uploads").mkdir(parents=True)
        shutil.copyfile(self.database(), folder / "webui.db")
        for number in range(50):
            (folder / "uploads" / f"file-{number}").write_bytes(os.urandom(20_000))
        return folder

    def snapshot(self):
        data = self.data_directory("data")
        tar, restic, ours = Result("tar czf"), Result("restic backup"), Result("liftlock backup", " (proven)")
        sizes = {}
        for number in range(self.options.runs):
            archive = self.work / "data.tar.gz"
            measure(tar, ["tar", "czf", archive, "-C", data.parent, data.name], log=self.log)
            sizes[tar.name] = archive.stat().st_size
            archive.unlink()
            if shutil.which("restic"):
                repository = self.work / "restic"
                environment = {"RESTIC_REPOSITORY": str(repository), "RESTIC_PASSWORD": "bench", "RESTIC_CACHE_DIR": str(self.work / "restic-cache")}
                subprocess.run(["restic", "init"], check=True, env=os.environ | environment, stdout=subprocess.DEVNULL)
                measure(restic, ["restic", "backup", data], environment, log=self.log)
                sizes[restic.name] = size_of(repository)
                shutil.rmtree(repository)
            home = self.work / f"home-{number}"
            self.measure_liftlock(ours, "--yes", "backup", f"dir:{data}", home=home)
            sizes[ours.name] = size_of(home)
            shutil.rmtree(home)
        shutil.rmtree(data)
        results = [result for result in (tar, restic, ours) if result.seconds]
        written = ", ".join(f"{result.name} {sizes[result.name] / 1e6:.0f} MB" for result in results)
        return table("A copy of the data directory", results, f"Database of {self.size()}. Written: {written}. Only Liftlock proves its copy.")

    def rollback(self):
        copy, change, ours = Result("cp of the old database"), Result("liftlock change, for comparison"), Result("liftlock rollback")
        for number in range(self.options.runs):
            data, home = self.data_directory(f"data-{number}"), self.work / f"home-{number}"
            self.measure_liftlock(change, "--yes", "change", f"dir:{data}", TARGET, home=home)
            measure(copy, ["cp", "--reflink=never", self.database(), self.work / "copied.db"], log=self.log)
            self.measure_liftlock(ours, "--yes", "rollback", f"dir:{data}", home=home)
            with contextlib.closing(sqlite3.connect(data / "webui.db")) as connection:
                if connection.execute("SELECT version_num FROM alembic_version").fetchone() != ("d31026856c01",):
                    raise Failed("the rollback did not bring the old revision back")
            shutil.rmtree(data)
            shutil.rmtree(home)
        return table("Rollback", [copy, change, ours], f"After a change of a database of {self.size()}.")


def size_of(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = subprocess.run([LIFTLOCK, "--version"], capture_output=True, text=True).stdout.strip()
    return f"{datetime.date.today()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, {version or 'Liftlock'}."


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    names = ["migrate", "fresh", "verbs", "snapshot", "rollback"]
    parser.add_argument("what", nargs="*", choices=[*names, "all"], default="all")
    parser.add_argument("--chats", type=int, default=8000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    options = parser.parse_args()
    wanted = names if "all" in options.what else options.what
    bench = Bench(options)
    sections, failures = [], 0
    for name in wanted:
        print(name, file=sys.stderr)
        try:
            sections.append(getattr(bench, name)())
        except Failed as error:
            failures += 1
            print(f"FAILED {name}: {error}", file=sys.stderr)
    text = "\n".join(["# Figures", "", f"Made by `make bench` (bench/run.py): {machine()}", "", *sections])
    print(text)
    if options.write and not failures:
        options.write.parent.mkdir(parents=True, exist_ok=True)
        options.write.write_text(text)
    if not failures:
        shutil.rmtree(bench.work)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Offline SQL: scripts of `liftlock db upgrade|downgrade A:B --sql`, applied with sqlite3, against the online migration of the
same database: schema and every row. Where data is odd, a script may stop instead; then nothing may have changed.

usage: offline.py [--build FOLDER] [--seed N] [--only TEXT]... [--keep]
Exit status: 0 no difference, 1 differences, 2 usage.
"""

import collections
import contextlib
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from cases import FIXTURES, HEAD, Group  # noqa: E402
from cases_down import HeadFiller  # noqa: E402
from contents import Contents, Normaliser, content_differences, schema_differences, uuids_of  # noqa: E402
from fill import Filler  # noqa: E402
from harness import Context, Failed, copy_database  # noqa: E402
from session import ended, options_of, run_groups, scratch_folder  # noqa: E402
from yardstick import Native, NativeFailed, Official  # noqa: E402

# Columns whose JSON stands in TEXT on one side of a revision; and those that SQLite's functions write without spaces.
JSON_IN_TEXT = {("chat", "chat"), ("user", "info"), ("user", "settings"), ("file", "meta")}
# Where databases are filled and scripts begin, each with the revisions that they go to.
UP = {
    "7e5b5dc7342b": ["3ab32c4b8f59", "922e7a387820"],
    "6a39f3d8e55c": ["4ace53fd72c8"],
    "9f0c9cd09105": ["3e0e00844bb0"],
    "90ef40d4714e": ["374d2f66af06"],
    "c440947495f3": ["f1e2d3c4b5a6", HEAD],
    "b2c3d4e5f6a7": [HEAD],
    "e1f2a3b4c5d6": ["3ff2c63645b8"],
    "461111b60977": [HEAD],
    "1ce6ade7d93b": [HEAD],
}
FIXTURE_TARGETS = {"open-webui-0.3.35": ["922e7a387820", "3e0e00844bb0", HEAD], "open-webui-0.5.20": ["8452d01d26d7", HEAD],
                   "open-webui-0.6.18": ["461111b60977", HEAD], "open-webui-0.8.12": ["42e2978c7933", HEAD]}  # fmt: skip
# Some revision after each group of steps that have a way back; the tags of the fixtures stop what goes below 6a39f3d8e55c.
DOWN = ["f0bd01a18a3d", "461111b60977", "b2c3d4e5f6a7", "c440947495f3", "37f288994c47", "7826ab40b532", "af906e964978", "7e5b5dc7342b", "base"]


class Script:
    """Writes scripts and applies them; counts those that ran, and why others stopped."""

    dialect = "sqlite"
    stopped = re.compile(r"CHECK constraint failed: stopped: (.*?)(?: \(19\))?$", re.M)

    def __init__(self, build):
        self.liftlock = build / "liftlock"
        self.stops, self.ran = collections.Counter(), 0

    def write(self, way, begin, end, *options):
        answer = subprocess.run([self.liftlock, "db", way, f"{begin}:{end}", "--sql", "--dialect", self.dialect, *options], capture_output=True, text=True)
        if answer.returncode:
            raise Failed([f"no script {way} {begin}:{end}: exit {answer.returncode}: {answer.stderr.strip()}"])
        return answer.stdout

    def shell(self, database):
        """The command line that reads a script."""
        return ["sqlite3", str(database)]

    def apply(self, sql, database):
        """False where it has stopped, as it may."""
        answer = subprocess.run(self.shell(database), input=sql, capture_output=True, text=True)
        if answer.returncode == 0 and not answer.stderr:
            self.ran += 1
            return True
        stop = self.stopped.search(answer.stderr)
        if not stop:
            raise Failed([f"{self.shell(database)[0]}: exit {answer.returncode}: {answer.stderr.strip()[:1000]}"])
        self.stops[stop[1]] += 1
        return False

    def print_stops(self):
        for reason, count in sorted(self.stops.items()):
            print(f"        stopped {count} times, and nothing had changed: {reason}")


def dump(database):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.text_factory = bytes
        return [tuple(row) for table in connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall() for row in
                [table, *(connection.execute(f'SELECT * FROM "{table[1].decode()}"').fetchall() if table[0] == b"table" else [])]]  # fmt: skip


def compare(context, online, offline, known, since):
    lines = schema_differences(context.official.schema(online), context.official.schema(offline))
    normaliser = Normaliser(known, since)
    lines += content_differences(*(Contents(path, normaliser, JSON_IN_TEXT) for path in (online, offline)))
    with contextlib.closing(sqlite3.connect(offline)) as connection:
        lines += [f"integrity_check: {line}" for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
    return [line.replace("official", "online").replace("native", "the script") for line in lines]


def check(context, script, source, way, begin, end, lineage, must_run):
    """One script against the online migration. Without a lineage, the script is made for the tables of the file."""
    online, offline = context.empty("online"), context.empty("offline")
    since, known = time.time(), uuids_of(source)
    options = ["--lineage", lineage] if lineage else ["--database", f"sqlite:///{source}"]
    sql = script.write(way, begin or "base", end, *options)
    copy_database(source, offline)
    before = dump(offline)
    if not script.apply(sql, offline):
        if dump(offline) != before:
            raise Failed(["the script stopped, and the database has changed"])
        if must_run:
            raise Failed([f"the script stops: {script.stops}"])
        return
    try:
        context.native.build(source, online, "" if end == "base" else end, down=way == "downgrade")
    except NativeFailed as error:
        raise Failed([f"online stops, the script does not: {error}"]) from error
    lines = compare(context, online, offline, known, since)
    if lines:
        raise Failed(lines)


def steps_up(script, make, begin, targets, lineage, must_run):
    def steps(context):
        source = make(context)
        for end in targets:
            if begin and end not in context.after(begin):
                continue
            yield f"to {end}", lambda end=end: check(context, script, source, "upgrade", begin, end, lineage, must_run)

    return steps


def steps_down(script, make, targets, lineage, must_run):
    def steps(context):
        source = make(context)
        for end in targets:
            yield f"to {end}", lambda end=end: check(context, script, source, "downgrade", HEAD, end, lineage, must_run)

    return steps


def filled(revision, seed, messy):
    def make(context):
        path = context.at_revision(f"filled-{revision}", revision)
        Filler(random.Random(seed), messy, rows=6).fill(path)
        return path

    return make


def at_head(start, seed):
    def make(context):
        source = context.at_peewee("head", start) if start else context.at_revision("head", HEAD)
        filler = HeadFiller(random.Random(seed), rows=6)
        if start:
            filler.fill(source)
            context.official.upgrade(source, HEAD)
        filler.fill(source)
        return source

    return make


def fixture_at_head(name):
    def make(context):
        source = context.empty("fixture-head")
        context.native.build(context.fixture(name), source, HEAD)
        return source

    return make


def refusals(script):
    """What must stop: the wrong revision, the wrong lineage, an index of somebody's own; and what no script is written for."""

    def stops(context, prepare, reason, begin="d31026856c01", lineage="peewee"):
        path = context.empty("stopped")
        copy_database(context.fixture("open-webui-0.6.18"), path)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.executescript(prepare)
        before, seen = dump(path), script.stops.copy()
        if script.apply(script.write("upgrade", begin, "head", "--lineage", lineage), path):
            raise Failed(["the script ran"])
        if dump(path) != before:
            raise Failed(["the script stopped, and the database has changed"])
        if not any(reason in stop for stop in script.stops - seen):
            raise Failed([f"it stopped for another reason: {script.stops - seen}"])

    def usage(arguments, status, error):
        answer = subprocess.run([script.liftlock, "--json", "db", *arguments], capture_output=True, text=True)
        if answer.returncode != status or f'"{error}"' not in answer.stdout:
            raise Failed([f"exit {answer.returncode}, not {status} {error}: {answer.stdout}"])
        plain = subprocess.run([script.liftlock, "db", *arguments], capture_output=True, text=True)
        if plain.stdout:
            raise Failed([f"something was printed: {plain.stdout[:200]}"])

    def steps(context):
        yield "another revision", lambda: stops(context, "", "is not at", begin="3781e22d8b01")
        yield "another lineage", lambda: stops(context, "", "the tables are not those", lineage="alembic")
        yield "an index of one's own", lambda: stops(context, "CREATE INDEX mine ON chat (title)", "an index or a trigger")
        yield "a column of one's own", lambda: stops(context, "ALTER TABLE chat ADD COLUMN mine TEXT", "the tables are not those")
        yield "a chat that is not JSON", lambda: stops(context, "UPDATE chat SET chat = '{' WHERE rowid = 1", "is not JSON")
        yield "no lineage", lambda: usage(["upgrade", "461111b60977:head", "--sql"], 2, "lineage-missing")
        yield "no beginning", lambda: usage(["downgrade", "461111b60977", "--sql"], 2, "range-missing")
        yield "the wrong way", lambda: usage(["downgrade", "461111b60977:head", "--sql"], 3, "target-newer")

    return steps


def fresh(context):
    path = context.empty("none")
    sqlite3.connect(path).close()
    return path


def most_ran(script):
    """A comparison says nothing where the script has stopped."""

    def step():
        stopped = script.stops.total()
        if script.ran < 2 * stopped:
            raise Failed([f"{script.ran} scripts ran, {stopped} stopped"])

    return lambda context: [("most scripts run", step)]


def all_groups(script, seed):
    groups = [Group("offline: what must stop", refusals(script)),
              Group("offline: fresh", steps_up(script, fresh, None, ["7e5b5dc7342b", "3ab32c4b8f59", "b2c3d4e5f6a7", HEAD], None, True))]  # fmt: skip
    for name, revision in FIXTURES.items():
        groups.append(Group(f"offline: fixture {name}", steps_up(script, lambda c, n=name: c.fixture(n), revision, FIXTURE_TARGETS[name], None, True)))
    for number, (revision, targets) in enumerate(UP.items()):
        make = filled(revision, f"{seed}{revision}", number % 2 == 1)
        groups.append(Group(f"offline: filled at {revision}", steps_up(script, make, revision, targets, "alembic", False)))
    groups.append(Group("offline: down, fixture 0.6.18", steps_down(script, fixture_at_head("open-webui-0.6.18"), DOWN[1:7:2], "peewee", True)))
    groups.append(Group("offline: down, fixture 0.8.12", steps_down(script, fixture_at_head("open-webui-0.8.12"), DOWN[0:7:2], None, True)))
    groups.append(Group("offline: down, filled, born under Alembic", steps_down(script, at_head(None, seed), DOWN[::2], "alembic", False)))
    groups.append(Group("offline: down, filled, born under Peewee", steps_down(script, at_head(18, seed + 1), DOWN[1::2], "peewee", False)))
    groups.append(Group("offline: what ran", most_ran(script)))
    return groups


def main():
    options = options_of(__doc__, seeded=True).parse_args()
    script = Script(options.build)
    print(f"seed {options.seed}")
    with scratch_folder(options.keep) as scratch, contextlib.closing(Official(scratch)) as official:
        context = Context(official, Native(options.build), scratch)
        counts = run_groups(all_groups(script, options.seed), context, options.only)
    script.print_stops()
    return ended(counts)


if __name__ == "__main__":
    sys.exit(main())

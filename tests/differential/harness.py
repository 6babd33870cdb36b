"""What cases are made of: a database migrated by both sides, and compared."""

import contextlib
import pathlib
import re
import shutil
import sqlite3
import time

from contents import Contents, Normaliser, content_differences, schema_differences, uuids_of
from yardstick import ROOT, NativeFailed, OfficialFailed

PEEWEE_MIGRATIONS = 18


class Failed(Exception):
    """A case that did not hold; the lines say how."""


class Skipped(Exception):
    """A case that cannot run here; the text says why."""


def chain_of(yardstick):
    """The Alembic revisions in order, read from the official scripts."""
    down = {}
    for script in (yardstick / "open-webui-0.12.4/open_webui/migrations/versions").glob("*.py"):
        text = script.read_text()
        find = lambda name: re.search(rf"^{name}(?:: [^=]+)? = (?:'(\w+)'|\"(\w+)\"|None)", text, re.M)
        revision, before = find("revision"), find("down_revision")
        down[before[1] or before[2]] = revision[1] or revision[2]
    chain, at = [], None
    while at in down:
        at = down[at]
        chain.append(at)
    return chain


def copy_database(source, destination):
    """A copy of the database with what its -wal holds."""
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{destination}{suffix}").unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as a, contextlib.closing(sqlite3.connect(destination)) as b:
        a.backup(b)


def settings_differences(source, native):
    """Settings of the file that a migration must not touch."""

    def settings(path):
        with contextlib.closing(sqlite3.connect(path)) as connection:
            names = ("page_size", "encoding", "user_version", "application_id", "journal_mode", "auto_vacuum")
            return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    before, after = settings(source), settings(native)
    return [f"PRAGMA {name}: source {before[name]}, native {after[name]}" for name in before if before[name] != after[name]]


class Context:
    def __init__(self, official, native, scratch):
        self.official, self.native, self.scratch = official, native, scratch
        self.chain = chain_of(official.yardstick)

    def after(self, revision):
        """The revisions behind this one; all of them behind None."""
        return self.chain[self.chain.index(revision) + 1 :] if revision else list(self.chain)

    def fixture(self, name):
        """The database of a fixture, unpacked once."""
        import subprocess

        folder = self.scratch / name
        if not folder.exists():
            folder.mkdir()
            subprocess.run(["tar", "--zstd", "-xf", ROOT / f"tests/fixtures/{name}.tar.zst", "-C", folder], check=True)
        return folder / "webui.db"

    def empty(self, name):
        """The path of a database that is not there yet."""
        path = self.scratch / f"{name}.db"
        path.unlink(missing_ok=True)
        return path

    def at_revision(self, name, revision):
        """A database that the official chain alone has made, up to this revision (Alembic lineage)."""
        path = self.empty(name)
        self.official.upgrade(path, revision)
        return path

    def at_peewee(self, name, count):
        """A database that the real Peewee router has made, with so many of its migrations."""
        path = self.empty(name)
        self.official.peewee(path, count)
        return path

    def compare(self, official, native, known, since):
        """The differences between two databases, as sentences."""
        lines = schema_differences(self.official.schema(official), self.official.schema(native))
        normaliser = Normaliser(known, since)
        lines += content_differences(Contents(official, normaliser), Contents(native, normaliser))
        with contextlib.closing(sqlite3.connect(native)) as connection:
            for (line,) in connection.execute("PRAGMA integrity_check"):
                if line != "ok":
                    lines.append(f"integrity_check of native's: {line}")
        return lines


class Chain:
    """One database on its way up the chain by both sides. Official goes step by step; native jumps from the source to each
    target, or goes step by step too."""

    def __init__(self, context, source, stepwise=False):
        self.context, self.source, self.stepwise = context, source, stepwise
        self.known, self.since = uuids_of(source) if source.exists() else set(), time.time()
        stem = context.scratch / f"{source.stem}-{source.parent.name}"
        self.left, self.right = pathlib.Path(f"{stem}.official.db"), pathlib.Path(f"{stem}.native.db")
        self.previous = pathlib.Path(f"{stem}.previous.db")
        self.seen, self.dead = set(), None
        for path in (self.left, self.right, self.previous):
            path.unlink(missing_ok=True)
        if source.exists():
            copy_database(source, self.left)
            copy_database(source, self.previous)
        else:
            sqlite3.connect(self.previous).close()

    def advance(self, revision="", peewee=PEEWEE_MIGRATIONS):
        """Takes both sides to the target and raises Failed with the differences that no earlier target had."""
        if self.dead:
            raise Skipped(self.dead)
        try:
            if revision:
                self.context.official.upgrade(self.left, revision)
            else:
                self.context.official.peewee(self.left, peewee)
        except OfficialFailed as error:
            self.dead = f"the official chain had stopped before: {error}"
            raise Failed([f"the official chain stops here: {error}"]) from error
        self.right.unlink(missing_ok=True)
        try:
            self.report = self.context.native.build(self.previous, self.right, revision, peewee)
        except NativeFailed as error:
            self.dead = "native had stopped before"
            raise Failed([f"native stops: {error}"]) from error
        lines = self.context.compare(self.left, self.right, self.known, self.since)
        lines += settings_differences(self.previous, self.right)
        if self.stepwise:
            shutil.copyfile(self.right, self.previous)
        new = [line for line in lines if line not in self.seen]
        self.seen.update(new)
        if lines:
            raise Failed(new or ["as before"])

    def close(self):
        for path in (self.left, self.right, self.previous):
            path.unlink(missing_ok=True)

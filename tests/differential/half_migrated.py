#!/usr/bin/env python3
"""Databases that Open WebUI's own chain left half-migrated because it was killed, taken on by Liftlock.

The real Alembic takes a filled database to the head. Before each of its writing statements, the files are copied as they are
on the disk: what a kill -9 at that moment would leave, an open transaction's journal included (SQLite commits DDL at once, so
most of these states lie in the middle of a revision). Liftlock must bring each to what the undisturbed run ended with, every
row and the whole schema, or refuse it by naming what is half done. Never fewer rows with a success. The same holds for
databases that the official chain was then started on again, where it passes over the data that the kill had kept from moving.

usage: half_migrated.py [--build FOLDER] [--points N] [--only FIXTURE] [--keep] [--verbose]

  --points N     so many kills for each database, evenly spread over all there are (default 30; 0: all)
Exit status: 0 all held, 1 something did not, 2 usage.
"""

import argparse
import collections
import contextlib
import itertools
import pathlib
import random
import re
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from contents import uuids_of  # noqa: E402
from fill import Filler  # noqa: E402
from harness import Context, copy_database  # noqa: E402
from session import ended, scratch_folder  # noqa: E402
from yardstick import ROOT, Native, NativeFailed, Official  # noqa: E402

HEAD = "0bd252b206fb"
# Data steps that the official chain passes over where a killed run has made their table, so that it ends without the data.
SKIPPED_WHEN_STARTED_AGAIN = ["group_member", "knowledge_file"]
FIXTURES = ["open-webui-0.3.35", "open-webui-0.6.18"]


def parse_arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--points", type=int, default=30)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def evenly(items, count):
    if count <= 0 or len(items) <= count:
        return items
    return [items[i * len(items) // count] for i in range(count)]


class Kills:
    """One fixture, filled; its healthy end; and the states in which kills leave it."""

    def __init__(self, context, name):
        self.context, self.name = context, name
        self.folder = context.scratch / f"kills-{name}"
        self.folder.mkdir()
        self.source, self.healthy = self.folder / "source.db", self.folder / "healthy.db"
        copy_database(context.fixture(name), self.source)
        Filler(random.Random(name), messy=False, rows=8).fill(self.source)
        with contextlib.closing(sqlite3.connect(self.source)) as connection, connection:
            # The fixture's users have these addresses, too.
            for table in ("user", "auth"):
                connection.execute(f"UPDATE {table} SET email = replace(email, '@Example.org', '@Made.example')")
        self.known, self.since = uuids_of(self.source), time.time()
        copy_database(self.source, self.healthy)
        self.points = context.official.watched_upgrade(self.healthy, HEAD, self.folder / "points")

    def started_again(self):
        """The databases after a kill before the first row of those tables and a second, undisturbed run of the official chain,
        which ends with exit status 0."""
        for table in SKIPPED_WHEN_STARTED_AGAIN:
            for point in [p for p in self.points if p["sql"].startswith(f"INSERT INTO {table} ")][:1]:
                self.context.official.upgrade(pathlib.Path(point["folder"]) / self.healthy.name, HEAD)
                yield {**point, "number": f"{point['number']} and started again"}

    def check(self, point):
        """None where native ends as the healthy run did; the refusal where it refuses; else raises AssertionError."""
        ended = self.folder / "native.db"
        ended.unlink(missing_ok=True)
        try:
            self.context.native.build(pathlib.Path(point["folder"]) / self.healthy.name, ended, HEAD)
        except NativeFailed as error:
            if re.search(r"\bhalf-migrated\b", str(error)):
                return str(error)
            raise AssertionError(str(error)) from error
        differences = self.context.compare(self.healthy, ended, self.known, self.since)
        if differences:
            raise AssertionError("\n".join(differences))
        return None


def run_fixture(context, name, options):
    kills = Kills(context, name)
    counts, refused = collections.Counter(), collections.Counter()
    for point in itertools.chain(evenly(kills.points, options.points), kills.started_again()):
        title = f"{name}, killed in {point['revision']}, before statement {point['number']}: {point['sql'][:90]}"
        try:
            refusal = kills.check(point)
        except AssertionError as failure:
            counts["failed"] += 1
            print(f"FAILED  {title}")
            print("\n".join(f"          {line}" for line in str(failure).splitlines()))
            continue
        counts["passed"] += 1
        if refusal:
            refused[point["revision"]] += 1
        if options.verbose or refusal:
            print(f"{'refused' if refusal else 'ok     '} {title}")
            if refusal:
                print(f"          {refusal}")
    print(f"{name}: {len(kills.points)} states, {sum(counts.values())} tried, {sum(refused.values())} refused {dict(refused) or ''}")
    return counts


def main():
    options = parse_arguments()
    counts = collections.Counter()
    with scratch_folder(options.keep) as scratch, contextlib.closing(Official(scratch)) as official:
        context = Context(official, Native(options.build), scratch)
        for name in FIXTURES:
            if options.only in name:
                counts += run_fixture(context, name, options)
    return ended(counts)


if __name__ == "__main__":
    sys.exit(main())

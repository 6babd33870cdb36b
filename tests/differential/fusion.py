#!/usr/bin/env python3
"""Fusion: a path of many revisions run at once must end where the same path ends one revision at a time, schema, rows, notes and
quarantine, and passes over a table as few times as it can. Random paths over made rows, up and down, on both databases.

usage: fusion.py [--build FOLDER] [--seed N] [--random N] [--only TEXT]... [--keep]

  --random N     so many paths upward on SQLite, half as many of the others (default 3); those on PostgreSQL are shorter
"""

import collections
import contextlib
import pathlib
import random
import sqlite3
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from cases import FIXTURES, HEAD, Group  # noqa: E402
from cases_down import HeadFiller  # noqa: E402
from cluster import Cluster, Unavailable  # noqa: E402
from contents import uuids_of  # noqa: E402
from fill import Filler  # noqa: E402
from harness import PEEWEE_MIGRATIONS, Context, Failed, copy_database  # noqa: E402
from postgres_world import JsonFiller, World, loaded  # noqa: E402
from session import ended, options_of, run_groups, scratch_folder  # noqa: E402
from yardstick import Native, Official  # noqa: E402

RELEASE_0_6_18 = FIXTURES["open-webui-0.6.18"]
LONGEST_ON_POSTGRESQL = 12  # revisions: each by itself is a transaction that is verified
# How often the way to the head may read all chats, by where it begins: at Peewee's last migration, and at 0.6.18. On PostgreSQL
# what steps have written goes back into the table before its columns change, as they do at 242a2047eae0 and 1af9b942657b.
PASSES_OVER_CHATS = {
    "SQLite": {PEEWEE_MIGRATIONS: 1, RELEASE_0_6_18: 1},
    "PostgreSQL": {PEEWEE_MIGRATIONS: 2, RELEASE_0_6_18: 1},
}


class Told:
    """What migrations said, added up."""

    def __init__(self):
        self.notes, self.losses, self.quarantine, self.passes = (collections.Counter() for _ in range(4))

    def add(self, answer):
        self.notes.update(answer["notes"])
        self.quarantine.update((q["revision"], q["table"], q["key"], q["column"], q["bytes"]) for q in answer["quarantine"])
        self.passes.update({table: count for table, count in answer["passes"].items() if not table.startswith(("indexes of ", "_liftlock_"))})
        return self

    def differences(self, stepwise):
        pairs = (("notes", self.notes, stepwise.notes), ("quarantine", self.quarantine, stepwise.quarantine))
        lines = [f"{name}: at once {dict(ours)}, step by step {dict(theirs)}" for name, ours, theirs in pairs if ours != theirs]
        more = [table for table, count in self.passes.items() if count > stepwise.passes[table]]
        return lines + [f"passes over {table}: at once {self.passes[table]}, step by step {stepwise.passes[table]}" for table in more]


def in_our_words(lines):
    return [line.replace("official", "step by step").replace("native", "at once") for line in lines]


class Sqlite:
    """Paths on SQLite files."""

    name = "SQLite"

    def __init__(self, context):
        self.context = context

    def made(self, start, rng, filler=Filler):
        """A database at a Peewee migration (a number) or a revision, with made rows of one or two ages."""
        rows = filler(rng, rng.random() < 0.8, rows=rng.choice([2, 6, 15]))
        return fill_on_the_way(self.context, self.context.empty("fusion-source"), start, rows, rng)

    def run(self, source, stops, down=False):
        """A copy of the database, taken to each of the stops; what was said."""
        told, path = Told(), self.context.empty("fusion-at-once" if len(stops) == 1 else "fusion-stepwise")
        copy_database(source, path)
        for revision, peewee in stops:
            following = path.with_suffix(".next")
            following.unlink(missing_ok=True)
            told.add(self.context.native.build(path, following, "" if revision == "base" else revision, peewee, down))
            following.rename(path)
        return path, told

    def known(self, source):
        return uuids_of(source)

    def differences(self, stepwise, at_once, known, since):
        return self.context.compare(stepwise, at_once, known, since)

    def done(self, *databases):
        for path in databases:
            path.unlink()


class Postgresql:
    """Paths on a server's databases. Rows are made in a SQLite file of the same revision."""

    name = "PostgreSQL"

    def __init__(self, world, context):
        self.world, self.context = world, context

    def made(self, start, rng):
        source = Sqlite(self.context).made(start, rng, JsonFiller)
        peewee = start if isinstance(start, int) else None
        url = loaded(self.world, source, "" if peewee else start, peewee)
        source.unlink()
        return url

    def run(self, source, stops):
        told, url = Told(), self.world.copy(source)
        for revision, peewee in stops:
            told.add(self.world.build(url, revision, peewee))
        return url, told

    def known(self, source):
        path = self.world.mirrored(source)
        found = uuids_of(path)
        path.unlink()
        return found

    def differences(self, stepwise, at_once, known, since):
        return self.world.differences(stepwise, at_once, known, since)

    def done(self, *databases):
        self.world.drop(*databases)


def fill_on_the_way(context, path, start, filler, rng):
    """A database of either lineage, with rows at `start`, and often some that are older."""
    sqlite3.connect(path).close()

    def advance(to):
        following = path.with_suffix(".next")
        following.unlink(missing_ok=True)
        revision, peewee = ("", to) if isinstance(to, int) else (to, PEEWEE_MIGRATIONS)
        context.native.build(path, following, revision, peewee)
        following.rename(path)

    older = [] if isinstance(start, int) else context.chain[: context.chain.index(start)]
    if not isinstance(start, int) and rng.random() < 0.5:
        advance(PEEWEE_MIGRATIONS)
    for stop in [*([rng.choice(older)] if older and rng.random() < 0.6 else []), start]:
        advance(stop)
        filler.fill(path)
    return path


def check(engine, source, stepwise, down=False):
    """The last of the stops at once, against all of them; the passes at once."""
    known, since = engine.known(source), time.time()
    words = {"down": True} if down else {}
    left, slow = engine.run(source, stepwise, **words)
    right, fast = engine.run(source, stepwise[-1:], **words)
    lines = in_our_words(engine.differences(left, right, known, since)) + fast.differences(slow)
    engine.done(left, right)
    if lines:
        raise Failed(lines)
    return fast.passes


def way_up(chain, start, end):
    """All stops between."""
    if isinstance(start, int):
        return [("", count) for count in range(start + 1, PEEWEE_MIGRATIONS + 1)] + [(one, PEEWEE_MIGRATIONS) for one in chain[: chain.index(end) + 1]]
    return [(one, PEEWEE_MIGRATIONS) for one in chain[chain.index(start) + 1 : chain.index(end) + 1]]


def upward(engine, seed, longest=None):
    def steps(context):
        rng = random.Random(f"{engine.name}{seed}")
        start = rng.choice([PEEWEE_MIGRATIONS, *context.chain[:-2]])
        first = 0 if isinstance(start, int) else context.chain.index(start) + 1
        end = rng.choice(context.chain[first + 1 :][:longest])
        source = engine.made(start, rng)
        yield f"{start} to {end}", lambda: check(engine, source, way_up(context.chain, start, end))
        engine.done(source)

    return steps


def downward(engine, seed):
    def steps(context):
        rng = random.Random(f"down{seed}")
        source = engine.made(HEAD, rng, HeadFiller)
        below = rng.randrange(len(context.chain) - 2)
        stops = [(one, 0) for one in reversed(context.chain[below:-1])] + ([("base", 0)] if below == 0 else [])
        yield f"{HEAD} to {stops[-1][0]}", lambda: check(engine, source, stops, down=True)
        engine.done(source)

    return steps


def passes(engine, seed):
    def step(source, few):
        path, told = engine.run(source, [(HEAD, PEEWEE_MIGRATIONS)])
        engine.done(path)
        if not 1 <= told.passes["chat"] <= few:
            raise Failed([f"{told.passes['chat']} passes over chats, not {few} at most"])

    def steps(context):
        for start, few in PASSES_OVER_CHATS[engine.name].items():
            source = engine.made(start, random.Random(seed))
            yield f"from {start}", lambda source=source, few=few: step(source, few)
            engine.done(source)

    return steps


def all_groups(engines, seed, count):
    sqlite, *others = engines
    groups = [Group(f"fusion, {engine.name}: passes over chats", passes(engine, seed)) for engine in engines]
    groups += [Group(f"fusion, SQLite: up, seed {n}", upward(sqlite, n)) for n in range(seed, seed + count)]
    few = range(seed, seed + (count + 1) // 2)
    groups += [Group(f"fusion, SQLite: down, seed {n}", downward(sqlite, n)) for n in few]
    groups += [Group(f"fusion, PostgreSQL: up, seed {n}", upward(engine, n, LONGEST_ON_POSTGRESQL)) for engine in others for n in few]
    return groups


def main():
    parser = options_of(__doc__, seeded=True)
    parser.add_argument("--random", type=int, default=3)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(scratch_folder(options.keep))
        official = stack.enter_context(contextlib.closing(Official(scratch)))
        context = Context(official, Native(options.build), scratch)
        engines = [Sqlite(context)]
        try:
            cluster = stack.enter_context(Cluster(scratch))
            engines.append(Postgresql(World(official, cluster, options.build, scratch), context))
        except Unavailable as reason:
            print(f"SKIPPED, fusion on PostgreSQL was not tested: {reason}", file=sys.stderr)
        counts = run_groups(all_groups(engines, options.seed, options.random), context, options.only)
        counts["skipped"] += 2 - len(engines)
    return ended(counts)


if __name__ == "__main__":
    sys.exit(main())

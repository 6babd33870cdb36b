#!/usr/bin/env python3
"""Offline SQL for PostgreSQL: scripts of `liftlock db upgrade|downgrade A:B --sql --dialect postgresql`, applied with psql on a
server of its own, against the real Alembic on the same database: schema and every row. Where data is odd, a script may stop
instead; then nothing may have changed.

usage: offline_postgres.py [--build FOLDER] [--seed N] [--only TEXT]... [--keep]
"""

import pathlib
import random
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from cases import FIXTURES, HEAD, Group  # noqa: E402
from cases_down import HeadFiller, without_betterments  # noqa: E402
from chats import identifier  # noqa: E402
from cluster import programs  # noqa: E402
from contents import uuids_of  # noqa: E402
from harness import Failed  # noqa: E402
from offline import JSON_IN_TEXT, Script, most_ran  # noqa: E402
from postgres_world import JsonFiller, everything, loaded, run_on_server  # noqa: E402
from session import ended, options_of  # noqa: E402

RELEASE_0_9_5 = "a0b1c2d3e4f5"
FIXTURE_TARGETS = {"open-webui-0.5.20": ["37f288994c47"], "open-webui-0.6.18": ["461111b60977", HEAD], "open-webui-0.8.12": [HEAD]}
# Where databases are filled and scripts begin, with their lineage and the revisions that they go to.
UP = [("6a39f3d8e55c", "alembic", ["4ace53fd72c8"]), ("c440947495f3", "alembic", [RELEASE_0_9_5]), ("a5c220713937", "alembic", ["374d2f66af06"]),
      (RELEASE_0_9_5, "peewee", [HEAD]), (RELEASE_0_9_5, "alembic", [HEAD])]  # fmt: skip
DOWN = {"alembic": [RELEASE_0_9_5, "37f288994c47", "base"], "peewee": ["461111b60977", "b2c3d4e5f6a7", "7826ab40b532"]}


class OrdinaryRows(HeadFiller):
    """Rows at which no script stops: tags are ASCII and hold no data, users have one key, messages have the id of their chat in
    theirs."""

    def tag_name(self, number):
        return f"Tag {number}"

    chatidtag_tag_name = tag_name

    def tag_data(self, number):
        return None

    def api_key_user_id(self, number):  # one each
        return self.users[number] if number < len(self.users) else identifier(self.random)

    def chat_message_id(self, number):
        self.chat_of_message = self.an_id_of("chat")
        return f"{self.chat_of_message}-{identifier(self.random)}"

    def chat_message_chat_id(self, number):
        return self.chat_of_message


class PsqlScript(Script):
    dialect = "postgresql"
    stopped = re.compile(r"^ERROR:  (?=stopped: |invalid input syntax for type json)(?:stopped: )?(.*)", re.M)

    def shell(self, database):
        return [str(programs() / "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", database]


def same_after_stopping(before, url):
    if everything(url) != before:
        raise Failed(["the script stopped, and the database has changed"])


class Comparison:
    """One database, taken to each target by its script, and from one to the next by the real Alembic."""

    def __init__(self, world, script, source, way, begin, lineage, must_run):
        self.world, self.script, self.source, self.way, self.begin, self.must_run = world, script, source, way, begin, must_run
        self.lineage = ["--lineage", lineage] if lineage else []
        path = world.mirrored(source)
        self.known, self.since = uuids_of(path), time.time()
        path.unlink()
        self.official = world.copy(source)

    def check(self, end):
        sql = self.script.write(self.way, self.begin or "base", end, *self.lineage)
        offline = self.world.copy(self.source)
        try:
            if not self.script.apply(sql, offline):
                same_after_stopping(everything(self.source), offline)
                if self.must_run:
                    raise Failed([f"the script stops: {dict(self.script.stops)}"])
                return
            getattr(self.world.official, self.way)(self.official, end)
            lines = self.world.differences(self.official, offline, self.known, self.since, JSON_IN_TEXT)
            if self.way == "downgrade":
                lines = without_betterments(self.world, lines, end)
            if lines:
                raise Failed([line.replace("native", "the script") for line in lines])
        finally:
            self.world.drop(offline)


def steps(script, make, way, begin, targets, lineage, must_run, more=lambda world, source: ()):
    def run(world):
        source = make(world)
        comparison = Comparison(world, script, source, way, begin, lineage, must_run)
        for end in targets:
            yield f"to {end}", lambda end=end: comparison.check(end)
        yield from more(world, source)
        world.drop(source, comparison.official)

    return run


def filled(revision, lineage, filler):
    """A database at a revision, born in this lineage."""

    def make(world):
        name = f"filled-{revision}-{lineage}"
        path = world.at_peewee(name, 18) if lineage == "peewee" else world.empty(name)
        world.official.upgrade(path, revision)
        filler.fill(path)
        return loaded(world, path, revision, 18 if lineage == "peewee" else None)

    return make


def refusals(script):
    """What must stop a script for the fixture 0.6.18."""

    def stops(world, source, change, reason, begin=FIXTURES["open-webui-0.6.18"], lineage="peewee"):
        url, seen = world.copy(source), script.stops.copy()
        try:
            world.sql(url, *change)
            before = everything(url)
            if script.apply(script.write("upgrade", begin, "head", "--lineage", lineage), url):
                raise Failed(["the script ran"])
            same_after_stopping(before, url)
            if not any(reason in stop for stop in script.stops - seen):
                raise Failed([f"it stopped for another reason: {script.stops - seen}"])
        finally:
            world.drop(url)

    def run(world, source):
        stop = lambda *arguments, **words: lambda: stops(world, source, *arguments, **words)
        yield "another revision", stop([], "is not at", begin="3781e22d8b01")
        yield "another lineage", stop([], "the tables are not those", lineage="alembic")
        yield "a column of one's own", stop(["ALTER TABLE chat ADD COLUMN mine TEXT"], "the tables are not those")
        yield "settings that are not JSON", stop(["UPDATE \"user\" SET settings = '{oops'"], "type json")

    return run


def all_groups(script, seed):
    groups = [Group("offline, PostgreSQL: fresh", steps(script, lambda world: world.new(), "upgrade", None, ["3ab32c4b8f59", HEAD], None, True))]
    for name, targets in FIXTURE_TARGETS.items():
        more = [refusals(script)] if name == "open-webui-0.6.18" else []
        make = lambda world, name=name: loaded(world, world.fixture(name), FIXTURES[name], 18)
        groups.append(Group(f"offline, PostgreSQL: fixture {name}", steps(script, make, "upgrade", FIXTURES[name], targets, "peewee", True, *more)))
    for number, (revision, lineage, targets) in enumerate(UP):
        filler = (JsonFiller if number % 2 else OrdinaryRows)(random.Random(f"{seed}{revision}"), False, rows=5)
        make = filled(revision, lineage, filler)
        groups.append(Group(f"offline, PostgreSQL: filled at {revision}, {lineage}", steps(script, make, "upgrade", revision, targets, lineage, False)))
    for number, (lineage, targets) in enumerate(DOWN.items()):
        make = filled(HEAD, lineage, OrdinaryRows(random.Random(seed + number), rows=5))
        groups.append(Group(f"offline, PostgreSQL: down, filled, {lineage}", steps(script, make, "downgrade", HEAD, targets, lineage, False)))
    groups.append(Group("offline, PostgreSQL: what ran", most_ran(script)))
    return groups


def main():
    options = options_of(__doc__, seeded=True).parse_args()
    script = PsqlScript(options.build)
    print(f"seed {options.seed}")
    counts = run_on_server(options, "no script for PostgreSQL was tested", lambda world: all_groups(script, options.seed))
    script.print_stops()
    return ended(counts)


if __name__ == "__main__":
    sys.exit(main())

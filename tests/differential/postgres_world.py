"""Databases on a PostgreSQL server for the runners here: made, filled, copied, compared."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time

from cluster import Cluster, Unavailable, programs
from contents import Contents, Normaliser, content_differences, schema_differences, uuids_of
from fill import Filler
from harness import Context, Failed
from session import run_groups, scratch_folder
from yardstick import NativeFailed, Official


class JsonFiller(Filler):
    """Rows that the official chain takes on PostgreSQL without loss: it stops at settings that are not JSON, and makes "{user}" of
    the role ["user"]."""

    def chat_chat(self, number):
        return re.sub(r'("role"\s*:\s*)\[\s*"user"\s*\]', r'\1"user"', super().chat_chat(number))

    def user_settings(self, number):
        return self.random.choice(["null", self.json({"ui": {"models": ["a"], "ü": "é"}}), self.json({}), "[]"])

    user_info = user_settings


def everything(url):
    """A whole database, for "nothing was changed": what pg_dump writes."""
    lines = subprocess.run([programs() / "pg_dump", url], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [line for line in lines if not line.startswith(("\\restrict ", "\\unrestrict "))]  # another word each time


class World(Context):
    """Databases on the server; all that harness.Context has for SQLite files, too."""

    def __init__(self, official, cluster, build, scratch):
        super().__init__(official, None, scratch)
        self.cluster, self.tool, self.liftlock, self.number = cluster, build / "migrate-tool", build / "liftlock", 0
        self.worker = official._worker("alembic")

    def sql(self, url, *statements):
        return self.worker.ask(do="sql", database=url, sql=statements)

    def new(self, template="template0"):
        """The URL of a new database, a copy of `template`."""
        self.number += 1
        name = f"d{self.number}"
        self.sql(self.cluster.url("postgres"), f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return self.cluster.url(name)

    def copy(self, url):
        return self.new(url.rsplit("/", 1)[1])

    def drop(self, *urls):
        for url in urls:
            self.sql(self.cluster.url("postgres"), f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)')

    def build(self, url, revision="", peewee=18, down=False):
        """Migrates in place; `down` also takes "base"."""
        revision = "" if revision == "base" else revision
        answer = subprocess.run([self.tool, url, "-", revision or "-", "down" if down else str(peewee)], capture_output=True, errors="replace")
        if answer.returncode != 0:
            raise NativeFailed(f"exit {answer.returncode}: {answer.stderr.strip()}")
        return json.loads(answer.stdout)

    def command(self, *arguments, **environment):
        return subprocess.run([self.liftlock, "--json", "--yes", *arguments], capture_output=True, text=True,
                              env={**os.environ, "LIFTLOCK_HOME": str(self.scratch / "home"), **environment})  # fmt: skip

    def mirrored(self, url):
        destination = self.scratch / "mirror" / url.rsplit("/", 1)[1]
        destination.parent.mkdir(exist_ok=True)
        self.worker.ask(do="mirror", database=url, destination=str(destination))
        return destination

    def schema_of(self, url):
        schema = self.worker.ask(do="schema", database=url)
        for table in schema["tables"].values():  # whose temporary schema a sequence is in, and who owns it, is no matter
            for column in table["columns"].values():
                if column[2] and column[2].startswith("nextval("):
                    column[2] = "nextval"
        return schema

    def differences(self, official, native, known, since, json_columns=()):
        lines = schema_differences(self.schema_of(official), self.schema_of(native))
        normaliser = Normaliser(known, since)
        left, right = self.mirrored(official), self.mirrored(native)
        lines += content_differences(*(Contents(path, normaliser, json_columns) for path in (left, right)))
        left.unlink(), right.unlink()
        return lines

    def must_be_equal(self, official, native, known, since):
        lines = self.differences(official, native, known, since)
        if lines:
            raise Failed(lines)

    def contents(self, url):
        """All of it, for "nothing was changed"."""
        path = self.mirrored(url)
        found = Contents(path, Normaliser(uuids_of(path), time.time() + 1000))
        path.unlink()
        return found.tables, self.schema_of(url)


def loaded(world, sqlite, revision, peewee=None):
    """A database that the official chain alone has made, with the rows of a SQLite file."""
    url = world.new()
    if peewee is not None:
        world.official.peewee(url, peewee)
    if revision:
        world.official.upgrade(url, revision)
    world.worker.ask(do="load", source=str(sqlite), database=url)
    return url


def run_on_server(options, subject, groups_of):
    """Runs `groups_of(world)` on a server of its own; the counts. Where none can be started, says that `subject` was skipped."""
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(scratch_folder(options.keep))
        try:
            cluster = stack.enter_context(Cluster(scratch))
        except Unavailable as reason:
            print(f"SKIPPED, {subject}: {reason}", file=sys.stderr)
            return {"passed": 0, "failed": 0, "skipped": 1}
        official = stack.enter_context(contextlib.closing(Official(scratch)))
        world = World(official, cluster, options.build.resolve(), scratch)
        return run_groups(groups_of(world), world, options.only)

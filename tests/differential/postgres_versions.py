#!/usr/bin/env python3
"""Other versions of the PostgreSQL server than Debian's: a new database and a fixture, upgraded by `liftlock db upgrade` and by
the real Alembic on the same server, and the fixture downgraded again; schema and every row are compared. scripts/postgresql fetches the servers.

usage: postgres_versions.py [--build FOLDER] [--all] [--only VERSION]... [--keep]

  --all    12, 13, 14, 16 and 17 instead of the oldest and the newest
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from cases import FIXTURES, HEAD, Group  # noqa: E402
from cases_down import JSON_IN_TEXT  # noqa: E402
from cluster import Cluster, Unavailable  # noqa: E402
from contents import uuids_of  # noqa: E402
from harness import Failed  # noqa: E402
from postgres_down import unexplained  # noqa: E402
from postgres_world import World, loaded  # noqa: E402
from session import ended, options_of, run_groups, scratch_folder  # noqa: E402
from yardstick import ROOT, Official  # noqa: E402

ALL = ["12", "13", "14", "16", "17"]
FIXTURE = "open-webui-0.8.12"


def answer_of(world, *arguments):
    answer = world.command("db", *arguments)
    if answer.returncode:
        raise Failed([f"liftlock db {' '.join(arguments[:2])}: exit {answer.returncode}: {answer.stdout.strip()} {answer.stderr.strip()}"])
    return json.loads(answer.stdout)


def upgraded(world, source):
    """Both ways to the head."""
    path = world.mirrored(source)
    known, since = uuids_of(path), time.time()
    path.unlink()
    official, native = world.copy(source), world.copy(source)
    world.official.upgrade(official, HEAD)
    done = answer_of(world, "upgrade", "head", "--database", native)
    assert all(check["ok"] for check in done["verification"]["checks"]), done
    world.must_be_equal(official, native, known, since)
    assert answer_of(world, "current", "--database", native)["current"]["revision"] == HEAD
    assert not answer_of(world, "check", "--database", native)["drift"]


def downgraded(world, source, revision):
    """Both ways from the head back to the revision that the fixture had."""
    world.official.upgrade(source, HEAD)
    path = world.mirrored(source)
    known, since = uuids_of(path), time.time()
    path.unlink()
    official, native = world.copy(source), world.copy(source)
    world.official.downgrade(official, revision)
    done = answer_of(world, "downgrade", revision, "--accept-loss", "--database", native)
    assert all(check["ok"] for check in done["verification"]["checks"]), done
    lines = unexplained(world, world.differences(official, native, known, since, JSON_IN_TEXT), revision)
    if lines:
        raise Failed(lines)
    assert not answer_of(world, "check", "--database", native)["drift"]


def steps(version):
    def run(world):
        found = world.sql(world.cluster.url("postgres"), "SHOW server_version")[0][0]
        assert found.startswith(f"{version}."), found
        new = world.new()
        yield "a new database", lambda: upgraded(world, new)
        source = loaded(world, world.fixture(FIXTURE), FIXTURES[FIXTURE], 18)
        assert answer_of(world, "current", "--database", source)["current"]["revision"] == FIXTURES[FIXTURE]
        yield f"fixture {FIXTURE}", lambda: upgraded(world, source)
        yield f"fixture {FIXTURE}, down again", lambda: downgraded(world, source, FIXTURES[FIXTURE])

    return run


def run_on(version, scratch, options):
    binaries = subprocess.run([ROOT / "scripts/postgresql", version], stdout=subprocess.PIPE, text=True)
    if binaries.returncode:
        raise Unavailable("scripts/postgresql could not fetch it")
    with contextlib.ExitStack() as stack:
        folder = scratch / version
        folder.mkdir()
        cluster = stack.enter_context(Cluster(folder, pathlib.Path(binaries.stdout.strip())))
        official = stack.enter_context(contextlib.closing(Official(folder)))
        return run_groups([Group(f"PostgreSQL {version}", steps(version))], World(official, cluster, options.build, folder))


def main():
    parser = options_of(__doc__)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with scratch_folder(options.keep) as scratch:
        for version in options.only or (ALL if options.all else [ALL[0], ALL[-1]]):
            try:
                done = run_on(version, scratch, options)
            except Unavailable as reason:
                print(f"SKIPPED, PostgreSQL {version} was not tried: {reason}", file=sys.stderr)
                done = {"skipped": 1}
            for name, count in done.items():
                counts[name] += count
    return ended(counts)


if __name__ == "__main__":
    sys.exit(main())

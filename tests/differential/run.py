#!/usr/bin/env python3
"""Native against real Alembic and real Peewee: the same database, both chains, every row and the whole schema compared.

usage: run.py [--build FOLDER] [--only TEXT]... [--seed N] [--random N] [--list] [--keep] [--self-test]

  --only TEXT    the cases whose name holds TEXT
  --random N     so many made databases (default 6); the seed is printed
  --self-test    the official chain against itself: shows that the comparison itself finds nothing
Exit status: 0 no difference, 1 differences, 2 usage.
"""

import argparse
import pathlib
import random
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import cases  # noqa: E402
import cases_deviation  # noqa: E402
import cases_down  # noqa: E402
import cases_hard  # noqa: E402
from harness import Context, Failed, Skipped  # noqa: E402
from yardstick import ROOT, Native, NativeFailed, Official, OfficialFailed, scratch_folder  # noqa: E402


class OfficialAsNative:
    """For --self-test: the official chain in native's place, in one jump."""

    def __init__(self, official):
        self.official = official

    def build(self, source, destination, revision="", peewee=18):
        shutil.copyfile(source, destination)
        if revision:
            self.official.upgrade(destination, revision)
        else:
            self.official.peewee(destination, peewee)
        return {"notes": {}, "quarantine": []}

    def upgrade(self, database, revision):
        self.official.upgrade(database, revision)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(31))
    parser.add_argument("--random", type=int, default=6)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()

    scratch = scratch_folder()
    official = Official(scratch)
    native = OfficialAsNative(official) if options.self_test else Native(options.build)
    context = Context(official, native, scratch)
    groups = cases.all_groups(options.seed, options.random) + cases_hard.all_groups()
    if not options.self_test:
        groups += cases_deviation.all_groups() + cases_down.all_groups(options.seed)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    print(f"seed {options.seed}")
    for group in groups:
        if options.only and not any(text in group.name for text in options.only):
            continue
        if options.list:
            print(group.name)
            continue
        run_group(group, context, counts)
    official.close()
    if options.keep:
        print(f"kept: {scratch}")
    else:
        shutil.rmtree(scratch)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


def run_group(group, context, counts):
    """A group prints one line when all of it holds, else one a step that does not."""
    started, done, lines = time.monotonic(), 0, []
    try:
        for name, step in group.steps(context):
            try:
                step()
                counts["passed"] += 1
                done += 1
            except Skipped as reason:
                counts["skipped"] += 1
                lines.append(f"skipped {group.name}: {name}: {reason}")
            except (Failed, NativeFailed, OfficialFailed, AssertionError) as error:
                counts["failed"] += 1
                lines.append(f"FAILED  {group.name}: {name}")
                if error.args == (["as before"],):
                    lines[-1] += ": as before"
                    continue
                details = error.args[0] if error.args and isinstance(error.args[0], list) else [f"{type(error).__name__}: {error}"]
                lines.extend(f"          {line}" for line in details)
    except (NativeFailed, OfficialFailed) as error:
        counts["failed"] += 1
        lines.append(f"FAILED  {group.name}: while it was set up: {type(error).__name__}: {error}")
    print(f"{'FAILED ' if any(l.startswith('FAILED') for l in lines) else 'ok     '} {group.name} ({done} comparisons, {time.monotonic() - started:.1f} s)")
    for line in lines:
        print(line)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Native against real Alembic and real Peewee: the same database, both chains, every row and the whole schema compared.

usage: run.py [--build FOLDER] [--only TEXT]... [--seed N] [--random N] [--list] [--keep] [--self-test]

  --only TEXT    the cases whose name holds TEXT
  --random N     so many made databases (default 6); the seed is printed
  --self-test    the official chain against itself: shows that the comparison itself finds nothing
Exit status: 0 no difference, 1 differences, 2 usage.
"""

import contextlib
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import cases  # noqa: E402
import cases_deviation  # noqa: E402
import cases_down  # noqa: E402
import cases_hard  # noqa: E402
from harness import Context  # noqa: E402
from session import ended, options_of, run_groups, scratch_folder  # noqa: E402
from yardstick import Native, Official  # noqa: E402


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
    parser = options_of(__doc__, seeded=True)
    parser.add_argument("--random", type=int, default=6)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()

    groups = cases.all_groups(options.seed, options.random) + cases_hard.all_groups()
    if not options.self_test:
        groups += cases_deviation.all_groups() + cases_down.all_groups(options.seed)
    if options.list:
        print(*(group.name for group in groups), sep="\n")
        return 0
    print(f"seed {options.seed}")
    with scratch_folder(options.keep) as scratch, contextlib.closing(Official(scratch)) as official:
        native = OfficialAsNative(official) if options.self_test else Native(options.build)
        counts = run_groups(groups, Context(official, native, scratch), options.only)
    return ended(counts)


if __name__ == "__main__":
    sys.exit(main())

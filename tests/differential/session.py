"""How a runner goes: groups of steps one after the other, in a scratch folder, and a count at the end."""

import argparse
import contextlib
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

from harness import Failed, Skipped
from yardstick import ROOT, NativeFailed, OfficialFailed


def options_of(doc, seeded=False):
    """What every runner can be told; `doc`: its own, with a line "usage: …"."""
    parser = argparse.ArgumentParser(usage=doc.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="the folder of the programs")
    parser.add_argument("--only", action="append", default=[], help="groups whose name holds this")
    parser.add_argument("--keep", action="store_true", help="leaves the scratch folder")
    if seeded:
        parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(31))
    return parser


@contextlib.contextmanager
def scratch_folder(keep=False):
    """In memory where there is room: the official chain waits for the disk after every statement. Goes away, and what was
    started in it is ended by its own `finally`, also when this process is ended by SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    memory = pathlib.Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30
    folder = pathlib.Path(tempfile.mkdtemp(prefix="liftlock-differential-", dir=memory if roomy else None))
    try:
        yield folder
    finally:
        print(f"kept: {folder}") if keep else shutil.rmtree(folder)


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


def run_groups(groups, context, only=()):
    """Runs those whose name holds one of the texts; how many steps passed, failed and were skipped."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for group in groups:
        if not only or any(text in group.name for text in only):
            run_group(group, context, counts)
    return counts


def ended(counts):
    """Prints the count, the last line of every runner; its exit status."""
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0

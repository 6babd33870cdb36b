"""Runs the tests of a module on an engine of their own, and counts them as scripts/test wants it."""

import argparse
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

import engine as engines

ROOT = pathlib.Path(__file__).resolve().parents[2]


def unpack(fixture, folder):
    """Of a real server, into `folder`; its data directory."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["tar", "--zstd", "-xf", ROOT / f"tests/fixtures/{fixture}.tar.zst", "-C", folder], check=True)
    (database,) = folder.rglob("webui.db")
    return database.parent


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


class Ended(Exception):
    pass


def skipped(what, reason):
    print(f"SKIPPED: every test of {what}: {reason}")
    print("0 passed, 0 failed, 1 skipped")
    return 0


def main(module, prepare, make=engines.Engine, what="containers"):
    """Sets module.ENGINE, module.SCRATCH, and with --seed module.SEED; prepare(engine) comes before the tests.

    Words on the command line: names of tests as unittest has them ("Running", "Running.test_x").
    """
    options = argparse.ArgumentParser(description=module.__doc__)
    options.add_argument("tests", nargs="*")
    if hasattr(module, "SEED"):
        options.add_argument("--seed", type=int, default=module.SEED)
    chosen = options.parse_args()
    if hasattr(module, "SEED"):
        module.SEED = chosen.seed

    def end(*_):
        raise Ended

    signal.signal(signal.SIGTERM, end)
    with tempfile.TemporaryDirectory(prefix="liftlock-docker-") as scratch:
        module.SCRATCH = pathlib.Path(scratch)
        module.SCRATCH.chmod(0o755)
        try:
            module.ENGINE = make(module.SCRATCH)
        except engines.Unavailable as reason:
            return skipped(what, reason)
        try:
            prepare(module.ENGINE)
            loader = unittest.defaultTestLoader
            tests = loader.loadTestsFromNames(chosen.tests, module) if chosen.tests else loader.loadTestsFromModule(module)
            with open(1, "w", closefd=False) as out:
                result = unittest.TextTestRunner(stream=out, verbosity=1).run(tests)
        except engines.Unavailable as reason:
            return skipped(what, reason)
        finally:
            module.ENGINE.stop()
    # Of a test that fails for several of its cases, each is listed.
    failed = len({getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors})
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed else 0

#!/usr/bin/env python3
"""The graph of revisions: `liftlock db heads|branches|history|show|current --scripts` against real Alembic, on the same chains.

usage: graph.py [--build FOLDER] [--only TEXT]... [--seed N] [--random N] [--jobs N] [--list]

Alembic runs in this process (a process each would take minutes), each script is loaded once, and sets keep their order: its own print
branch labels and children in an order that changes from run to run. What is compared: everything on stdout where Alembic succeeds; that both fail, and
Alembic's message, where it does not. Exit status: 0 no difference, 1 differences, 2 usage.
"""

import argparse
import contextlib
import importlib.abc
import importlib.machinery
import io
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import types
import unittest.mock
import warnings

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
YARDSTICK = pathlib.Path(subprocess.run([ROOT / "scripts/yardstick", "--path"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip())
if pathlib.Path(sys.prefix) != YARDSTICK / "venv":
    python = YARDSTICK / "venv/bin/python"
    os.execv(python, [str(python), *sys.argv])
sys.path.insert(0, str(HERE))

import alembic.script.base  # noqa: E402
import alembic.script.revision  # noqa: E402
import sqlite3  # noqa: E402
from alembic import command, util  # noqa: E402
from alembic.config import Config  # noqa: E402
from sqlalchemy.util import OrderedSet  # noqa: E402

import graph_chains  # noqa: E402


class FrozenOrderedSet(OrderedSet):
    """Alembic never changes a frozenset in place, so that one that could be is as good."""

    def union(self, *others):
        return FrozenOrderedSet(super().union(*others))


alembic.script.revision.set = OrderedSet
alembic.script.revision.frozenset = FrozenOrderedSet
for attribute in ("nextrev", "_all_nextrev"):
    setattr(alembic.script.revision.Revision, attribute, FrozenOrderedSet())

class Anything(types.ModuleType):
    """Stands in for what a release's scripts import from their own package: their graph does not depend on it."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return unittest.mock.MagicMock()


class Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name.split(".")[0] == "open_webui" else None

    def create_module(self, spec):
        return Anything(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Importer())
sys.dont_write_bytecode = False  # each chain is loaded many times


class Scripts:
    """Knows whether a command has looked at the scripts at all."""

    read = False
    load = alembic.script.base.ScriptDirectory._load_revisions


def load_revisions(directory):
    Scripts.read = True
    return Scripts.load(directory)


alembic.script.base.ScriptDirectory._load_revisions = load_revisions
LOAD_FILE = util.load_python_file
LOADED = {}


def load_python_file(folder, name):
    """A script's module, once: its text does not change, and nothing in it does when Alembic looks at it. env.py is there to be run."""
    path = os.path.join(folder, name)
    if name == "env.py":
        return LOAD_FILE(folder, name)
    if path not in LOADED:
        LOADED[path] = LOAD_FILE(folder, name)
    return LOADED[path]


util.load_python_file = load_python_file
ENVIRONMENT = """
from alembic import context
import sqlalchemy
engine = sqlalchemy.create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


class Official:
    """What the real one says: its stdout, or None and its message; the messages of its warnings."""

    def __init__(self, folder, database):
        self.folder, self.database = folder, database

    def run(self, verb):
        config = Config(stdout=io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True))
        config.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        config.set_main_option("sqlalchemy.url", f"sqlite:///{self.database}")
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("always")
            Scripts.read = False
            message = None
            try:
                verb.official(config)
            except (util.CommandError, alembic.script.revision.RevisionError) as error:
                message = str(error)
            except Exception as error:  # noqa: BLE001 - a crash of Alembic's: only that it fails counts
                message = ""
            # A parent that is missing is a warning and then a crash: the warning is what says why.
            said = [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
            if message == "" and said and said[-1].endswith("is not present"):
                message = said[-1]
        return (config.stdout.buffer.getvalue().decode() if message is None else None), message, said


class Native:
    def __init__(self, program, scripts, database):
        self.program, self.scripts, self.database = program, scripts, database

    def run(self, verb, fails):
        """The words of an error are asked for as JSON: where it is known that there will be one, at once."""
        words = ["--scripts", str(self.scripts)] if self.scripts else []
        call = ["db", verb.name, *words, "--database", f"sqlite:///{self.database}", *verb.words]
        self.error_id = ""
        if fails and len(str(verb)) % 8:
            return self._fail(call, [])
        done = subprocess.run([self.program, *call], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        stdout, stderr = done.stdout.decode(), done.stderr.decode()
        said = [line.removeprefix("Warning: ") for line in stderr.splitlines() if line.startswith("Warning: ")]
        if done.returncode == 0:
            return stdout, None, said
        if done.returncode < 0 or done.returncode > 2 or stdout:
            return stdout, f"exit {done.returncode}: {stdout}{stderr}", said
        return self._fail(call, said)

    def _fail(self, call, said):
        done = subprocess.run([self.program, "--json", *call], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        if done.returncode not in (1, 2):
            return (done.stdout, None if done.returncode == 0 else f"exit {done.returncode}: {done.stderr}", said)
        error = json.loads(done.stdout)["error"]
        self.error_id = error["id"]
        return None, error["what"], said


class Verb:
    """One command line of both."""

    def __init__(self, name, *words):
        self.name, self.words = name, words

    def __str__(self):
        return " ".join([self.name, *self.words])

    def official(self, config):
        words = list(self.words)
        verbose = "-v" in words
        if self.name == "heads":
            command.heads(config, verbose=verbose, resolve_dependencies="--resolve-dependencies" in words)
        elif self.name == "branches":
            command.branches(config, verbose=verbose)
        elif self.name == "current":
            command.current(config, verbose=verbose, check_heads="--check-heads" in words)
        elif self.name == "show":
            command.show(config, words[-1])
        elif self.name == "history":
            span = next((word.removeprefix("--rev-range=") for word in words if word.startswith("--rev-range=")), None)
            command.history(config, rev_range=span, verbose=verbose, indicate_current="-i" in words)


def history(span, *more):
    return Verb("history", f"--rev-range={span}", *more)


def verbs_of(chain):
    """What is asked of every chain, and with the names of some of its revisions."""
    yield from (Verb("heads"), Verb("heads", "-v"), Verb("heads", "--resolve-dependencies"), Verb("branches"), Verb("branches", "-v"))
    yield from (Verb("history"), Verb("history", "-v"), Verb("history", "-i"), Verb("history", "-v", "-i"))
    yield from (Verb("current"), Verb("current", "-v"), Verb("current", "--check-heads"), Verb("show", "--", "current"))
    for name in () if chain.brief else ("head", "heads", "base", "-1", "-2", "-99", "nope", "@head", "", "abc", "abcd", "head+1", "heads-1"):
        yield Verb("show", "--", name)
    spans = [":", "head:", ":head", "heads:", "base:head", "base:heads", "-1:", "-2:", "-3:head", "-99:", ":+1", ":+2", "base:+2", ":+99", "+1:", ":-1",
             "current:", ":current", "current:+1", "-1:current", "current:current", "current:head", "base:current", "nope:", ":nope", "a:b:c", "heads-1:",
             "head-2:head", "head-1:", "heads:heads", "head:head", "+0:", ":+0", ":base", "base:base"]
    names = chain.names()
    if chain.brief:
        yield from (Verb("show", "--", names[0][:5]), history(f"{names[0]}:{names[-1]}", "-v"), history("-3:"), history(f"current:{names[-1]}"), history(":nope"))
        return
    for name in names:
        for asked in (name, name[:4], name[:-1], f"{name}@head", f"{name}@heads", f"{name}@base", f"{name}+1", f"{name}-1", f"{name}@-1"):
            yield Verb("show", "--", asked)
        spans += [f"{name}:", f":{name}", f"{name}:{name}", f"{name}:+1", f"{name}:+2", f"-1:{name}", f"-2:{name}", f"{name}-1:{name}", f"{name}:{name}+1", f"{name}@base:",
                  f"{name}@base:{name}@head", f"{name}@base:heads", f"{name}@head:", f":{name}@head", f":{name}@heads", f"{name}@-1:", f"{name}@-2:{name}@head",
                  f":{name}@+1", f":{name}@+2", f":{name}@head-1", f"{name[:4]}:{name}"]
    for lower, upper in chain.pairs(names):
        spans += [f"{lower}:{upper}", f"{lower}@base:{upper}", f"{upper}@{lower}:", f":{upper}@{lower}", f":{upper}@{lower}+1", f"{lower}:{upper}@+1", f"{lower}:{upper}@head"]
    for span in spans:
        yield history(span)


def readable(message):
    return "" if message is None else " ".join(message.split())


def differences(official, native):
    (stdout, message, said), (ours, error, we_said) = official, native
    lines = []
    if message is None and error is not None:
        lines.append(f"Alembic succeeds, Liftlock says {error!r}")
    elif message is not None and error is None:
        lines.append(f"Alembic says {message!r}, Liftlock succeeds: {ours!r}")
    elif message is not None and readable(message) != readable(error) and message:
        lines.append(f"Alembic says {message!r}, Liftlock {error!r}")
    elif message is None and stdout != ours:
        lines += ["stdout differs", f"Alembic:  {stdout!r}", f"Liftlock: {ours!r}"]
    # Alembic warns while it goes on; where Liftlock stops, the last warning is its error.
    if message is None and error is None and said != we_said:
        lines.append(f"warnings differ: {said} and {we_said}")
    return lines


def run_chain(task):
    """What is to be printed, one line a chain and details of what differs; how many command lines passed and failed."""
    chain, program, folder = task
    counts = {"passed": 0, "failed": 0}
    folder.mkdir()
    chain.write(folder)
    if not (folder / "env.py").exists():
        (folder / "env.py").write_text(ENVIRONMENT)
    lines, done = [], 0
    for name, revisions in chain.databases.items():
        database = folder / f"{name}.db"
        with contextlib.closing(sqlite3.connect(database)) as connection:
            if revisions is not None:
                connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
                connection.executemany("INSERT INTO alembic_version VALUES (?)", [(revision,) for revision in revisions])
            connection.commit()
        official, native = Official(folder, database), Native(program, chain.place(folder), database)
        for verb in verbs_of(chain):
            if name != "base" and "current" not in str(verb) and "-i" not in verb.words:
                continue  # needs no database, and has been asked
            theirs = chain.seen(official.run(verb), folder)
            ours = native.run(verb, theirs[1] is not None)
            # Alembic answers some questions without reading the scripts; Liftlock says first what is wrong with them.
            if not Scripts.read:
                ours = (*ours[:2], [])
            lazy = not Scripts.read and native.error_id in ("script-unreadable", "graph-broken")
            wrong = [] if lazy else differences(theirs, ours)
            counts["failed" if wrong else "passed"] += 1
            done += 1
            if wrong:
                lines += [f"FAILED  {chain.name} at {name}: {verb}", *(f"          {line}" for line in wrong)]
    shutil.rmtree(folder)
    LOADED.clear()
    return [f"{'FAILED ' if lines else 'ok     '} {chain.name} ({done} command lines)", *lines[:16]], counts


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(31))
    parser.add_argument("--random", type=int, default=6)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()

    print(f"seed {options.seed}")
    counts = {"passed": 0, "failed": 0}
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="liftlock-graph-"))
    chains = list(graph_chains.all_chains(YARDSTICK, options.seed, options.random))
    chosen = [chain for chain in chains if not options.only or any(text in chain.name for text in options.only)]
    if options.list:
        print(*(chain.name for chain in chosen), sep="\n")
        return 0
    tasks = [(chain, options.build / "liftlock", scratch / f"{number}") for number, chain in enumerate(chosen)]
    try:
        with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
            for lines, done in pool.imap(run_chain, tasks):
                print(*lines, sep="\n", flush=True)
                for name, count in done.items():
                    counts[name] += count
    finally:
        shutil.rmtree(scratch)
    print(f"{counts['passed']} passed, {counts['failed']} failed, 0 skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

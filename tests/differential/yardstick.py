"""The two sides of every case: Open WebUI's own migrations, and Liftlock's."""

import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class OfficialFailed(Exception):
    """The official chain stopped; the text is the exception's."""


class NativeFailed(Exception):
    """Liftlock stopped; the text is what it printed."""


class Worker:
    """One long-lived process of official.py."""

    def __init__(self, yardstick, scratch, which, log):
        self.process = subprocess.Popen(
            [str(yardstick / "venv/bin/python"), str(HERE / "official.py"), str(yardstick), str(scratch), which],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )

    def ask(self, **request):
        try:
            print(json.dumps(request), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RuntimeError("the yardstick's process ended; see its log")
        answer = json.loads(line)
        if not answer["ok"]:
            raise OfficialFailed(answer["error"])
        return answer["result"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Official:
    """Open WebUI's own chain. Imports are paid once a run."""

    def __init__(self, scratch):
        self.yardstick = pathlib.Path(
            subprocess.run([ROOT / "scripts/yardstick"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        )
        self.scratch = scratch
        self.log = open(scratch / "official.log", "w")
        self.workers = {}

    def _worker(self, which):
        if which not in self.workers:
            self.workers[which] = Worker(self.yardstick, self.scratch / f"worker-{which}", which, self.log)
        return self.workers[which]

    def upgrade(self, database, revision):
        self._worker("alembic").ask(do="upgrade", database=str(database), revision=revision)

    def downgrade(self, database, revision):
        self._worker("alembic").ask(do="downgrade", database=str(database), revision=revision)

    def watched_upgrade(self, database, revision, folder):
        """The states in which a kill on the way would leave the database, each with its folder; see KillStates."""
        return self._worker("alembic").ask(do="watched_upgrade", database=str(database), revision=revision, folder=str(folder))

    def peewee(self, database, count):
        self._worker("peewee").ask(do="upgrade", database=str(database), count=count)

    def schema(self, database):
        return self._worker("alembic").ask(do="schema", database=str(database))

    def close(self):
        for worker in self.workers.values():
            worker.close()
        self.log.close()


class Native:
    """Liftlock's chain, through tests/differential/migrate_tool.cpp (which can stop inside the Peewee part and prints what
    a change's report would hold), or through `liftlock db upgrade`."""

    def __init__(self, build):
        self.tool = build / "migrate-tool"
        self.liftlock = build / "liftlock"

    def build(self, source, destination, revision="", peewee=18, down=False):
        """Builds the migrated form of `source` as the new file `destination`; the notes and quarantined values, and of a
        way down (no revision: to the base) the losses counted beforehand."""
        arguments = [revision or "-", "down" if down else str(peewee)]
        answer = subprocess.run([self.tool, str(source), str(destination), *arguments], capture_output=True, errors="replace")
        if answer.returncode != 0:
            raise NativeFailed(f"exit {answer.returncode}: {answer.stderr.strip()}")
        return json.loads(answer.stdout)

    def upgrade(self, database, revision):
        """The same in place, by the command line."""
        answer = subprocess.run(
            [self.liftlock, "--yes", "db", "upgrade", revision, "--database", f"sqlite:///{database}", "--no-keep"], capture_output=True, errors="replace"
        )
        if answer.returncode != 0:
            raise NativeFailed(f"exit {answer.returncode}: {answer.stderr.strip()}")

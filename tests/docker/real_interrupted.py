#!/usr/bin/env python3
"""The change of a container that runs real Open WebUI is killed, at ten points, and `liftlock resume` ends it; on a real Docker Engine.
The simulated program is killed at every point (change_interrupted.py, trial.py).

Usage: tests/docker/real_interrupted.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import concurrent.futures
import sys
import unittest

import suite
from engine import EngineOfRealImages
from open_webui import REPOSITORY, real_image
from real_server import PROGRAM, Server

OLD, NEW = "0.6.18", "0.12.4"
REVISIONS = {OLD: "d31026856c01", NEW: "0bd252b206fb"}
KILLED = -9
KILLS = 5  # of each kind
ENGINE = None
SCRATCH = None


class Killed:
    """A server that is killed in the middle of its change again and again: as it was after one, or rolled back, it is changed anew."""

    def __init__(self, test, name, point):
        self.test, self.point = test, point
        self.server = Server(ENGINE, SCRATCH, f"{REPOSITORY}:v{OLD}", "open-webui-0.6.18", name)
        self.sessions = {email: self.server.sign_in(email) for email in self.server.users()}
        self.before = self.chats()
        self.key, self.id = self.server.key(), self.server.inspect()["Id"]
        self.ends = []

    def chats(self):
        return {email: self.server.chats(token) for email, token in self.sessions.items()}

    def expect(self, code, *words, **environment):
        program = PROGRAM + ("-faults" if environment else "")
        done = self.server.run(*words, program=program, **environment)
        self.test.assertEqual(done.returncode, code, done.text)
        return done

    def beside(self):
        """What a rollback by hand keeps until it is settled stays."""
        return sorted(path.name for path in self.server.database.parent.iterdir() if ".liftlock-" in path.name)

    def look(self, release):
        """The whole deployment is of this release, and every user finds every chat, with the session from before."""
        self.test.assertEqual(self.server.wait()["version"], release)
        self.test.assertEqual(self.server.heads()["revision"], REVISIONS[release])
        self.test.assertEqual(self.server.inspect()["Id"] == self.id, release == OLD)
        self.test.assertEqual(self.server.inspect()["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped")
        self.test.assertEqual(self.server.key(), self.key)
        self.test.assertEqual(self.chats(), self.before)

    def go_back(self):
        self.expect(0, "rollback", self.server.name, "--yes")
        self.look(OLD)

    def kill_at_each(self):
        """At points that are evenly spread over a change that was counted. The last record is left out: there may be one more or less, since
        files that were written just before a snapshot are looked at again."""
        log = self.server.folder / "points"
        self.expect(0, "change", self.server.name, f"v{NEW}", "--yes", LIFTLOCK_FAULT=f"count:{log}")
        self.look(NEW)
        self.go_back()
        number = log.read_text().splitlines().count(self.point)
        last = number - 1 if self.point == "journal-append" else number
        self.test.assertGreater(last, 2 * KILLS)
        for kill in range(KILLS):
            n = 1 + (last - 1) * kill // (KILLS - 1)
            kept = self.beside()
            self.expect(KILLED, "change", self.server.name, f"v{NEW}", "--yes", LIFTLOCK_FAULT=f"kill({self.point})@{n}")
            self.expect(0, "resume", self.server.name, "--yes")
            end = OLD if self.server.inspect()["Id"] == self.id else NEW
            self.look(end)
            self.test.assertIn("no change was interrupted", self.expect(0, "resume", self.server.name, "--yes").stdout)
            self.ends.append(end)
            if end == NEW:
                self.go_back()
            else:
                self.test.assertEqual(self.beside(), kept)
        self.test.assertEqual(set(self.ends), {OLD, NEW}, "one of the two ends was never reached")


class Interrupted(unittest.TestCase):
    maxDiff = None

    def test_t17_killed_at_ten_points_and_resumed(self):
        self.addCleanup(ENGINE.remove_everything)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(lambda: Killed(self, "at-records", "journal-append").kill_at_each()),
                    pool.submit(lambda: Killed(self, "at-orders", "engine").kill_at_each())]  # fmt: skip
        for run in runs:
            with self.subTest(run=runs.index(run)):
                run.result()


def prepare(engine):
    for release in (OLD, NEW):
        real_image(engine, release)


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, EngineOfRealImages, what="real Open WebUI in containers, interrupted"))

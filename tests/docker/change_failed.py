#!/usr/bin/env python3
"""The change of a running container that fails, on a real Docker Engine: whatever goes wrong, all is as it was.

Usage: tests/docker/change_failed.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import http.server
import io
import json
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time

import suite
from place import CHANGED, NEEDS_HAND, PROGRAM, ROLLED_BACK, TO, Case, begin, contents, names, unpacked

ENGINE = None
SCRATCH = None


class Failed(Case):
    """Whatever goes wrong, all is as it was, and what failed is kept with its log."""

    def fails(self, place, to, *words, code=ROLLED_BACK, says=()):
        done = self.change(code, place, *words, to=to)
        for text in (*says, "The old container runs again on the old database: all is as it was.", "It was down for"):
            self.assertIn(text, done.said)
        self.assert_as_it_was(place)
        (failed,) = place.named("-failed")
        now = ENGINE.inspect(failed)
        self.assertEqual((now["State"]["Running"], now["HostConfig"]["RestartPolicy"]["Name"]), (False, "no"))
        self.assertEqual(names(), sorted([place.name, failed]))
        (log,) = place.home.glob("*/changes/*/program.log")
        self.assertEqual(json.loads(self.expect(0, place, "history", place.address, "--json").stdout)["changes"][0]["outcome"], "undone")
        return log.read_text()

    def cleaned_up(self, place):
        self.expect(0, place, "settle", place.address, "--now", "--yes")
        self.assertEqual((names(), place.beside()), ([place.name], []))

    def test_it_ends_at_once(self):
        place = self.place()
        log = self.fails(place, "0.12.3", says=["It ended by itself, with exit status 3.", "KeyError: 'no such thing'"])
        self.assertIn("KeyError", log)
        self.assertEqual(place.beside(), [])
        self.cleaned_up(place)

    def test_the_engine_makes_it_otherwise(self):
        """What an engine cannot do any more it may leave out; here somebody on the way to it spoils the request."""
        place = self.place(HostConfig={"Memory": 67108864})
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.folder / "spoilt.sock"))
        listener.listen()
        self.addCleanup(listener.close)

        def carry(source, target, spoil):
            while data := source.recv(1 << 20):
                target.sendall(data.replace(b'"Memory":67108864', b'"Memory":67100672') if spoil else data)
            target.shutdown(socket.SHUT_WR)

        def serve():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(ENGINE.socket))
                for way in ((client, server, True), (server, client, False)):
                    threading.Thread(target=carry, args=way, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        done = self.change(1, place, DOCKER_HOST=f"unix://{self.folder}/spoilt.sock")
        self.assertIn("It is not as the old one is: HostConfig.Memory.", done.said)
        self.assertNotIn("was down", done.said)
        self.assert_as_it_was(place)
        self.assertEqual((names(), place.beside()), ([place.name], []))

    def test_it_hangs(self):
        """T8; a simulated program."""
        place = self.place()
        begun = time.monotonic()
        self.fails(place, "0.12.2", "--timeout", "2", says=["For 2 s it neither answered nor wrote anything new.", "Running upgrade a -> b", "--timeout SECONDS"])
        self.assertLess(time.monotonic() - begun, 15)

    def test_ctrl_c_while_it_hangs(self):
        """What was done is undone; the undoing is not cancelled with it."""
        place = self.place()
        begun = subprocess.Popen([PROGRAM, "change", place.address, "0.12.2", "--yes", "--no-trial"], env=place.environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
        suite.until(lambda: place.named("-before") and place.name in names() and place.inspect()["State"]["Running"])
        begun.send_signal(signal.SIGINT)
        _, said = begun.communicate(timeout=60)
        self.assertEqual(begun.returncode, 130, said)
        self.assertIn("The old container runs again on the old database: all is as it was.", " ".join(said.split()))
        self.assert_as_it_was(place)

    def test_it_answers_in_another_version(self):
        self.fails(self.place(), "0.11.1", says=["It answers as version 0.12.0 instead of 0.11.1."])

    def test_it_answers_on_an_old_database(self):
        """T14: the answer is not believed; what it made of the database is kept, and the files beside come back."""
        place = self.place()
        self.fails(place, "0.11.3", says=["The program answers, but its database is at revision"])
        (aside, kept) = place.beside()
        self.assertTrue(aside.startswith(".liftlock-aside-"))
        self.assertEqual([path.read_text() for path in place.data.glob(".liftlock-aside-*/**/spoilt")], ["spoilt\n"])
        self.assertEqual(kept, "webui.db.liftlock-after")
        (kept,) = place.data.glob("*-after")
        self.assertEqual(kept.read_bytes(), (unpacked("open-webui-0.5.20") / "webui.db").read_bytes())
        self.cleaned_up(place)

    def test_it_replaces_the_database(self):
        """By another file, with a -wal: the old one must not meet it."""
        place = self.place()
        self.fails(place, "0.11.2", says=["its database is at revision"])
        self.assertEqual([name for name in place.beside() if not name.endswith(("-after", "-after-wal")) and "-aside-" not in name], [])

    def test_its_port_is_taken(self):
        """It was never started: nothing is kept of it."""
        place = self.place()
        port = place.inspect()["NetworkSettings"]["Ports"]["8080/tcp"][0]["HostPort"]
        ENGINE.call("DELETE", f"/containers/{place.name}?force=1")
        place = self.place(HostConfig={"PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": port}]}}, start=False)
        taken = http.server.HTTPServer(("127.0.0.1", int(port)), http.server.BaseHTTPRequestHandler)
        self.addCleanup(taken.server_close)
        done = self.change(ROLLED_BACK, place)
        self.assertIn("address already in use", done.said)
        self.assert_as_it_was(place, running=False)
        self.assertEqual(names(), [place.name])

    def test_a_rollback_that_fails(self):
        """The old program does not come up again: the changed state stays, with what was written since."""
        place = self.place()
        self.change(CHANGED, place)
        (place.data / "later").write_text("new")
        changed, now = contents(place.data), place.inspect()["Id"]
        (kept,) = place.named("-before")
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as tar:
            entry = tarfile.TarInfo("www/api/version")
            tar.addfile(entry)
        ENGINE.call("PUT", f"/containers/{kept}/archive?path=/", data.getvalue(), "application/x-tar")
        done = self.expect(ROLLED_BACK, place, "rollback", place.address, "--yes", "--timeout", "2")
        self.assertIn("neither answered", done.said)
        self.assertEqual((place.inspect()["Id"], place.version()), (now, TO))
        self.assertEqual(contents(place.data), changed)
        self.assertEqual(place.named("-before"), [kept])


class EngineDies(Case):
    """T13, with a simulated program: the engine falls over while the new one is waited for, and comes back."""

    def broken(self):
        place = self.place()
        begun = subprocess.Popen([PROGRAM, "change", place.address, "0.12.2", "--yes", "--no-trial"], env=place.environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
        # Between the two renamings nobody bears the name.
        suite.until(lambda: place.named("-before") and place.name in names() and place.inspect()["State"]["Running"])
        ENGINE.crash()
        _, said = begun.communicate(timeout=60)
        self.assertEqual(begun.returncode, NEEDS_HAND, said)
        self.assertIn("liftlock resume docker:open-webui", said)
        ENGINE.start()
        self.assertFalse(ENGINE.inspect(place.id)["State"]["Running"], "the engine started it on the new database")
        return place, said

    def test_and_the_change_is_resumed(self):
        place, _ = self.broken()
        self.expect(0, place, "resume", place.address, "--yes")
        self.assert_as_it_was(place)
        self.assertEqual(len(place.named("-failed")), 1)

    def test_and_all_is_brought_back_by_hand(self):
        """The commands are run as they are printed."""
        place, said = self.broken()
        commands = said.split("in this order:\n")[1]
        commands = [line.strip() for line in commands.splitlines() if line.strip()]
        self.assertGreater(len(commands), 5)
        for command in commands:
            done = subprocess.run(command, shell=True, env=place.environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
        suite.until(lambda: place.inspect()["State"]["Health"]["Status"] == "healthy")
        self.assert_as_it_was(place)
        self.expect(0, place, "resume", place.address, "--yes")
        self.assert_as_it_was(place)


def prepare(engine):
    begin(engine, SCRATCH)


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, what="changes of a container that fail"))

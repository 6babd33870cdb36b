#!/usr/bin/env python3
"""Containers whose data Liftlock's user may not open, or that are on another machine: it works in a helper container. On a real
Docker Engine, through its socket by a user of its group, and over TCP with TLS by a user without a socket.

Usage: tests/docker/helper.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys

import certificates as tls
import engine as engines
import place as places
import suite
import terminal
from place import CHANGED, FAULTS, FROM, LOCKED, NEEDS_HAND, PROGRAM, REFUSED, ROLLED_BACK, TO, USAGE, Case, Place, names

ENGINE = None
SCRATCH = None
USER, GROUP = 12345, 23456  # of nobody
PORT = None  # the engine's, with TLS


def everything(folder):
    """Every entry: what it is and holds, owner, mode, time, and which names are one file; without what Liftlock keeps beside."""
    found, inodes = {}, {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if ".liftlock-" in name:
            continue
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        same = inodes.setdefault(status.st_ino, name) if status.st_nlink > 1 and path.is_file() else None
        found[name] = (content, oct(status.st_mode), status.st_uid, status.st_gid, path.is_dir() or status.st_mtime_ns, same)
    return found


class Hidden(Place):
    """Its data is on a volume; Liftlock is run by a user who may use the engine, and not open the volume."""

    def __init__(self, folder, name="open-webui", **config):
        folder.mkdir(exist_ok=True)
        volume = ENGINE.json("POST", "/volumes/create", {"Name": f"data-of-{name}"})
        data = pathlib.Path(volume["Mountpoint"])
        shutil.copytree(places.unpacked(config.get("fixture", "open-webui-0.6.18")), data, copy_function=shutil.copy2, dirs_exist_ok=True)
        uploads = data / "uploads"
        uploads.mkdir(exist_ok=True)
        (uploads / "of-somebody").write_bytes(b"theirs")
        os.chown(uploads / "of-somebody", 4711, 4712)
        (uploads / "of-somebody").chmod(0o640)
        os.utime(uploads / "of-somebody", ns=(1, 1_600_000_000_123_456_789))
        os.link(uploads / "of-somebody", uploads / "same")
        (uploads / "link").symlink_to("of-somebody")
        (folder / "data").symlink_to(data)
        super().__init__(folder, name, binds=config.pop("binds", [f"data-of-{name}:/app/backend/data"]), **config)
        self.everything = everything(self.data)
        self.identity = {"user": USER, "group": GROUP, "extra_groups": []}
        for path in (SCRATCH, folder):
            path.chmod(0o755)
        own = folder / "own"
        own.mkdir()
        os.chown(own, USER, GROUP)
        self.environment |= {"HOME": str(own), "TMPDIR": str(own)}
        del self.environment["LIFTLOCK_HOME"]

    def status(self):
        return json.loads(self.run("status", self.address, "--json").stdout)


def state():
    return pathlib.Path(ENGINE.json("GET", "/volumes/liftlock")["Mountpoint"])


def helpers():
    return [name for name in names() if name.endswith("-helper")]


class HelperCase(Case):
    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        ENGINE.socket.chmod(0o660)
        os.chown(ENGINE.socket, 0, GROUP)

    def place(self, **config):
        return Hidden(self.folder, **config)

    def assert_data_as_it_was(self, place):
        self.assertEqual(everything(place.data), place.everything)
        self.assert_as_it_was(place)

    def assert_tidy(self, *others):
        self.assertEqual(helpers(), [])
        self.assertEqual([name for name in names() if name not in others], [])


class OfTheEnginesGroup(HelperCase):
    def test_what_there_is(self):
        """The commands that only look, and what they say; nothing is made but for the answer."""
        place = self.place()
        said = self.expect(0, place, "status", "open-webui")
        self.assertIn("this user may not open its data; working in a helper container of its image", said.stderr)
        self.assertIn(f"{place.data.resolve()}/webui.db", said.stdout)
        plan = json.loads(self.expect(0, place, "plan", "open-webui", TO, "--json").stdout)
        self.assertEqual(plan["program"]["to"]["image"], f"{places.IMAGE}:v{TO}")
        self.assertNotIn("database-in-use", [finding["id"] for finding in plan["findings"]])
        self.assertEqual(volumes(), ["data-of-open-webui"])
        self.assert_data_as_it_was(place)
        self.assert_tidy(place.name)

    def test_up_and_back(self):
        """With the trial, rolled back by hand, and the snapshot of the way back put in: every name, owner and time is what it was."""
        place = self.place()
        refused = self.expect(USAGE, place, "change", place.address, TO)
        self.assertIn("this needs a yes", refused.said)
        done = self.expect(CHANGED, place, "change", place.address, TO, "--yes", "--json")
        report = json.loads(done.stdout)  # one document, and nothing else
        self.assertEqual((report["outcome"], report["trial"]["done"]), ("changed", True))
        self.assert_changed(place)
        (kept,) = place.named("-before")
        self.assert_tidy(place.name, kept)
        self.assertEqual(place.status()["unsettled_change"], report["id"])
        self.expect(0, place, "rollback", "open-webui", "--yes")
        self.assert_data_as_it_was(place)
        history = json.loads(self.expect(0, place, "history", place.address, "--json").stdout)
        self.assertEqual([change["outcome"] for change in history["changes"]], ["rolled-back", "rolled-back"])

    def test_backup_and_restore(self):
        place = self.place()
        backup = json.loads(self.expect(0, place, "backup", place.address, "--json").stdout)
        name = backup["snapshot"]["name"]
        self.assertTrue(list(state().glob(f"*/{name}")))
        self.assertEqual(state().stat().st_uid, 0)
        connection = sqlite3.connect(place.database)
        connection.execute("DELETE FROM chat")
        connection.commit()
        connection.close()
        for lost in ("of-somebody", "same", "link"):
            (place.data / "uploads" / lost).unlink()
        self.assertIn(name, self.expect(0, place, "backups", place.address).stdout)
        self.assertIn("Proven by restoring it", self.expect(0, place, "verify", name).stdout)
        self.assertIn("snapshot", self.expect(USAGE, place, "verify", "backup-20200101-000000").stderr)
        self.expect(0, place, "restore", place.address, "latest", "--yes")

        def kept(facts):
            """Snapshots know of no hard links, and a database has the time at which it was put in."""
            return {path: one[:4] if path == "webui.db" else one[:5] for path, one in facts.items()}

        self.assertEqual(kept(everything(place.data)), kept(place.everything))
        self.assert_as_it_was(place)

    def test_a_change_that_fails_goes_back_by_itself(self):
        place = self.place()
        done = self.change(ROLLED_BACK, place, to="0.12.3")
        self.assertIn("KeyError: 'no such thing'", done.said)
        self.assert_data_as_it_was(place)
        self.assert_tidy(place.name, *place.named("-failed"))

    def test_a_volume_without_a_name_stays(self):
        """A helper that goes takes volumes of its image's along; not the data, though nobody else uses it just now."""
        place = self.place(start=False)
        ENGINE.call("DELETE", f"/containers/{place.name}")
        ENGINE.create(place.name, f"{places.IMAGE}:v{FROM}", start=False, Volumes={"/app/backend/data": {}},
                      HostConfig={"Binds": ["/app/backend/data"]})  # fmt: skip
        (mount,) = place.inspect()["Mounts"]
        shutil.copytree(place.data.resolve(), mount["Source"], dirs_exist_ok=True, symlinks=True)
        before = everything(pathlib.Path(mount["Source"]))
        self.assertIn(mount["Source"], self.expect(0, place, "status", place.address).stdout)
        self.assertEqual(everything(pathlib.Path(mount["Source"])), before)

    def test_forbidden(self):
        place = self.place()
        done = self.change(REFUSED, place, LIFTLOCK_HELPER="never")
        self.assertIn("this process cannot open it", done.said)
        self.assert_data_as_it_was(place)
        self.assertEqual(volumes(), ["data-of-open-webui"])

    def test_a_file_that_he_may_read_and_not_write(self):
        """He could make a plan of it, and not a change: then all of it is done in one way."""
        place = self.place(binds=[f"{self.folder}/mine:/app/backend/data"], fixture="open-webui-0.6.18")
        self.assertEqual(self.expect(0, place, "logs", place.address).stderr, "")
        mine = self.folder / "mine"
        shutil.copytree(place.data.resolve(), mine, symlinks=True, dirs_exist_ok=True)
        mine.chmod(0o777)
        (mine / "webui.db").chmod(0o644)
        self.assertIn("may not open its data", self.expect(0, place, "status", place.address).stderr)
        (mine / "webui.db").chmod(0o666)
        self.assertEqual(self.expect(0, place, "status", place.address).stderr, "")


class Interrupted(HelperCase):
    def begin(self, place, *words, program=PROGRAM, **environment):
        return subprocess.Popen([program, "change", place.address, *words], env=place.environment | environment, cwd=place.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **place.identity)  # fmt: skip

    def test_the_helper_is_killed(self):
        """While nobody bears the deployment's name, and before that."""
        for number, point in enumerate(("journal-append)@8", "engine)@5")):
            place = Hidden(self.folder / f"at-{number}", name=f"at-{number}")
            done = place.run("change", place.address, TO, "--yes", "--no-trial", program=FAULTS, LIFTLOCK_FAULT=f"kill({point}")
            self.assertEqual(done.returncode, NEEDS_HAND, done.text)
            self.assertIn("It was killed (exit status 137)", done.said)
            self.assertIn(f"liftlock resume docker:at-{number}", done.said)
            self.expect(0, place, "resume", place.address, "--yes")
            if place.inspect()["Id"] == place.id:
                self.assert_data_as_it_was(place)
            else:
                self.assert_changed(place)
            self.assertIn("no change was interrupted", self.expect(0, place, "resume", place.address).stdout)
        self.assertEqual(helpers(), [])

    def test_who_waits_is_killed(self):
        """The helper goes on to its end: meanwhile nobody else gets in, and afterwards nothing of it is left."""
        place = self.place()
        waiting = self.begin(place, "0.12.2", "--yes", "--no-trial", "--timeout", "4")  # hangs, so that it goes back
        suite.until(lambda: place.named("-before"), 60)
        waiting.kill()
        waiting.wait()
        self.assertEqual(len(helpers()), 1)
        self.assertIn("holds the lock since", self.expect(LOCKED, place, "resume", place.address).said)
        suite.until(lambda: not helpers(), 60)
        self.assertIn("no change was interrupted", self.expect(0, place, "resume", place.address).stdout)
        self.assert_data_as_it_was(place)

    def test_ctrl_c_stops_the_helper(self):
        place = self.place()
        waiting = self.begin(place, "0.12.2", "--yes", "--no-trial")
        suite.until(lambda: place.named("-before"), 60)
        waiting.send_signal(signal.SIGINT)
        said, _ = waiting.communicate(timeout=60)
        self.assertIn(waiting.returncode, (ROLLED_BACK, 130), said)
        self.assertIn("Stopping at the next safe place", said)
        self.assert_data_as_it_was(place)
        self.assertEqual(helpers(), [])


class Asked(HelperCase):
    def test_a_question_is_answered(self):
        place = self.place()
        answers = (("n", 130), ("y", CHANGED))
        for answer, code in answers:
            folder = pathlib.Path(place.environment["HOME"]) / answer
            folder.mkdir()
            os.chown(folder, USER, GROUP)
            command = ["setpriv", f"--reuid={USER}", f"--regid={GROUP}", "--clear-groups", PROGRAM, "change", "open-webui", TO, "--no-trial"]
            screen = terminal.Terminal(folder, command, place.environment | {"TERM": "xterm-256color"})
            self.addCleanup(screen.close)
            screen.sees(r"\[y/N\]", 60)
            screen.types(answer)
            screen.sees(f"ended with {code}", 90)
        self.assert_changed(place)
        self.assertEqual(helpers(), [])


class OverTheNetwork(HelperCase):
    """He has no socket, and may open nothing: all goes through TCP and TLS."""

    def place(self, **config):
        place = super().place(**config)
        ENGINE.socket.chmod(0o600)
        place.environment |= {"DOCKER_HOST": f"tcp://127.0.0.1:{PORT}", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(SCRATCH / "tls/certificates"),
                              "LIFTLOCK_ENGINE_SOCKET": str(ENGINE.socket)}  # fmt: skip
        return place

    def test_a_change(self):
        place = self.place()
        self.change(CHANGED, place)
        self.assert_changed(place)
        self.expect(0, place, "rollback", place.address, "--yes")
        self.assert_data_as_it_was(place)
        self.assertEqual(helpers(), [])

    def test_an_engine_without_a_socket_there(self):
        place = self.place()
        del place.environment["LIFTLOCK_ENGINE_SOCKET"]
        done = self.change(REFUSED, place)
        self.assertIn("there is no socket /var/run/docker.sock", done.said)
        self.assertIn("LIFTLOCK_ENGINE_SOCKET=", done.said)
        self.assert_data_as_it_was(place)
        self.assert_tidy(place.name)


def volumes():
    return sorted(volume["Name"] for volume in ENGINE.json("GET", "/volumes")["Volumes"] or [])


class Engine(engines.Engine):
    """Listens on TCP with TLS, too."""

    def __init__(self, scratch):
        global PORT
        folder = scratch / "tls"
        folder.mkdir()
        client = tls.make(folder)
        for path in (folder, client, *client.iterdir()):
            os.chown(path, USER, GROUP)
        with socket.create_server(("127.0.0.1", 0)) as free:
            PORT = free.getsockname()[1]
        self.listens = ["--host", f"tcp://127.0.0.1:{PORT}", "--tlsverify", "--tlscacert", folder / "ca.pem",
                        "--tlscert", folder / "server.pem", "--tlskey", folder / "server.key"]  # fmt: skip
        super().__init__(scratch)


def prepare(engine):
    places.begin(engine, SCRATCH)
    places.Case.upgraded().chmod(0o644)


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, make=Engine, what="helper containers"))

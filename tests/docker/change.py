#!/usr/bin/env python3
"""The change of a running container, on a real Docker Engine: the data directories were written by real servers, the programs
are simulated (tiny images of the official one's shape that answer, hang, fall over or spoil the data as each test needs).

Usage: tests/docker/change.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import concurrent.futures
import hashlib
import http.client
import http.server
import io
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unittest

import engine as engines
import suite

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = str(pathlib.Path(os.environ.get("LIFTLOCK", ROOT / "build/liftlock")).resolve())
FAULTS = PROGRAM + "-faults"
FROM, TO = "0.6.18", "0.12.4"
IMAGE = "open-webui"
ENGINE = None
SCRATCH = None

CHANGED, FAILED, USAGE, REFUSED, ROLLED_BACK, NEEDS_HAND, LOCKED, KILLED = 0, 1, 2, 3, 4, 5, 6, -9


def unpacked(name):
    folder = SCRATCH / name
    if not folder.exists():
        suite.unpack(name, folder)
    (database,) = folder.rglob("webui.db")
    return database.parent


def contents(folder):
    """Every file with its bytes, mode and owner; without what Liftlock keeps beside."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".liftlock-" not in str(path.relative_to(folder)):
            status = path.stat()
            found[str(path.relative_to(folder))] = (hashlib.sha256(path.read_bytes()).hexdigest(), status.st_mode, status.st_uid, status.st_gid)
    return found


def rows(database):
    """Every row of every table, as the file and its -wal hold them; new ids and times differ from run to run."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        copy = pathlib.Path(folder) / "look.db"
        for suffix in ("", "-wal"):
            if pathlib.Path(str(database) + suffix).exists():
                shutil.copyfile(str(database) + suffix, str(copy) + suffix)
        connection = sqlite3.connect(copy)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")]
        found = {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in tables}
        connection.close()
    return found


def revision(database):
    return rows(database)["alembic_version"]


def titles(database):
    connection = sqlite3.connect(f"file:{database}?immutable=1", uri=True)
    found = connection.execute("SELECT id, user_id, title, created_at, archived, coalesce(pinned, 0), folder_id FROM chat ORDER BY id").fetchall()
    connection.close()
    return found


class Place:
    """A container with its data on a folder of this machine, and a state folder of Liftlock's."""

    def __init__(self, folder, name="open-webui", fixture="open-webui-0.6.18", release=FROM, **config):
        self.folder, self.name = folder, name
        self.data, self.home = folder / "data", folder / "home"
        if not self.data.exists():
            shutil.copytree(unpacked(fixture), self.data, copy_function=shutil.copy2)
        self.environment = {"PATH": os.environ["PATH"], "LIFTLOCK_HOME": str(self.home), "LC_ALL": "C.UTF-8",
                            "DOCKER_HOST": ENGINE.url, "TMPDIR": str(folder), "HOME": str(folder)}  # fmt: skip
        host = config.pop("HostConfig", {})
        binds = config.pop("binds", [f"{self.data}:/app/backend/data"])
        start = config.pop("start", True)
        config = {"Env": ["WEBUI_SECRET_KEY=t0p-s3cret", "MINE=kept"], "Labels": {"mine": "kept"}, "StopSignal": "SIGKILL", **config}
        ENGINE.create(name, f"{IMAGE}:v{release}", start=start, **config,
                      HostConfig={"Binds": binds, "NetworkMode": "web", "RestartPolicy": {"Name": "unless-stopped"},
                                  "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "0"}]}, **host})  # fmt: skip
        self.id = ENGINE.inspect(name)["Id"]
        self.address = f"docker:{name}"
        self.before = contents(self.data)
        self.database = self.data / "webui.db"

    def run(self, *words, program=None, **environment):
        done = subprocess.run([program or PROGRAM, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, cwd=self.folder, env=self.environment | environment)  # fmt: skip
        done.said = " ".join((done.stdout + done.stderr).split())  # lines are wrapped for people
        done.text = f"{words} -> {done.returncode}\nstdout: {done.stdout}\nstderr: {done.stderr}"
        return done

    def inspect(self):
        return ENGINE.inspect(self.name)

    def version(self):
        port = self.inspect()["NetworkSettings"]["Ports"]["8080/tcp"][0]["HostPort"]
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
        connection.request("GET", "/api/version")
        return json.loads(connection.getresponse().read())["version"]

    def named(self, role):
        return [name for name in names() if name.startswith(f"{self.name}.liftlock-") and name.endswith(role)]

    def beside(self):
        return sorted(re.sub(r"liftlock-\d+-\d+-\d+", "liftlock", path.name) for path in self.data.iterdir() if ".liftlock-" in path.name)


def names():
    return sorted(container["Names"][0][1:] for container in ENGINE.json("GET", "/containers/json?all=1"))


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="case-", dir=SCRATCH))
        ENGINE.json("POST", "/networks/create", {"Name": "web"})
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(ENGINE.remove_everything)

    def place(self, **config):
        return Place(self.folder, **config)

    def expect(self, code, place, *words, **environment):
        done = place.run(*words, **environment)
        self.assertEqual(done.returncode, code, done.text)
        return done

    def change(self, code, place, *words, to=TO, **environment):
        return self.expect(code, place, "change", place.address, to, "--yes", *words, **environment)

    def assert_as_it_was(self, place, running=True):
        """The very container under its name, with its policy, on the very bytes."""
        now = place.inspect()
        self.assertEqual(now["Id"], place.id)
        self.assertEqual(now["State"]["Running"], running)
        self.assertEqual(now["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped")
        self.assertEqual(contents(place.data), place.before)
        if running:
            self.assertEqual(place.version(), FROM)

    def assert_changed(self, place, revision_of=None):
        now = place.inspect()
        self.assertNotEqual(now["Id"], place.id)
        self.assertTrue(now["State"]["Running"])
        self.assertEqual(now["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped")
        self.assertEqual(place.version(), TO)
        self.assertEqual(revision(place.database), revision(self.upgraded()))
        (kept,) = place.named("-before")
        old = ENGINE.inspect(kept)
        self.assertEqual((old["Id"], old["State"]["Running"], old["HostConfig"]["RestartPolicy"]["Name"]), (place.id, False, "no"))

    @staticmethod
    def upgraded(fixture="open-webui-0.6.18"):
        """What `db upgrade` makes of a fixture."""
        made = SCRATCH / f"{fixture}.upgraded"
        if not made.exists():
            shutil.copyfile(unpacked(fixture) / "webui.db", made)
            subprocess.run([PROGRAM, "db", "upgrade", "head", "--database", f"sqlite:///{made}"], check=True, capture_output=True)
        return made


class Changed(Case):
    def test_up_and_settled(self):
        place = self.place()
        before = place.inspect()
        done = self.expect(CHANGED, place, "change", "open-webui", f"v{TO}", "--yes")
        self.assertRegex(done.stderr, r"Open WebUI was down for \d+\.\d s\.")
        self.assertIn(f"Changed: docker:open-webui is now at {TO}, verified.", done.stdout)
        self.assert_changed(place)

        # Every row is what `db upgrade` makes of it, and every other file what it was.
        now, expected = rows(place.database), rows(self.upgraded())
        self.assertEqual({table: len(found) for table, found in now.items()}, {table: len(found) for table, found in expected.items()})
        for table in ("chat", "user", "auth", "file"):
            self.assertEqual(now[table], expected[table], table)
        files = contents(place.data)
        self.assertEqual({k: v for k, v in files.items() if not k.startswith("webui.db")},
                         {k: v for k, v in place.before.items() if not k.startswith("webui.db")})  # fmt: skip
        self.assertEqual(files["webui.db"][1:], place.before["webui.db"][1:])

        # The container is the same but for its image.
        after = place.inspect()
        self.assertEqual(after["Config"]["Image"], f"{IMAGE}:v{TO}")
        for member in ("Binds", "NetworkMode", "PortBindings", "RestartPolicy"):
            self.assertEqual(after["HostConfig"][member], before["HostConfig"][member], member)
        self.assertIn("MINE=kept", after["Config"]["Env"])
        self.assertEqual(after["Config"]["Labels"]["mine"], "kept")
        self.assertEqual(after["Config"]["Labels"]["org.opencontainers.image.version"], f"v{TO}")

        report = json.loads(self.expect(0, place, "history", place.address, "--json").stdout)["changes"][0]
        self.assertEqual(report["outcome"], "changed")
        self.assertEqual(report["program"]["to"]["id"], after["Image"])
        self.assertEqual(report["program"]["answered_version"], TO)
        self.assertGreater(report["program"]["downtime_seconds"], 0)

        listed = json.loads(self.expect(0, place, "status", "--json").stdout)["deployments"]
        self.assertEqual([one["deployment"] for one in listed], ["docker:open-webui"])

        # The second time there is nothing to do (T9).
        again = self.change(CHANGED, place)
        self.assertIn("nothing to do", again.stdout)
        self.assertEqual(place.inspect()["Id"], after["Id"])

        self.assertIn("Settled", self.expect(0, place, "settle", place.address, "--now", "--yes").stdout)
        self.assertEqual(names(), ["open-webui"])
        self.assertEqual(place.beside(), [])
        self.assertEqual(place.version(), TO)
        self.expect(REFUSED, place, "rollback", place.address, "--yes")

    def test_and_back_by_hand(self):
        place = self.place()
        self.change(CHANGED, place)
        connection = sqlite3.connect(place.database)
        connection.execute("INSERT INTO tag (id, name, user_id) SELECT 'mine', 'Mine', id FROM user LIMIT 1")
        connection.commit()
        connection.close()
        (place.data / "uploads").mkdir(exist_ok=True)
        (place.data / "uploads" / "later").write_text("written by the new program")
        done = self.expect(0, place, "rollback", place.address, "--yes")
        self.assertIn("tag: 1 new", done.stderr + done.stdout)
        self.assertRegex(done.stderr, r"Open WebUI was down for \d+\.\d s\.")
        self.assert_as_it_was(place)
        # What was written since is kept: the database beside, the other container, the other files aside.
        (kept,) = place.named("-after")
        self.assertFalse(ENGINE.inspect(kept)["State"]["Running"])
        (after,) = place.data.glob("*-after")
        self.assertIn("'mine'", str(rows(after)["tag"]))
        self.assertEqual([p.read_text() for p in place.data.rglob("later")], ["written by the new program"])
        self.expect(REFUSED, place, "rollback", place.address, "--yes")
        self.expect(0, place, "settle", place.address, "--now", "--yes")
        self.assertEqual(names(), ["open-webui"])
        self.change(CHANGED, place)

    def test_a_stopped_one_stays_stopped(self):
        place = self.place(start=False)
        self.change(CHANGED, place)
        self.assertFalse(place.inspect()["State"]["Running"])
        self.assertEqual(place.inspect()["HostConfig"]["RestartPolicy"]["Name"], "unless-stopped")
        self.assertEqual(revision(place.database), revision(self.upgraded()))
        self.expect(0, place, "rollback", place.address, "--yes")
        self.assert_as_it_was(place, running=False)

    def test_the_program_alone(self):
        """Between releases whose databases are the same, and back; the old database is kept all the same."""
        place = self.place()
        self.change(CHANGED, place)
        self.expect(0, place, "settle", place.address, "--now", "--yes")
        before = rows(place.database)
        self.assertIn("the program alone", self.expect(0, place, "plan", place.address, "0.12.1").stdout)
        self.change(CHANGED, place, to="0.12.1")
        self.assertEqual(place.version(), "0.12.1")
        self.assertEqual(rows(place.database), before)
        self.expect(0, place, "rollback", place.address, "--yes")
        self.assertEqual(place.version(), TO)
        self.assertEqual(rows(place.database), before)

    def test_down(self):
        """What the older release cannot hold is agreed to by name, before anything is stopped."""
        place = self.place()
        self.change(CHANGED, place)
        self.expect(0, place, "settle", place.address, "--now", "--yes")
        connection = sqlite3.connect(place.database)
        connection.execute("INSERT INTO calendar (id, user_id, name, is_default, created_at, updated_at) VALUES ('c', 'u', 'Mine', 1, 1, 1)")
        connection.commit()
        connection.close()
        now = place.inspect()["Id"]
        done = self.change(REFUSED, place, to=FROM)
        self.assertIn("--accept-loss", done.stderr)
        self.assertEqual(place.inspect()["Id"], now)
        self.change(CHANGED, place, "--accept-loss", to=FROM)
        self.assertEqual(place.version(), FROM)
        self.assertEqual(titles(place.database), titles(unpacked("open-webui-0.6.18") / "webui.db"))
        self.assertNotIn("calendar", rows(place.database))

    def test_the_secret_key_in_the_container_itself(self):
        key = b"k3y-of-a-layer\n"
        place = self.place(Env=["MINE=kept"])
        put_key(place.name, key)
        self.expect(0, place, "backup", place.address)
        self.change(CHANGED, place)
        self.assertEqual(key_of(place.name), (key, 0o600, 1234))
        for snapshot in place.home.glob("*/backup-*"):
            self.assertEqual((snapshot / "secret-key").read_bytes(), key)
            self.assertIn("docker cp secret-key $'open-webui:/app/backend/.webui_secret_key'", (snapshot / "RESTORE.txt").read_text())
        self.expect(0, place, "rollback", place.address, "--yes")
        self.assertEqual(key_of(place.name), (key, 0o600, 1234))

    def test_one_of_forty(self):
        place = self.place()
        others = {f"other-{n}": ENGINE.create(f"other-{n}", f"{IMAGE}:v{FROM}", start=False) for n in range(39)}
        self.change(CHANGED, place)
        self.assert_changed(place)
        for name, container in others.items():
            now = ENGINE.inspect(name)
            self.assertEqual((now["Id"], now["State"]["Status"], now["Image"]), (container, "created", ENGINE.inspect(place.id)["Image"]))

    def test_backup_and_restore(self):
        place = self.place()
        self.expect(0, place, "backup", "open-webui")
        connection = sqlite3.connect(place.database)
        connection.execute("DELETE FROM chat")
        connection.commit()
        connection.close()
        self.assertIn("backup-", self.expect(0, place, "backups", place.address).stdout)
        self.expect(0, place, "restore", place.address, "latest", "--yes")
        self.assert_as_it_was(place)

    def test_plan_and_rehearsal_touch_nothing(self):
        place = self.place()
        before = untouched(place.name)
        plan = json.loads(self.expect(0, place, "plan", "open-webui", TO, "--json").stdout)
        self.assertEqual(plan["program"]["to"]["image"], f"{IMAGE}:v{TO}")
        self.assertTrue(plan["program"]["here"])
        self.assertEqual([f["id"] for f in plan["findings"] if f["id"] in ("program-must-follow", "database-in-use", "secret-key-elsewhere")], [])
        self.assertIn("not here yet", self.expect(0, place, "plan", "open-webui", "0.9.6").stdout)
        self.expect(0, place, "rehearse", "open-webui", TO, "--yes")
        self.assertEqual(untouched(place.name), before)
        self.assertEqual(contents(place.data), place.before)


def untouched(name):
    """What changes only when somebody does something to a container; its health and the order of its mounts change by themselves."""
    now = ENGINE.inspect(name)
    state = {member: now["State"][member] for member in ("Status", "StartedAt", "FinishedAt", "Pid")}
    return now["Id"], now["Name"], state, now["Config"], now["HostConfig"], now["RestartCount"]


def put_key(container, key):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        entry = tarfile.TarInfo(".webui_secret_key")
        entry.size, entry.mode, entry.uid = len(key), 0o600, 1234
        tar.addfile(entry, io.BytesIO(key))
    ENGINE.call("PUT", f"/containers/{container}/archive?path=/app/backend", data.getvalue(), "application/x-tar")


def key_of(container):
    tar = tarfile.open(fileobj=io.BytesIO(ENGINE.call("GET", f"/containers/{container}/archive?path=/app/backend/.webui_secret_key")))
    (entry,) = tar.getmembers()
    return tar.extractfile(entry).read(), entry.mode & 0o777, entry.uid


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


class Refused(Case):
    """Before anything is done: no snapshot, nothing stopped."""

    def refused(self, place, *says, code=REFUSED, to=TO, words=()):
        before = untouched(place.name)
        done = self.change(code, place, *words, to=to)
        for text in says:
            self.assertIn(text, done.said)
        self.assertEqual(untouched(place.name), before)
        self.assertEqual(contents(place.data), place.before)
        self.assertEqual(list(place.home.glob("*/backup-*")), [])

    def test_states_and_kinds(self):
        place = self.place(HostConfig={"AutoRemove": True, "RestartPolicy": {"Name": "no"}})
        self.refused(place, "It was started with --rm")

    def test_paused(self):
        place = self.place()
        ENGINE.call("POST", f"/containers/{place.name}/pause")
        self.refused(place, "It is paused.", "docker unpause open-webui")
        ENGINE.call("POST", f"/containers/{place.name}/unpause")

    def test_another_container_on_the_same_data(self):
        place = self.place()
        ENGINE.create("second", f"{IMAGE}:v{FROM}", HostConfig={"Binds": [f"{place.data}:/app/backend/data"]})
        self.refused(place, "The container second runs on the same data.", "docker stop second")

    def test_data_that_is_not_to_be_had(self):
        self.refused(self.place(binds=[]), "is on no volume and no folder of the machine")
        ENGINE.remove_everything()
        ENGINE.json("POST", "/networks/create", {"Name": "web"})
        place = self.place(Env=["DATABASE_URL=postgresql://u:p@db/x"])
        self.refused(place, "SQLite database only")
        ENGINE.remove_everything()
        ENGINE.json("POST", "/networks/create", {"Name": "web"})
        place = self.place(binds=[f"{self.folder}/data:/app/backend/data", "uploads:/app/backend/data/uploads"])
        self.refused(place, "is on one mount, and /app/backend/data/uploads on another")

    def test_no_such_tag(self):
        """T10: what the registry does not have is told before any backup."""
        place = self.place()
        with Registry() as registry:
            ENGINE.call("POST", f"/images/{IMAGE}:v{FROM}/tag?repo={registry.name}&tag=v{FROM}-slim")
            ENGINE.call("DELETE", f"/containers/{place.name}?force=1")
            ENGINE.create(place.name, f"{registry.name}:v{FROM}-slim",
                          HostConfig={"Binds": [f"{place.data}:/app/backend/data"], "NetworkMode": "web"})  # fmt: skip
            self.refused(place, f"{registry.name}:v{TO}-slim")
            self.refused(place, "Did you mean", code=USAGE, to="9.9.9")
            self.assertEqual(list(place.home.glob("*/changes/*")), [])

    def test_two_at_once(self):
        place = self.place()
        first = subprocess.Popen([PROGRAM, "change", place.address, "0.12.2", "--yes", "--timeout", "3"], env=place.environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        suite.until(lambda: place.named("-before"))
        done = self.change(LOCKED, place)
        self.assertIn("change", done.stderr)
        self.assertEqual(first.wait(60), ROLLED_BACK)
        self.assert_as_it_was(place)


class Registry:
    """Has a repository of the image, and no tag that it is asked for."""

    def __enter__(self):
        class Server(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = b"{}" if self.path == "/v2/" else b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'
                self.send_response(200 if self.path == "/v2/" else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        self.name = f"127.0.0.1:{self.server.server_port}/open-webui"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Interrupted(Case):
    """T17, with a simulated program: kill -9 at every record of the journal and at every order to the engine, then `resume`."""

    def fresh(self, label):
        folder = self.folder / label
        folder.mkdir()
        return Place(folder, name=label)

    def at_every(self, points, prepare, words, check, step=1):
        """One container for each point (or each `step`th); several at once, since most of it is waiting."""
        place = self.fresh("counted")
        prepare(place)
        words = words(place)
        counts = {}
        log = place.folder / "points"
        done = place.run(*words, program=FAULTS, LIFTLOCK_FAULT=f"count:{log}")
        self.assertEqual(done.returncode, 0, done.text)
        for name in points:
            counts[name] = log.read_text().splitlines().count(name)
            self.assertGreater(counts[name], 5)

        def one(name, n):
            place = self.fresh(f"{name}-{n}")
            prepare(place)
            changed = (place.inspect()["Id"], contents(place.data))
            done = place.run(*[place.address if word == "docker:counted" else word for word in words], program=FAULTS, LIFTLOCK_FAULT=f"kill({name})@{n}")
            # Files that were written just before a snapshot are looked at again: one record more or less.
            self.assertIn(done.returncode, (KILLED, 0) if n == counts[name] else (KILLED,), done.text[-1500:])
            self.expect(0, place, "resume", place.address, "--yes")
            self.assertIn("no change was interrupted", self.expect(0, place, "resume", place.address, "--yes").stdout)
            check(place, *changed)
            return place.inspect()["Id"] == place.id

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            ends = {(name, n): pool.submit(one, name, n) for name in points for n in range(1, counts[name] + 1, step)}
        for point, end in ends.items():
            with self.subTest(killed=point):
                end.result()
        self.assertEqual({end.result() for end in ends.values() if end.exception() is None}, {True, False}, "one of the two ends was never reached")

    def test_a_change(self):
        def check(place, *_):
            if place.inspect()["Id"] != place.id:
                return self.assert_changed(place)
            self.assert_as_it_was(place)
            self.assertEqual([name for name in names() if name.startswith(place.name + ".") and not name.endswith("-failed")], [])
            self.assertEqual(place.beside(), [])

        self.at_every(["journal-append", "engine"], lambda place: None, lambda place: ["change", place.address, TO, "--yes"], check)

    def test_a_rollback(self):
        def check(place, changed, files):
            if place.inspect()["Id"] == place.id:
                return self.assert_as_it_was(place)
            self.assertEqual((place.inspect()["Id"], place.version()), (changed, TO))
            self.assertEqual(contents(place.data), files)
            self.assertEqual(len(place.named("-before")), 1)

        self.at_every(["journal-append", "engine"], lambda place: self.change(CHANGED, place),
                      lambda place: ["rollback", place.address, "--yes"], check, step=2)  # fmt: skip


class EngineDies(Case):
    """T13, with a simulated program: the engine falls over while the new one is waited for, and comes back."""

    def broken(self):
        place = self.place()
        begun = subprocess.Popen([PROGRAM, "change", place.address, "0.12.2", "--yes"], env=place.environment, stdin=subprocess.DEVNULL,
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


def load_images():
    """Under the name of each release: what it does when it is started."""
    serve = " ".join(engines.SERVES)
    loaded = {
        FROM: engines.simulated_open_webui(FROM),
        TO: engines.simulated_open_webui(TO),
        # What fails, each under a release of its own, so that one engine holds them all.
        "0.12.3": engines.simulated_open_webui("0.12.3", "echo 'Context impl SQLiteImpl.'; echo \"KeyError: 'no such thing'\" >&2; exit 3"),
        "0.12.2": engines.simulated_open_webui("0.12.2", "echo 'Running upgrade a -> b'; exec /bin/busybox sleep 1000"),
        "0.12.1": engines.simulated_open_webui("0.12.1"),
        "0.11.1": engines.simulated_open_webui("0.11.1", answers="0.12.0"),
        "0.11.3": engines.simulated_open_webui(
            "0.11.3", f"cd /app/backend/data; echo spoilt > spoilt; /bin/busybox cp /old.db webui.db; exec {serve}",
            files={"old.db": (unpacked("open-webui-0.5.20") / "webui.db").read_bytes()}),
        "0.11.2": engines.simulated_open_webui(
            "0.11.2", "cd /app/backend/data; /bin/busybox cp /old.db new; /bin/busybox mv new webui.db; "
                      f"echo rubbish > webui.db-wal; echo rubbish > webui.db-shm; exec {serve}",
            files={"old.db": (unpacked("open-webui-0.5.20") / "webui.db").read_bytes()}),
    }
    for release, image in loaded.items():
        ENGINE.load_image(f"{IMAGE}:v{release}", *image)


def prepare(_):
    load_images()
    Case.upgraded()


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, what="the change of a container"))

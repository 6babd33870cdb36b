#!/usr/bin/env python3
"""The change of a running container, on a real Docker Engine: what succeeds, and what is refused before anything is done.

Usage: tests/docker/change.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile

import suite
from place import (CHANGED, FAILED, FROM, IMAGE, LOCKED, PROGRAM, REFUSED, ROLLED_BACK, TO, Case, begin, contents, names, revision, rows, titles,
                   unpacked, untouched)  # fmt: skip

ENGINE = None
SCRATCH = None


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

    def test_how_long_nobody_could_use_it(self):
        """As somebody found it who asked all the while; the program takes two seconds before it serves, and the old one answered all along."""
        place = self.place()
        done = self.change(CHANGED, place, to="0.12.0")
        program = json.loads(self.expect(0, place, "history", place.address, "--json").stdout)["changes"][0]["program"]
        self.assertTrue(program["probed"])
        self.assertGreater(program["downtime_seconds"], 2)
        self.assertGreater(program["longest_silence_seconds"], 0.05)
        self.assertIn(f"Open WebUI was down for {program['downtime_seconds']:.1f} s.", done.stderr)
        self.assertIn("asked ten times a second; before that, at most", done.said)

        back = self.expect(0, place, "rollback", place.address, "--yes")
        self.assertIn("Open WebUI was down for ", back.stderr)
        program = json.loads(self.expect(0, place, "history", place.address, "--json").stdout)["changes"][0]["program"]
        self.assertEqual((program["probed"], program["downtime_seconds"] > 0), (True, True))

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
        self.expect(0, place, "rehearse", "open-webui", TO, "--yes")
        self.assertEqual(untouched(place.name), before)
        self.assertEqual(contents(place.data), place.before)


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

    def test_somebody_else_has_the_database_open(self):
        """Who would still have it open when the container is stopped; what runs in the container does not matter."""
        place = self.place()
        with open(place.database, "rb"):
            self.refused(place, "It is open in:", f"process {os.getpid()}:")
        made = ENGINE.json("POST", f"/containers/{place.name}/exec", {"Cmd": ["/bin/busybox", "tail", "-f", "/app/backend/data/webui.db"]})
        ENGINE.call("POST", f"/exec/{made['Id']}/start", {"Detach": True})
        suite.until(lambda: ENGINE.json("GET", f"/exec/{made['Id']}/json")["Pid"] > 0)
        self.change(CHANGED, place)
        self.assert_changed(place)

    def test_data_that_is_not_to_be_had(self):
        self.refused(self.place(binds=[]), "is on no volume and no folder of the machine")
        ENGINE.remove_everything()
        ENGINE.json("POST", "/networks/create", {"Name": "web"})
        place = self.place(Env=["DATABASE_URL=postgresql://u:p@db/x"])
        self.refused(place, "Liftlock saves and restores deployments on PostgreSQL; their version it does not change yet.")
        ENGINE.remove_everything()
        ENGINE.json("POST", "/networks/create", {"Name": "web"})
        place = self.place(binds=[f"{self.folder}/data:/app/backend/data", "uploads:/app/backend/data/uploads"])
        self.refused(place, "is on one mount, and /app/backend/data/uploads on another")

    def test_two_at_once(self):
        place = self.place()
        first = subprocess.Popen([PROGRAM, "change", place.address, "0.12.2", "--yes", "--no-trial", "--timeout", "3"], env=place.environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        suite.until(lambda: place.named("-before"))
        done = self.change(LOCKED, place)
        self.assertIn("change", done.stderr)
        self.assertEqual(first.wait(60), ROLLED_BACK)
        self.assert_as_it_was(place)


class DiskFull(Case):
    """T11: the folder of the snapshots is a small disk of its own."""

    def full(self, place, **limits):
        place.home.mkdir()
        options = ",".join(f"{name}={value}" for name, value in limits.items())
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "liftlock-test", place.home], check=True)
        self.addCleanup(subprocess.run, ["umount", place.home], check=True)
        return untouched(place.name)

    def test_it_is_known_beforehand(self):
        place = self.place()
        before = self.full(place, size="100k")
        done = self.change(REFUSED, place)
        self.assertRegex(done.said, rf"needs \S+ \S+ at its worst moment in {place.home}/\S+; \d+ kB are free")
        self.assertEqual((untouched(place.name), contents(place.data), place.beside()), (before, place.before, []))
        self.assertEqual(list(place.home.glob("*/backup-*")), [])

    def test_it_fills_up_on_the_way(self):
        """There is room for the bytes, but not for so many files: that shows when the backup is written."""
        place = self.place()
        before = self.full(place, size="200m", nr_inodes=11)
        done = self.change(FAILED, place)
        self.assertIn("No space left", done.said)
        self.assertIn("No snapshot was made, and nothing is left of the attempt.", done.said)
        self.assertEqual((untouched(place.name), contents(place.data), place.beside()), (before, place.before, []))
        self.assertEqual(names(), [place.name])
        self.assertEqual(list(place.home.glob("*/backup-*")), [])
        subprocess.run(["mount", "-o", "remount,nr_inodes=10000", place.home], check=True)
        self.expect(0, place, "resume", place.address, "--yes")
        self.change(CHANGED, place)
        self.assert_changed(place)


def prepare(engine):
    begin(engine, SCRATCH)


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, what="the change of a container"))

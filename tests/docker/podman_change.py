#!/usr/bin/env python3
"""The change of a running container on a real Podman: changed, rolled back, failed, killed and resumed, refused.

Usage: tests/docker/podman_change.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import json
import sys

import change_interrupted
import podman_engine
import suite
from place import CHANGED, FROM, IMAGE, REFUSED, ROLLED_BACK, TO, Case, Place, begin, contents, names, revision, rows, untouched
from registry_server import free_port

ENGINE = None
SCRATCH = None


class ByCommand(Place):
    """Made as people make one."""

    def create(self, image, start, config, host):
        words = ["--name", self.name, "--restart", host["RestartPolicy"]["Name"], "--stop-signal", config["StopSignal"]]
        words += [word for bind in host["Binds"] for word in ("-v", bind)]
        words += [word for variable in config["Env"] for word in ("-e", variable)]
        words += [word for label in config["Labels"].items() for word in ("--label", "=".join(label))]
        words += [word for inside in host["PortBindings"] for word in ("-p", f"127.0.0.1:{free_port()}:{inside.split('/')[0]}")]
        ENGINE.command(*(["run", "-d"] if start else ["create"]), *words, *config.get("words", []), image)


class PodmanCase(Case):
    kept_policy = "unless-stopped"  # which Podman cannot take from it; nothing starts what was stopped

    def place(self, **config):
        return ByCommand(self.folder, **config)


class Changed(PodmanCase):
    def test_up_and_back_by_hand(self):
        place = self.place()
        before = place.inspect()
        plan = json.loads(self.expect(0, place, "plan", place.address, TO, "--json").stdout)
        self.assertEqual(plan["program"]["to"]["image"], f"{IMAGE}:v{TO}")
        done = self.expect(CHANGED, place, "change", place.address, f"v{TO}", "--yes")  # with the trial
        self.assertRegex(done.stderr, r"Open WebUI was down for \d+\.\d s\.")
        self.assert_changed(place)
        self.assertEqual([network["Name"] for network in ENGINE.json("GET", "/networks") if "liftlock" in network["Name"]], [])
        now, expected = rows(place.database), rows(self.upgraded())
        for table in ("chat", "user", "auth", "file"):
            self.assertEqual(now[table], expected[table], table)
        after = place.inspect()
        self.assertEqual(after["HostConfig"]["PortBindings"], before["HostConfig"]["PortBindings"])
        self.assertIn("MINE=kept", after["Config"]["Env"])
        self.assertEqual((after["Config"]["Labels"]["mine"], after["Config"]["Image"]), ("kept", f"{IMAGE}:v{TO}"))
        self.assertIn("nothing to do", self.change(CHANGED, place).stdout)

        self.expect(0, place, "rollback", place.address, "--yes")
        self.assert_as_it_was(place)
        self.expect(0, place, "settle", place.address, "--now", "--yes")
        self.assertEqual((names(), place.beside()), (["open-webui"], []))

    def test_on_a_volume(self):
        """That of a container that is stopped, and stays so."""
        ENGINE.command("volume", "create", "open-webui")
        folder = ENGINE.command("volume", "inspect", "--format", "{{.Mountpoint}}", "open-webui")
        place = self.place(binds=["open-webui:/app/backend/data"], start=False)
        ENGINE.command("cp", f"{place.data}/.", "open-webui:/app/backend/data")
        self.change(CHANGED, place)
        self.assertFalse(place.inspect()["State"]["Running"])
        self.assertEqual(revision(suite.pathlib.Path(folder) / "webui.db"), revision(self.upgraded()))

    def test_the_secret_key_in_the_container_itself(self):
        place = self.place(Env=["MINE=kept"])
        (self.folder / "key").write_bytes(b"k3y-of-a-layer\n")
        ENGINE.command("cp", self.folder / "key", f"{place.name}:/app/backend/.webui_secret_key")
        self.change(CHANGED, place)
        ENGINE.command("cp", f"{place.name}:/app/backend/.webui_secret_key", self.folder / "carried")
        self.assertEqual((self.folder / "carried").read_bytes(), b"k3y-of-a-layer\n")


class Failed(PodmanCase):
    def fails(self, place, to, *words, says):
        done = self.change(ROLLED_BACK, place, *words, to=to)
        for text in (*says, "The old container runs again on the old database: all is as it was."):
            self.assertIn(text, done.said)
        self.assert_as_it_was(place)
        # One with a restart policy cannot be kept for certain; its log is.
        self.assertEqual(names(), [place.name])
        self.assertNotIn("is kept as", done.said)
        (log,) = place.home.glob("*/changes/*/program.log")
        return log.read_text()

    def test_it_ends_at_once(self):
        """Its restart policy would start it again and again."""
        self.assertIn("KeyError", self.fails(self.place(), "0.12.3", says=["It ended by itself"]))

    def test_it_hangs(self):
        self.fails(self.place(), "0.12.2", "--timeout", "2", says=["For 2 s it neither answered nor wrote anything new.", "Running upgrade a -> b"])


class Interrupted(PodmanCase, change_interrupted.Interrupted):
    """A change, killed at some records and orders only; change_interrupted.py does it at all, and kills a rollback."""

    test_a_rollback = None

    def fresh(self, label):
        folder = self.folder / label
        folder.mkdir()
        return ByCommand(folder, name=label)

    def at_every(self, points, prepare, words, check, step=1):
        super().at_every(points, prepare, words, check, step=6)


class Refused(PodmanCase):
    def refused(self, place, *says):
        before = untouched(place.name)
        done = self.change(REFUSED, place)
        for text in says:
            self.assertIn(text, done.said)
        self.assertEqual((untouched(place.name), contents(place.data)), (before, place.before))
        self.assertEqual(list(place.home.glob("*/backup-*")), [])
        ENGINE.call("DELETE", f"/containers/{place.name}?force=1")

    def test_what_podman_does_not_tell(self):
        self.refused(self.place(words=["--ip", "10.88.77.7"], start=False), "It was made with --ip.", "docs/reference/engines.md")
        self.refused(self.place(HostConfig={"RestartPolicy": {"Name": "always"}}, start=False), "podman-restart.service would start the old program")
        self.refused(self.place(Labels={"PODMAN_SYSTEMD_UNIT": "open-webui.service"}, start=False), "The systemd unit open-webui.service makes and starts it.")
        self.refused(Place(self.folder, start=False), "It was made through Podman's API, and is on the network web.")


def prepare(engine):
    begin(engine, SCRATCH)
    change_interrupted.ENGINE = engine


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, podman_engine.Podman, "the change of a container of Podman's"))

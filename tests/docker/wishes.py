#!/usr/bin/env python3
"""Which image a wish comes to when a container is changed: tags, digests and other repositories of a real registry, through a real
Docker Engine. The programs are simulated (tiny images of the official one's shape), the data was written by a real server.

Usage: tests/docker/wishes.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import json
import os
import re
import sys

import engine as engines
import place as places
import registry_server
import suite
from place import CHANGED, FAILED, FAULTS, FROM, KILLED, REFUSED, ROLLED_BACK, TO, begin, contents, names, revision, rows, untouched

ENGINE = SCRATCH = REGISTRY = None
PATCH = "0.12.3"  # at the same revision as TO
VERSION = "org.opencontainers.image.version"


def push(repository, *tags, version, label=None, **image):
    """A simulated program; `label` instead of its version. Its digest."""
    files, changes = engines.simulated_open_webui(version, **image)
    config, labels = registry_server.config_of(changes)
    return REGISTRY.push(repository, *tags, files=files, config=config, labels=labels | ({VERSION: label} if label is not None else {}))


def images():
    """By their names; what has none any more does not count."""
    found = ((name, image["Id"]) for image in ENGINE.json("GET", "/images/json") for name in (image["RepoTags"] or []) + (image["RepoDigests"] or []))
    return {name: image for name, image in found if "<none>" not in name}


class Case(places.Case):
    def setUp(self):
        self.hosts = []
        self.addCleanup(self.forget)
        super().setUp()
        self.repository = "open-webui/" + re.sub(r"[^a-z]", "", self.id().lower())[-40:]
        self.name = f"{REGISTRY.host}/{self.repository}"

    def forget(self):
        ENGINE.forget(REGISTRY.host, *self.hosts)

    def deployed(self, tag, **image):
        """A container of an image that was pulled by this tag."""
        digest = push(self.repository, tag, **{"version": FROM, **image})
        ENGINE.call("POST", f"/images/create?fromImage={self.name}&tag={tag}")
        return self.place(image=f"{self.name}:{tag}"), digest

    def plan(self, place, wish):
        return json.loads(self.expect(0, place, "plan", place.address, wish, "--json").stdout)

    def program(self, place):
        """Of the newest change, as `history` tells it."""
        return json.loads(self.expect(0, place, "history", place.address, "--json").stdout)["changes"][0]["program"]

    def refused(self, place, *says, to, code=REFUSED, words=()):
        """Before anything is done: no snapshot, nothing begun, nothing stopped, nothing pulled."""
        before = untouched(place.name), images(), names()
        done = self.change(code, place, *words, to=to)
        for text in says:
            self.assertIn(text, done.said)
        self.assertEqual((untouched(place.name), images(), names()), before)
        self.assertEqual(contents(place.data), place.before)
        self.assertEqual([*place.home.glob("*/backup-*"), *place.home.glob("*/changes/*")], [])

    def runs(self, place, image, digest, version=TO):
        """What is deployed: by this name, exactly this image, on a database that was migrated."""
        now = place.inspect()
        self.assertEqual(now["Config"]["Image"], image)
        self.assertIn(digest, "".join(ENGINE.json("GET", f"/images/{now['Image']}/json")["RepoDigests"]))
        self.assertEqual(place.version(), version)
        self.assertEqual(revision(place.database), revision(self.upgraded()))
        program = self.program(place)
        self.assertEqual((program["to"]["image"], program["to"]["digest"], program["to"]["id"]), (image, digest, now["Image"]))
        return program


class Wished(Case):
    def test_main_is_pulled_before_it_is_planned(self):
        """Its label says "main": which release that is stands in the image alone."""
        place, _ = self.deployed("v" + FROM)
        digest = push(self.repository, "main", version=TO, label="main")
        before = images(), names()
        plan = self.plan(place, "main")
        self.assertEqual((plan["direction"], plan["target_release"], plan["steps"]), ("unknown", None, []))
        self.assertEqual((plan["program"]["to"]["digest"], plan["program"]["here"]), (digest, False))
        self.assertGreater(plan["program"]["to"]["bytes"], 100_000)
        said = self.expect(0, place, "plan", place.address, "main").said
        self.assertIn("not known yet: which release that is, only the program in it tells", said)
        self.assertIn(digest, said)
        self.assertEqual((images(), names()), before)

        done = self.change(CHANGED, place, to="main")
        self.assertIn("only the program in it tells: it is fetched first", done.said)
        program = self.runs(place, f"{self.name}:main", digest)
        self.assertEqual((program["wanted"], program["version"]), ("main", TO))
        self.assertEqual(self.plan(place, "main")["direction"], "none")

    def test_latest_that_moved(self):
        """To another program of the same release: nothing is migrated. What has not moved is not touched (T9)."""
        place, _ = self.deployed("latest")
        first = push(self.repository, "latest", version=TO)
        self.change(CHANGED, place, to="latest")
        self.runs(place, f"{self.name}:latest", first)
        place.id, place.before = place.inspect()["Id"], contents(place.data)

        before = untouched(place.name), images(), names(), len(list(place.home.glob("*/backup-*")))
        for wish in ("latest", first, f"{self.name}:latest"):
            self.assertIn("nothing to do", self.change(CHANGED, place, to=wish).stdout)
        self.assertIn("which is what runs already", self.expect(0, place, "plan", place.address, "latest").said)
        self.assertEqual((untouched(place.name), images(), names(), len(list(place.home.glob("*/backup-*")))), before)

        second = push(self.repository, "latest", version=TO, files={"moved": b"on"})
        plan = self.plan(place, "latest")
        self.assertEqual((plan["direction"], plan["target_release"], plan["program"]["deployed"]), ("none", TO, False))
        data = rows(place.database)
        self.change(CHANGED, place, to="latest")
        self.runs(place, f"{self.name}:latest", second)
        self.assertEqual(rows(place.database), data)
        self.expect(0, place, "rollback", place.address, "--yes")
        self.assertEqual(place.inspect()["Id"], place.id)
        self.assertEqual(rows(place.database), data)

    def test_a_digest_then_a_whole_name(self):
        place, _ = self.deployed("v" + FROM)
        digest = push(self.repository, "v" + TO, version=TO)
        self.change(CHANGED, place, to=digest)
        self.runs(place, f"{self.name}@{digest}", digest)
        listed = json.loads(self.expect(0, place, "versions", place.address, "--json").stdout)
        self.assertEqual([one["deployed"] for one in listed["releases"] if one["tag"] == "v" + TO], [True], listed)
        self.expect(0, place, "settle", place.address, "--now", "--yes")

        other = push(self.repository + "-elsewhere", "mine", version=PATCH, label="")
        self.change(CHANGED, place, to=f"{self.name}-elsewhere:mine")
        self.runs(place, f"{self.name}-elsewhere:mine", other, version=PATCH)

    def test_the_variant_is_kept(self):
        place, _ = self.deployed(f"v{FROM}-cuda")
        push(self.repository, "v" + TO, "latest", version=TO)
        digest = push(self.repository, f"v{TO}-cuda", version=TO, files={"cuda": b"yes"})
        program = self.plan(place, TO)["program"]
        self.assertEqual((program["to"]["image"], program["to"]["digest"]), (f"{self.name}:v{TO}-cuda", digest))
        self.refused(place, 'has no tag "latest-cuda"', 'The variant "cuda" of what is deployed is kept', f"{self.name}:latest", to="latest")

    def test_a_pin(self):
        place, _ = self.deployed("v" + FROM)
        push(self.repository, "v" + TO, "latest", version=TO)
        push(self.repository, "main", version=TO, label="main")
        push(self.repository, "v" + PATCH, version=PATCH)
        config = place.folder / "config.toml"
        words = ("--config", config)

        def pin(to):
            config.write_text(f'[deployment."{place.address}"]\npin = "{to}"\n')

        pin(PATCH)
        self.refused(place, f"It is {TO}, and the configuration pins this deployment to {PATCH}", to="latest", words=words)
        self.refused(place, "It is a release that is not known", to="main", words=words)
        pin("main")
        self.refused(place, "pins this deployment to main", to=TO, words=words)
        pin("0.12")
        self.change(CHANGED, place, *words, to="latest")
        self.assertEqual(place.version(), TO)

    def test_what_is_at_hand_where_nobody_answers(self):
        place, _ = self.deployed("v" + FROM)
        digest = push(self.repository, "v" + TO, version=TO)
        ENGINE.call("POST", f"/images/create?fromImage={self.name}&tag=v{TO}")
        REGISTRY.stop()
        self.addCleanup(lambda: REGISTRY.process.poll() is None or REGISTRY.start())
        self.refused(place, "Couldn't connect to server", to=PATCH, code=FAILED)
        self.assertIn("the registry was not heeded", self.expect(0, place, "plan", place.address, TO).said)
        done = self.change(CHANGED, place)
        self.assertIn("Couldn't connect to server", done.said)
        program = self.runs(place, f"{self.name}:v{TO}", digest)
        self.assertIn("Couldn't connect to server", program["registry_error"])
        self.assertIn("nothing to do", self.change(CHANGED, place).stdout)


class Refused(Case):
    def test_no_such_tag(self):
        """T10: what the registry does not have is told before any backup, with what may have been meant."""
        place, _ = self.deployed("v" + FROM)
        push(self.repository, "v" + TO, "v" + PATCH, "latest", version=TO)
        self.refused(place, f'{self.name} has no tag "v0.12.5".', f"v{TO}", to="v0.12.5")
        self.refused(place, 'has no tag "lastest"', "latest", to="lastest")
        self.refused(place, "has no image", to="sha256:" + 64 * "0")
        self.refused(place, "has no repository", to=f"{self.name}-x:main", code=2)

    def test_a_registry_that_is_lost_in_the_middle(self):
        """T7: the container is not touched, and its data is the same."""
        place, _ = self.deployed("v" + FROM)
        push(self.repository, "v" + TO, version=TO, files={"random": os.urandom(3_000_000)})
        wire = registry_server.Wire(1_500_000, REGISTRY.port)
        self.hosts.append(wire.host)
        self.addCleanup(wire.cut)
        ENGINE.call("DELETE", f"/containers/{place.name}?force=1")
        there = f"{wire.host}/{self.repository}"
        ENGINE.call("POST", f"/images/{self.name}:v{FROM}/tag?repo={there}&tag=v{FROM}")
        place = self.place(image=f"{there}:v{FROM}")
        self.refused(place, "Pulling", "Nothing was changed", to=TO, code=FAILED)
        self.assertLess(wire.left, 0)
        self.assertEqual(place.version(), FROM)

    def test_a_tag_that_names_another_release(self):
        """Told from what is in the image; it was pulled, no more."""
        place, _ = self.deployed("v" + FROM)
        push(self.repository, "v" + TO, version=PATCH, label="v" + TO)
        before = untouched(place.name)
        for _ in range(2):
            done = self.change(REFUSED, place)
            self.assertIn(f"says that it is {TO}, and the program in it is {PATCH}", done.said)
        self.assertEqual(untouched(place.name), before)
        self.assertEqual(contents(place.data), place.before)
        self.assertEqual(list(place.home.glob("*/backup-*")), [])
        self.assertEqual(names(), [place.name])

    def test_one_that_fails_gives_the_name_back(self):
        """What "latest" means on this engine is as it was, too."""
        place, _ = self.deployed("latest")
        before = ENGINE.json("GET", f"/images/{self.name}:latest/json")["Id"]
        push(self.repository, "latest", version=TO, script="echo no; exit 3")
        self.change(ROLLED_BACK, place, to="latest")
        self.assert_as_it_was(place)
        self.assertEqual(ENGINE.json("GET", f"/images/{self.name}:latest/json")["Id"], before)
        (failed,) = place.named("-failed")
        self.assertNotEqual(ENGINE.inspect(failed)["Image"], before)

    def test_killed_while_it_looks_into_an_image(self):
        """What a look leaves behind goes with the next one."""
        place, _ = self.deployed("v" + FROM)
        push(self.repository, "v" + TO, version=TO)
        ENGINE.call("POST", f"/images/create?fromImage={self.name}&tag=v{TO}")
        done = place.run("plan", place.address, TO, program=FAULTS, LIFTLOCK_FAULT="kill(engine-look)@2")
        self.assertEqual(done.returncode, KILLED, done.text)
        self.assertEqual(names(), [place.name, f"{place.name}.liftlock-look"])
        self.plan(place, TO)
        self.assertEqual(names(), [place.name])


def prepare(engine):
    global REGISTRY
    begin(engine, SCRATCH)
    REGISTRY = registry_server.Registry(SCRATCH)


if __name__ == "__main__":
    try:
        sys.exit(suite.main(sys.modules[__name__], prepare, what="wished images of containers"))
    finally:
        if REGISTRY:
            REGISTRY.stop()

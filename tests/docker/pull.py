#!/usr/bin/env python3
"""Images are pulled through a real Docker Engine from a real registry, which is lost in the middle; and what containers
write is read.

Usage: tests/docker/pull.py [TEST…]
"""

import os
import sys
import unittest

import identity
import registry_server
import suite

ENGINE = SCRATCH = REGISTRY = None
SIZE = 6_000_000  # bytes of the image's layer, which cannot be packed


class Case(unittest.TestCase):
    def setUp(self):
        self.addCleanup(ENGINE.remove_everything)

    def images(self):
        return {tag for image in ENGINE.json("GET", "/images/json") for tag in (image["RepoTags"] or []) + (image["RepoDigests"] or [])}

    def forget(self):
        ENGINE.forget(REGISTRY.host)


class Pull(Case):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget)

    def test_a_tag_and_a_digest(self):
        for reference in ("v1", REGISTRY.digest):
            answer = identity.tool("pull", f"{REGISTRY.host}/open-webui", reference)
            self.assertEqual([stage["stage"].split()[0] for stage in answer["stages"]], ["Pulling", "Unpacking"])
            pulling, unpacking = answer["stages"]
            self.assertTrue(pulling["ended"] and unpacking["ended"])
            self.assertGreater(pulling["steps"], 1)
            self.assertGreaterEqual(unpacking["total"], SIZE)
            self.assertEqual(pulling["done"], unpacking["total"])
            self.assertEqual(unpacking["done"], unpacking["total"])
            name = f"{REGISTRY.host}/open-webui" + ("@" if ":" in reference else ":") + reference
            self.assertIn(name, self.images())
            self.assertEqual(answer["id"], ENGINE.json("GET", f"/images/{name}/json")["Id"])
            again = identity.tool("pull", f"{REGISTRY.host}/open-webui", reference)
            self.assertEqual((again["id"], len(again["stages"])), (answer["id"], 1))
            self.forget()

    def test_what_there_is_not(self):
        for repository, reference in (("open-webui", "v9"), ("nothing-here", "v1"), ("open-webui", "sha256:" + 64 * "0")):
            error = identity.tool("pull", f"{REGISTRY.host}/{repository}", reference, code=1)["error"]
            self.assertEqual(error["id"], "image-unknown", error)
            self.assertIn(repository, error["doing"])

    def test_a_registry_that_is_lost_in_the_middle(self):
        before = self.images()
        wire = registry_server.Wire(SIZE // 2, REGISTRY.port)
        error = identity.tool("pull", f"{wire.host}/open-webui", "v1", code=1)["error"]
        self.assertEqual(error["id"], "pull-failed", error)
        self.assertLess(wire.left, 0)
        self.assertEqual(self.images(), before)
        self.assertNotEqual(error["what"], "")
        error = identity.tool("pull", f"{wire.host}/open-webui", "v1", code=1)["error"]
        self.assertEqual(error["id"], "pull-failed", error)
        self.assertIn("refused", error["what"])


class Logs(Case):
    def test_of_both_outputs_until_the_end(self):
        script = "i=0; while [ $i -lt 300 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; printf last"
        for terminal in (False, True):
            name = f"writer-{terminal}"
            ENGINE.create(name, "bare:old", Cmd=["/bin/busybox", "sh", "-c", script], Tty=terminal, HostConfig={"NetworkMode": "none"})
            answer = identity.tool("logs", name)
            lines = [line for _, line in answer["lines"]]
            self.assertEqual([line for line in lines if line.startswith("out")], [f"out {i}" for i in range(300)])
            self.assertEqual([line for line in lines if line.startswith("err")], [f"err {i}" for i in range(300)])
            self.assertIn("last", lines)
            self.assertEqual({line.split()[0] for output, line in answer["lines"] if output == "err"}, set() if terminal else {"err"})

    def test_of_one_that_goes_on(self):
        ENGINE.create("silent", "bare:old", Cmd=["/bin/busybox", "sh", "-c", "echo begun; sleep 60"], HostConfig={"NetworkMode": "none"})
        answer = identity.tool("logs", "silent", 1)
        self.assertEqual((answer["found"], answer["lines"]), (True, [["out", "begun"]]))
        self.assertTrue(ENGINE.inspect("silent")["State"]["Running"])


def prepare(engine):
    global REGISTRY
    identity.ENGINE, identity.SCRATCH = engine, SCRATCH
    identity.prepare(engine)
    try:
        REGISTRY = registry_server.Registry(SCRATCH)
    except registry_server.Unavailable as reason:
        Pull.__unittest_skip__, Pull.__unittest_skip_why__ = True, str(reason)
        print(f"SKIPPED: every pull: {reason}")
        return
    REGISTRY.digest = REGISTRY.push("open-webui", "v1", files={"bin": None, "bin/random": os.urandom(SIZE)})


if __name__ == "__main__":
    try:
        sys.exit(suite.main(sys.modules[__name__], prepare))
    finally:
        if REGISTRY:
            REGISTRY.stop()

#!/usr/bin/env python3
"""The change of a container that runs real Open WebUI, on a real Docker Engine: releases from PyPI in images of the official one's
shape, data that real servers wrote, and answers of the HTTP API before and after, as its users get them.

Usage: tests/docker/real.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import contextlib
import json
import shlex
import sqlite3
import subprocess
import sys
import unittest
import urllib.parse

import suite
from engine import EngineOfRealImages, archive
from open_webui import REPOSITORY, real_image
from real_server import Server
from registry_server import DOCKER_MANIFEST, Registry

PEEWEE, OLD, STRANDS, PATCH, NEW = "0.3.35", "0.6.18", "0.9.6", "0.12.3", "0.12.4"
MEMORY = 1 << 30  # bytes
ENGINE = None
SCRATCH = None


def offer(registry, repository, tag):
    """The newest release under this tag of a registry, with a label that says no more than the tag. The engine has that very image, which is
    told by its id: its layers, more than a gigabyte, are not sent. Pulls are tested with simulated programs (wishes.py)."""
    made = ENGINE.json("POST", "/containers/create", {"Image": f"{REPOSITORY}:v{NEW}"})["Id"]
    label = urllib.parse.quote(f"LABEL org.opencontainers.image.version={tag}", safe="")
    image = ENGINE.json("POST", f"/commit?container={made}&repo={registry.host}/{repository}&tag=made-here&changes={label}", {})["Id"]
    ENGINE.call("DELETE", f"/containers/{made}")
    (config,) = ENGINE.root.glob("image/*/imagedb/content/sha256/" + image.removeprefix("sha256:"))
    blobs = {"config": config.read_bytes(), "layer": b"a layer that is never asked for"}
    config, layer = ({"digest": registry.put_blob(repository, blob), "size": len(blob)} for blob in blobs.values())
    manifest = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST,
                "config": {"mediaType": "application/vnd.docker.container.image.v1+json", **config},
                "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", **layer}]}  # fmt: skip
    return registry.put_manifest(repository, tag, manifest)


class Real(unittest.TestCase):
    maxDiff = None

    def server(self, release, fixture, image=None, **host):
        server = Server(ENGINE, SCRATCH, image or f"{REPOSITORY}:v{release}", fixture, **host)
        self.addCleanup(server.remove)
        return server

    def done(self, server, *words, code=0):
        done = server.run(*words)
        self.assertEqual(done.returncode, code, done.text)
        return done

    def same_chats(self, server, sessions, before):
        """As the sessions that were opened before the change see them."""
        for email, token in sessions.items():
            self.assertEqual(server.chats(token), before[email], email)

    def assert_tried(self, server, before):
        """The new program was started on the copy, and showed its users their chats there."""
        report = json.loads(self.done(server, "history", "open-webui", "--json").stdout)["changes"][0]
        trial = report["trial"]
        self.assertTrue(trial["done"], trial)
        self.assertEqual((trial["users"], trial["not_asked"]), (min(5, len(before)), ""))
        self.assertGreater(trial["chats_listed"], 5)
        self.assertGreater(trial["chats_opened"], 5)
        self.assertGreater(trial["memory_bytes"], 100 << 20)
        self.assertGreater(trial["downtime_seconds"], trial["start_seconds"])

    def test_t3_a_minor_release_up_and_rolled_back(self):
        server = self.server(OLD, "open-webui-0.6.18")
        sessions = {email: server.sign_in(email) for email in server.users()}
        before = {email: server.chats(token) for email, token in sessions.items()}
        self.assertGreater(sum(map(len, before.values())), 10)
        key, identity = server.key(), server.inspect()

        changed = self.done(server, "change", "open-webui", f"v{NEW}", "--yes")
        self.assertRegex(changed.stderr, r"Open WebUI was down for \d+\.\d s")
        self.assert_tried(server, before)
        self.assertEqual(server.version(), NEW)
        self.assertEqual(server.heads()["revision"], "0bd252b206fb")
        self.assertEqual(server.key(), key)
        self.same_chats(server, sessions, before)
        now = server.inspect()
        self.assertEqual(now["Config"]["Image"], f"{REPOSITORY}:v{NEW}")
        self.assertEqual({**now["HostConfig"]}, {**identity["HostConfig"]})
        self.assertIn("MINE=kept", now["Config"]["Env"])
        new_chat = server.ask("/api/v1/chats/new", sessions["admin@example.org"], {"chat": {"title": "since", "history": {"messages": {}}, "messages": []}})
        self.assertEqual(server.ask(f"/api/v1/chats/{new_chat['id']}", sessions["admin@example.org"])["title"], "since")

        self.done(server, "rollback", "open-webui", "--yes")
        self.assertEqual(server.wait()["version"], OLD)
        self.assertEqual(server.inspect()["Id"], identity["Id"])
        self.assertEqual(server.key(), key)
        self.same_chats(server, sessions, before)

    def test_t6_a_program_that_cannot_run_on_this_schema(self):
        """0.6.18 that says it is 0.12.4: a real program, which does not find a column that it starts with. Refused by the trial; without
        one, the old program comes back by itself."""
        repository = make_impostor()
        server = self.server(OLD, "open-webui-0.6.18", f"{repository}:v{OLD}")
        sessions = {email: server.sign_in(email) for email in server.users()}
        before = {email: server.chats(token) for email, token in sessions.items()}
        identity = server.inspect()
        says = ["It ended by itself, with exit status 1.", "sqlite3.OperationalError) no such column: config.id"]

        refused = self.done(server, "change", "open-webui", f"v{NEW}", "--yes", code=3)
        for text in says:
            self.assertIn(text, " ".join(refused.stderr.split()))
        now = server.inspect()
        self.assertEqual((now["Id"], now["State"]["StartedAt"]), (identity["Id"], identity["State"]["StartedAt"]))
        self.assertEqual([one["Names"] for one in ENGINE.json("GET", "/containers/json?all=1")], [["/open-webui"]])

        back = self.done(server, "change", "open-webui", f"v{NEW}", "--yes", "--no-trial", code=4)
        for text in says:
            self.assertIn(text, " ".join(back.stderr.split()))
        self.assertEqual((server.version(), server.inspect()["Id"]), (OLD, identity["Id"]))
        self.assertEqual(server.heads()["revision"], "d31026856c01")
        self.same_chats(server, sessions, before)

    def test_t11_t14_t15_what_fails_leaves_everything_as_it_was(self):
        """Without a trial, which would stop the last two before anything is stopped (trial.py)."""
        repository = f"{REPOSITORY}-failing"
        make_failing(repository)
        server = self.server(OLD, "open-webui-0.6.18", f"{repository}:v{OLD}", Memory=MEMORY, MemorySwap=MEMORY)
        sessions = {email: server.sign_in(email) for email in server.users()}
        before = {email: server.chats(token) for email, token in sessions.items()}
        identity = server.inspect()

        def as_it_was(running_since=None):
            now = server.inspect()
            self.assertEqual((now["Id"], server.wait()["version"], server.heads()["revision"]), (identity["Id"], OLD, "d31026856c01"))
            self.assertEqual(running_since or now["State"]["StartedAt"], now["State"]["StartedAt"])
            self.same_chats(server, sessions, before)

        # T11: the disk of the snapshots is full.
        home = server.folder / "home"
        home.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "liftlock-test", home], check=True)
        try:
            refused = self.done(server, "change", "open-webui", f"v{NEW}", "--yes", code=3)
        finally:
            subprocess.run(["umount", home], check=True)
        self.assertIn("Not enough space on the disk", refused.stdout + refused.stderr)
        as_it_was(identity["State"]["StartedAt"])

        # T14: it answers, and its database is not where the release leaves it.
        back = self.done(server, "change", "open-webui", f"v{NEW}", "--yes", "--no-trial", code=4)
        self.assertIn("its database is at revision d31026856c01 instead of 0bd252b206fb", " ".join(back.stderr.split()))
        as_it_was()

        # T15: the system kills it for its memory.
        back = self.done(server, "change", "open-webui", f"v{PATCH}", "--yes", "--no-trial", code=4)
        self.assertIn("It was killed because it ran out of memory (OOM): the container may have 1.1 GB.", " ".join(back.stderr.split()))
        as_it_was()

    def test_t1_latest_to_main(self):
        """As a registry has them. The label of main says "main", as the official one's does: which release it is stands in the image."""
        registry = Registry(SCRATCH)
        self.addCleanup(registry.stop)
        name = f"{registry.host}/open-webui"
        self.addCleanup(ENGINE.forget, name)
        digest = offer(registry, "open-webui", "main")
        ENGINE.call("POST", f"/images/{REPOSITORY}:v{PATCH}/tag?repo={name}&tag=latest")

        server = self.server(PATCH, "open-webui-0.8.12", image=f"{name}:latest")
        self.assertEqual(server.version(), PATCH)
        session = {server.users()[0]: server.sign_in(server.users()[0])}
        before = {email: server.chats(token) for email, token in session.items()}
        self.assertGreater(sum(map(len, before.values())), 3)
        key = server.key()
        plan = json.loads(self.done(server, "plan", "open-webui", "main", "--json").stdout)
        self.assertEqual((plan["direction"], plan["target_release"], plan["program"]["to"]["digest"]), ("none", NEW, digest))

        # T10: a tag that is not there.
        refused = self.done(server, "change", "open-webui", "mian", "--yes", code=3)
        self.assertIn('has no tag "mian"', " ".join(refused.stderr.split()))
        self.assertRegex(refused.stderr, r"\bmain\b")
        self.assertEqual(list((server.folder / "home").glob("*/backup-*")), [])

        self.done(server, "change", "open-webui", "main", "--yes")
        self.assertEqual(server.version(), NEW)
        self.assertEqual(server.key(), key)
        self.same_chats(server, session, before)
        now = server.inspect()
        self.assertEqual(now["Config"]["Image"], f"{name}:main")
        program = json.loads(self.done(server, "history", "open-webui", "--json").stdout)["changes"][0]["program"]
        self.assertEqual((program["wanted"], program["version"], program["to"]["digest"], program["to"]["id"]), ("main", NEW, digest, now["Image"]))
        self.assertIn("nothing to do", self.done(server, "change", "open-webui", "main", "--yes").stdout)
        self.assertEqual(server.inspect()["Id"], now["Id"])

    def test_t2_t4_t5_a_patch_up_and_down_and_a_minor_release_down(self):
        server = self.server(PATCH, "open-webui-0.8.12")
        sessions = {email: server.sign_in(email) for email in server.users()}
        before = {email: server.chats(token) for email, token in sessions.items()}
        self.assertGreater(sum(map(len, before.values())), 10)

        self.done(server, "change", "open-webui", f"v{NEW}", "--yes")
        self.assertEqual(server.version(), NEW)
        self.same_chats(server, sessions, before)

        down = self.done(server, "change", "open-webui", f"v{PATCH}", "--yes")
        self.assertIn("older", down.stdout + down.stderr)
        self.assertEqual(server.version(), PATCH)
        self.same_chats(server, sessions, before)

        refused = self.done(server, "change", "open-webui", f"v{OLD}", "--yes", code=3)
        self.assertIn("--accept-loss", refused.stdout + refused.stderr)
        self.assertEqual(server.version(), PATCH)
        self.done(server, "change", "open-webui", f"v{OLD}", "--yes", "--accept-loss")
        self.assertEqual(server.version(), OLD)
        self.assertEqual(server.heads()["revision"], "d31026856c01")
        self.same_chats(server, sessions, before)

    def test_t12_to_the_release_that_strands_data(self):
        """0.9.6 by itself stops half-way in this very database, answers all the same, and no later release starts on what it leaves."""
        server = self.server(PEEWEE, "open-webui-0.3.35")
        sessions = {email: server.sign_in(email) for email in server.users()}
        before = {email: server.chats(token) for email, token in sessions.items()}
        self.assertGreater(len(sessions), 1)
        self.assertGreater(sum(map(len, before.values())), 10)
        self.assertIn("release-breaks-user-table", self.done(server, "plan", "open-webui", f"v{STRANDS}").stdout)

        self.done(server, "change", "open-webui", f"v{STRANDS}", "--yes")
        self.assertEqual(server.version(), STRANDS)
        self.assertEqual(server.heads()["revision"], "461111b60977")
        self.same_chats(server, sessions, before)
        with contextlib.closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as connection:
            self.assertNotIn("old_chat", [column[1] for column in connection.execute("PRAGMA table_info(chat)")])
            self.assertEqual(connection.execute("SELECT count(*) FROM chat WHERE chat IS NULL").fetchone(), (0,))
            self.assertGreater(connection.execute("SELECT count(*) FROM chat_message").fetchone()[0], 10)
            settings = connection.execute("SELECT json_type(settings) FROM user WHERE settings IS NOT NULL AND settings != 'null'").fetchall()
            self.assertEqual(set(settings) - {("object",)}, set(), "encoded twice")

        self.done(server, "change", "open-webui", f"v{NEW}", "--yes")
        self.assertEqual(server.version(), NEW)
        self.same_chats(server, sessions, before)


def make_impostor():
    """A repository that has 0.6.18, and the same program once more under the name, the label and the version of 0.12.4, with that one's
    migrations: what can be told without starting it is right."""
    repository, versions = f"{REPOSITORY}-impostor", "/app/backend/open_webui/migrations/versions"
    ENGINE.call("POST", f"/images/{REPOSITORY}:v{OLD}/tag?repo={repository}&tag=v{OLD}")
    model, made = (ENGINE.json("POST", "/containers/create", {"Image": f"{REPOSITORY}:v{release}"})["Id"] for release in (NEW, OLD))
    try:
        package = {"app/package.json": json.dumps({"name": "open-webui", "version": NEW}).encode()}
        ENGINE.call("PUT", f"/containers/{made}/archive?path=/", archive(package), "application/x-tar")
        scripts = ENGINE.call("GET", f"/containers/{model}/archive?path={versions}")
        ENGINE.call("PUT", f"/containers/{made}/archive?path={versions.removesuffix('/versions')}", scripts, "application/x-tar")
        label = urllib.parse.quote(f"LABEL org.opencontainers.image.version={NEW}", safe="")
        ENGINE.call("POST", f"/commit?container={made}&repo={repository}&tag=v{NEW}&changes={label}", {})
    finally:
        for container in (model, made):
            ENGINE.call("DELETE", f"/containers/{container}")
    return repository


def make_failing(repository):
    """0.6.18 as it is; as 0.12.4, that one, which puts its database back to an older revision before it serves; as 0.12.3, that one, which takes
    memory until it is killed."""
    ENGINE.call("POST", f"/images/{REPOSITORY}:v{OLD}/tag?repo={repository}&tag=v{OLD}")
    back = "import sqlite3; c = sqlite3.connect('data/webui.db'); c.execute(\"UPDATE alembic_version SET version_num = 'd31026856c01'\"); c.commit()"
    for release, changes in {NEW: ["ENV ENABLE_DB_MIGRATIONS=false", f"CMD {json.dumps(['bash', '-c', f'python3 -c {shlex.quote(back)}; exec bash start.sh'])}"],
                             PATCH: ['CMD ["tail", "/dev/zero"]']}.items():  # fmt: skip
        made = ENGINE.json("POST", "/containers/create", {"Image": f"{REPOSITORY}:v{release}"})["Id"]
        query = "".join(f"&changes={urllib.parse.quote(change, safe='')}" for change in changes)
        ENGINE.call("POST", f"/commit?container={made}&repo={repository}&tag=v{release}{query}", {})
        ENGINE.call("DELETE", f"/containers/{made}")


def prepare(engine):
    for release in (PEEWEE, OLD, STRANDS, PATCH, NEW):
        real_image(engine, release)


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, EngineOfRealImages, what="real Open WebUI in containers"))

#!/usr/bin/env python3
"""Migrations that are read from images, on a real Docker Engine: releases that are newer than Liftlock, forks, images without
scripts. The scripts are those of real Open WebUI 0.12.4; what is started is real where it says so, else simulated.

Usage: tests/docker/image_migrations.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import contextlib
import io
import json
import pathlib
import sqlite3
import sys
import tarfile
import time
import unittest
import urllib.parse

import engine as engines
import place as places
import suite
from open_webui import REPOSITORY, real_image
from place import CHANGED, FAULTS, FROM, IMAGE, KILLED, REFUSED, TO, Case, contents, names, revision, rows, untouched

ENGINE = None
SCRATCH = None
SCRIPTS = {}  # of real Open WebUI 0.12.4
HEAD = "0bd252b206fb"
VERSIONS = "app/backend/open_webui/migrations/versions"
COLOUR = b'''"""Add colour

Revision ID: feedbeef0001
Revises: 0bd252b206fb
"""

import sqlalchemy as sa
from alembic import op

revision = "feedbeef0001"
down_revision = "0bd252b206fb"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("tag", sa.Column("colour", sa.Text(), nullable=True))


def downgrade():
    op.drop_column("tag", "colour")
'''


def scripts_of(image):
    """{name: text} of the folder, as the engine hands it out."""
    made = ENGINE.create("look", image, start=False)
    try:
        answer = ENGINE.call("GET", f"/containers/{made}/archive?path=/{VERSIONS}")
    finally:
        ENGINE.call("DELETE", f"/containers/{made}?v=1")
    with tarfile.open(fileobj=io.BytesIO(answer)) as tar:
        return {pathlib.PurePath(entry.name).name: tar.extractfile(entry).read() for entry in tar if entry.name.endswith(".py")}


def simulate(version, scripts, folder=VERSIONS, script=None, files=None):
    """A tiny image of that release with these scripts."""
    ENGINE.load_image(f"{IMAGE}:v{version}", *engines.simulated_open_webui(
        version, script, files={f"{folder}/{name}": text for name, text in scripts.items()} | (files or {})))  # fmt: skip


def derive(version, files):
    """Real Open WebUI 0.12.4 that says it is `version`, with further files."""
    made = ENGINE.create("derived", f"{REPOSITORY}:v{TO}", start=False)
    try:
        package = json.dumps({"name": "open-webui", "version": version}).encode()
        ENGINE.call("PUT", f"/containers/{made}/archive?path=/", engines.archive({"app/package.json": package, **files}), "application/x-tar")
        label = urllib.parse.quote(f"LABEL org.opencontainers.image.version={version}", safe="")
        ENGINE.call("POST", f"/commit?container={made}&repo={IMAGE}&tag=v{version}&changes={label}", {})
    finally:
        ENGINE.call("DELETE", f"/containers/{made}?v=1")


def plan_of(case, place, release):
    return json.loads(case.expect(0, place, "plan", place.address, release, "--json").stdout)


class Read(Case):
    def assert_nothing_left(self, place):
        self.assertEqual([name for name in names() if "liftlock" in name], [])
        self.assertEqual(contents(place.data), place.before)

    def refused(self, place, release, *says):
        before = untouched(place.name)
        done = self.change(REFUSED, place, to=release)
        for text in says:
            self.assertIn(text, done.said)
        self.assertEqual(untouched(place.name), before)
        self.assertEqual(list(place.home.glob("*/backup-*")), [])
        self.assert_nothing_left(place)

    def test_the_real_image_in_a_second(self):
        """As many revisions, and the same head, as are compiled in; of a release that is not."""
        place = self.place()
        begun = time.monotonic()
        plan = plan_of(self, place, "0.12.5")
        took = time.monotonic() - begun
        self.assertEqual(plan["migrations"]["revisions"], 66)
        self.assertEqual(plan["migrations"]["head"], HEAD)
        self.assertEqual(plan["target_revision"], HEAD)
        self.assertEqual([step["id"] for step in plan["steps"]], [step["id"] for step in plan_of(self, place, TO)["steps"]])
        self.assertLess(took, 5)  # on a busy machine; alone, the whole plan takes half a second
        self.assert_nothing_left(place)

    def test_forks_and_images_without_scripts(self):
        place = self.place()
        fork = dict(SCRIPTS)
        (last,) = (name for name in fork if name.startswith(HEAD))
        fork[last] = fork[last].replace(b"c92da83b017f", b"b8f2c6d91a04")
        simulate("0.12.6", fork)
        self.refused(place, "0.12.6", "They end at 2: ", HEAD, "c92da83b017f")
        fork = {name: text.replace(HEAD.encode(), b"feedbeef0009") for name, text in SCRIPTS.items()}
        simulate("0.12.6", fork)
        self.refused(place, "0.12.6", f"After c92da83b017f comes feedbeef0009 instead of {HEAD}")
        simulate("0.12.6", {})
        self.refused(place, "0.12.6", "there are no migration scripts")
        simulate("0.12.6", {"a.py": b"revision = made_up()\n"})
        self.refused(place, "0.12.6", "a.py")

    def test_a_known_release_that_is_another_program(self):
        """Its tag says 0.12.0, and it brings two migrations more than 0.12.0 did."""
        place = self.place()
        simulate("0.12.0", SCRIPTS)
        self.refused(place, "0.12.0", f"They end at {HEAD}, and those of 0.12.0 as it was published at b8f2c6d91a04")

    def test_an_installed_package(self):
        """A patch release that this program does not know, and back; nothing of it is real but its scripts."""
        simulate("0.12.7", SCRIPTS, folder="usr/local/lib/python3.12/site-packages/open_webui/migrations/versions")
        place = self.place()
        done = self.change(CHANGED, place, to="0.12.7")
        self.assertIn(f"Read from the image: 66 migrations, up to {HEAD}.", done.said)
        self.assertEqual(place.version(), "0.12.7")
        self.assertEqual(revision(place.database), revision(self.upgraded()))
        done = self.change(CHANGED, place, to=TO)  # downward from a release that nobody knows, on the same schema
        self.assertIn("0.12.7", done.said)
        self.assertEqual(place.version(), TO)
        self.assertEqual(revision(place.database), revision(self.upgraded()))

    def test_migrations_that_only_the_image_knows(self):
        """They are refused with their ids, whether the release is known or not."""
        place = self.place()
        self.addCleanup(places.load_images)
        for release in (TO, "0.13.0"):
            simulate(release, SCRIPTS | {"feedbeef0001_add_colour.py": COLOUR})
            self.refused(place, release, "It brings a migration that this version of Liftlock does not know: feedbeef0001 (Add colour)")

    def test_a_revision_that_nobody_knows(self):
        place = self.place()
        with contextlib.closing(sqlite3.connect(place.database)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = 'feedbeef0008'")
        place.before = contents(place.data)
        simulate("0.12.7", SCRIPTS)
        for release in (TO, "0.12.7"):
            self.refused(place, release, "feedbeef0008", "from a newer release of Open WebUI")

    def test_killed_while_it_looks(self):
        place = self.place()
        simulate("0.12.7", SCRIPTS)
        for point in (1, 2):
            done = place.run("change", place.address, "0.12.7", "--yes", program=FAULTS, LIFTLOCK_FAULT=f"kill(engine-look)@{point}")
            self.assertEqual(done.returncode, KILLED, done.text)
            self.expect(0, place, "resume", place.address, "--yes")
            self.assert_nothing_left(place)


class RealProgram(Case):
    def test_a_patch_release_that_is_not_known(self):
        """Real Open WebUI that says it is 0.12.5, from 0.6.18, and rolled back."""
        place = self.place()
        done = self.change(CHANGED, place, to="0.12.5")
        self.assertIn(f"Read from the image: 66 migrations, up to {HEAD}.", done.said)
        self.assertEqual(place.version(), "0.12.5")
        found, expected = rows(place.database), rows(self.upgraded())
        for table in ("chat", "user", "auth", "file", "alembic_version"):
            self.assertEqual(found[table], expected[table], table)
        self.expect(0, place, "rollback", place.address, "--yes")
        self.assertEqual(place.version(), FROM)
        self.assertEqual(contents(place.data)["webui.db"][0], place.before["webui.db"][0])


def prepare(engine):
    global SCRIPTS
    real_image(engine, TO)
    places.begin(engine, SCRATCH)
    SCRIPTS = scripts_of(f"{REPOSITORY}:v{TO}")
    derive("0.12.5", {})


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, what="migrations that are read from images"))

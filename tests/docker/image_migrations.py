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
import urllib.parse

import engine as engines
import place as places
import suite
from open_webui import REPOSITORY, real_image
from place import CHANGED, FAULTS, FROM, IMAGE, KILLED, REFUSED, ROLLED_BACK, TO, Case, contents, names, revision, rows, untouched

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

    def test_a_known_release_with_more_than_it_had(self):
        place = self.place()
        self.addCleanup(places.load_images)
        simulate(TO, SCRIPTS | {"feedbeef0001_add_colour.py": COLOUR})
        self.refused(place, TO, f"It brings what {TO} as it was published did not: feedbeef0001 (Add colour).")

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


class Tail(Case):
    """Migrations that only the image knows: the program does them itself, on a copy first."""

    def assert_nothing_left(self, place):
        self.assertEqual([name for name in names() if ".liftlock-" in name and not name.endswith("-failed")], [])
        self.assertEqual([name for name in place.beside() if not name.endswith("-after")], [])

    def apply(self, code, place, release, *words):
        return self.expect(code, place, "change", place.address, release, "--yes", *words)

    def test_by_the_real_program(self):
        """Real Open WebUI 0.12.4 that says it is 0.13.0 and has a migration more: native as far as it goes, Alembic for the rest."""
        place = self.place()
        before = untouched(place.name)
        plan = plan_of(self, place, "0.13.0")
        self.assertEqual((plan["engine"], plan["target_revision"]), ("app", "feedbeef0001"))
        self.assertEqual(plan["migrations"]["unknown"], [{"id": "feedbeef0001", "message": "Add colour"}])
        self.assertEqual(plan["steps"][-1]["id"], HEAD)
        for words in ((), ("--engine", "native")):
            done = self.apply(REFUSED, place, "0.13.0", *words)
            self.assertIn("feedbeef0001: Add colour", done.said)
            self.assertIn("--engine app", done.said)
        self.assertIn("Leave --no-trial out.", self.apply(REFUSED, place, "0.13.0", "--engine", "app", "--no-trial").said)
        self.assertEqual((untouched(place.name), contents(place.data)), (before, place.before))
        self.assert_nothing_left(place)

        done = self.apply(CHANGED, place, "0.13.0", "--engine", "app")
        self.assertRegex(done.said, r"On the copy: The program has done its own migrations: [\d,]+ rows in \d+ tables, none is missing. "
                                    r"In the schema: tag/column/colour is new.")  # fmt: skip
        self.assertEqual(place.version(), "0.13.0")
        found, expected = rows(place.database), rows(self.upgraded())
        self.assertEqual(found["alembic_version"], ["('feedbeef0001',)"])
        for table in ("chat", "user", "auth", "file"):
            self.assertEqual(found[table], expected[table], table)
        self.assertIn("nothing to do", self.apply(CHANGED, place, "0.13.0", "--engine", "app").said)
        self.assertIn("feedbeef0001", self.apply(REFUSED, place, TO).said)
        self.expect(0, place, "rollback", place.address, "--yes")
        self.assertEqual(place.version(), FROM)
        self.assertEqual(contents(place.data)["webui.db"][0], place.before["webui.db"][0])

    def spoilt(self, script, name="open-webui"):
        """A container at 0.12.4, and a release 0.13.1 whose migration is `script`: it finds /good.db and /bad.db, which lacks a chat."""
        folder = self.folder / name
        (folder / "data/uploads").mkdir(parents=True)
        (folder / "data/webui.db").write_bytes(self.upgraded().read_bytes())
        for end in ("good", "bad"):
            (folder / end).write_bytes(self.upgraded().read_bytes())
            with contextlib.closing(sqlite3.connect(folder / end)) as connection, connection:
                connection.execute("UPDATE alembic_version SET version_num = 'feedbeef0001'")
                if end == "bad":
                    connection.execute("DELETE FROM chat WHERE rowid = (SELECT min(rowid) FROM chat)")
        simulate("0.13.1", SCRIPTS | {"feedbeef0001_add_colour.py": COLOUR},
                 script=f"cd /app/backend/data; {script}; exec {' '.join(engines.SERVES)}",
                 files={f"{end}.db": (folder / end).read_bytes() for end in ("good", "bad")})  # fmt: skip
        return places.Place(folder, name=name, release=TO)

    def test_that_loses_a_row_on_the_copy(self):
        place = self.spoilt("/bin/busybox cp /bad.db webui.db")
        before = untouched(place.name)
        self.assertIn("in the table chat, 1 are gone", self.apply(REFUSED, place, "0.13.1", "--engine", "app").said)
        self.assertEqual((untouched(place.name), contents(place.data)), (before, place.before))
        self.assert_nothing_left(place)

    def test_killed_before_it_was_trusted(self):
        """`resume` asks the same of it, compared with what native had left."""
        place = self.spoilt("/bin/busybox cp /good.db webui.db")
        words, log = ["0.13.1", "--yes", "--engine", "app"], place.folder / "points"
        done = place.run("change", place.address, *words, program=FAULTS, LIFTLOCK_FAULT=f"count:{log}")
        self.assertEqual(done.returncode, CHANGED, done.text)
        verified = log.read_text().splitlines().count("journal-append") - 1  # and behind it "done"
        other = self.spoilt("/bin/busybox cp /good.db webui.db", name="other")
        done = other.run("change", other.address, *words, program=FAULTS, LIFTLOCK_FAULT=f"kill(journal-append)@{verified}")
        self.assertEqual(done.returncode, KILLED, done.text)
        self.assertIn("none is missing", self.expect(0, other, "resume", other.address, "--yes").said)
        self.assertEqual((other.version(), revision(other.database)), ("0.13.1", ["('feedbeef0001',)"]))
        self.assertEqual([name for name in other.beside() if not name.endswith("-before")], [])

    def test_that_loses_a_row_only_in_the_end(self):
        place = self.spoilt("if [ -e uploads ]; then /bin/busybox cp /bad.db webui.db; else /bin/busybox cp /good.db webui.db; fi")
        self.assertIn("in the table chat, 1 are gone", self.apply(ROLLED_BACK, place, "0.13.1", "--engine", "app").said)
        self.assertEqual((place.inspect()["Id"], place.version()), (place.id, TO))
        self.assertEqual(contents(place.data)["webui.db"], place.before["webui.db"])
        self.assert_nothing_left(place)


def prepare(engine):
    global SCRIPTS
    real_image(engine, TO)
    places.begin(engine, SCRATCH)
    SCRIPTS = scripts_of(f"{REPOSITORY}:v{TO}")
    derive("0.12.5", {})
    derive("0.13.0", {f"{VERSIONS}/feedbeef0001_add_colour.py": COLOUR})


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, engines.EngineOfRealImages, what="migrations that are read from images"))

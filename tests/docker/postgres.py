#!/usr/bin/env python3
"""A container whose database is on a PostgreSQL server, for real against an engine and a server of its own; the program is simulated
and does not use the database. The container knows the server by a name that this machine does not: "db".

Usage: tests/docker/postgres.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import place
import suite
from place import Case

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "differential"))

from cluster import NOT_DURABLE, Cluster, Unavailable  # noqa: E402

ENGINE = None
SCRATCH = None
PASSWORD = "hunter2"


def psql(url, *statements):
    command = ["psql", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-qAt", "-d", url]
    done = subprocess.run([*command, *(word for statement in statements for word in ("-c", statement))], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class OnAServer(Case):
    def setUp(self):
        super().setUp()
        scratch = self.enterContext(tempfile.TemporaryDirectory(prefix="liftlock-docker-"))
        try:
            self.cluster = self.enterContext(Cluster(pathlib.Path(scratch), settings=NOT_DURABLE | {"listen_addresses": "*"}))
        except Unavailable as reason:
            self.skipTest(str(reason))
        with open(self.cluster.folder / "data/pg_hba.conf", "a") as rules:
            rules.write("host all all samenet scram-sha-256\n")
        admin = self.cluster.url("postgres")
        psql(admin, "SELECT pg_reload_conf()", f"CREATE ROLE webui LOGIN PASSWORD '{PASSWORD}' CREATEDB", "CREATE DATABASE chats OWNER webui")
        self.url = self.cluster.url("chats").replace("postgres@", "webui@")
        self.there = self.place(HostConfig={"ExtraHosts": ["db:host-gateway"]}, Env=[
            "DATABASE_TYPE=postgresql", "DATABASE_USER=webui", f"DATABASE_PASSWORD={PASSWORD}", "DATABASE_HOST=db",
            f"DATABASE_PORT={self.cluster.port}", "DATABASE_NAME=chats", "WEBUI_SECRET_KEY=t0p-s3cret"])  # fmt: skip
        self.expect(0, self.there, "db", "upgrade", "head", "--database", self.url, "--yes")
        psql(self.url, "INSERT INTO \"user\" (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at) "
                       "SELECT i, 'n', i || '@x', 'user', '', 1, 1, 1 FROM generate_series(1, 50) i")  # fmt: skip

    def enterContext(self, context):  # unittest has it from Python 3.11 on
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def test_status_backup_and_restore(self):
        status = self.expect(0, self.there, "status", "open-webui", "--json")
        self.assertNotIn(PASSWORD, status.text)
        database = json.loads(status.stdout)["database"]
        self.assertIn("@db:", database["url"])
        self.assertEqual((database["server"]["name"], database["server"]["schema"], database["unread"]), ("chats", "public", None))
        self.assertEqual(database["server"]["through"], self.there.inspect()["NetworkSettings"]["Networks"]["web"]["Gateway"])
        self.assertIn("PostgreSQL 15", self.expect(0, self.there, "status", "open-webui").said)

        proof = json.loads(self.expect(0, self.there, "backup", "open-webui", "--json").stdout)["proof"]
        self.assertEqual(proof["way"], "scratch-database")
        psql(self.url, "DELETE FROM \"user\" WHERE id < '3'")
        uploaded = next(path for path in sorted(self.there.data.rglob("*")) if path.is_file() and "uploads" in str(path))
        uploaded.write_bytes(b"other")
        restored = self.expect(0, self.there, "restore", "open-webui", "latest", "--yes", "--json")
        self.assertNotIn(PASSWORD, restored.text)
        self.assertEqual(psql(self.url, 'SELECT count(*) FROM "user"'), "50")
        self.assert_as_it_was(self.there)

    def test_its_version_is_not_changed(self):
        for command in ("plan", "rehearse", "change"):
            done = self.expect(place.REFUSED, self.there, command, "open-webui", place.TO, "--yes")
            self.assertIn("does not change yet", done.said)
        self.assert_as_it_was(self.there)

    def test_a_container_that_is_gone(self):
        self.expect(0, self.there, "backup", "open-webui")
        place.ENGINE.remove_everything()
        psql(self.url, 'DELETE FROM "user"')
        done = self.expect(place.USAGE, self.there, "restore", "docker:open-webui", "latest", "--yes")
        self.assertIn("DATABASE_URL=", done.said)
        url = self.url.replace("webui@", f"webui:{PASSWORD}@")
        listed = self.expect(0, self.there, "backups", "docker:open-webui", DATABASE_URL=url)
        self.assertIn("backup-", listed.stdout)


def prepare(engine):
    place.begin(engine, SCRATCH)


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, what="a container with its database on PostgreSQL"))

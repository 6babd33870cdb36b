#!/usr/bin/env python3
"""Snapshots of deployments on PostgreSQL, end to end: the real program, on servers of its own (Debian's; 12 and 17 where they
can be had).

usage: postgres_snapshots.py [--build FOLDER] [--only TEXT]... [--keep]

What is saved must come back as it was; what fails must say why, and change nothing: not in the database, not beside it, not in
the files. Last line: the summary.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from urllib.parse import quote

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/differential"))

from cluster import Cluster, Unavailable, programs  # noqa: E402
from session import options_of, scratch_folder  # noqa: E402

FAILED, USAGE, REFUSED = 1, 2, 3
PASSWORD = "s3cret p@ss/wörd:%"
MANY_ROWS = 40


class Skipped(Exception):
    pass


def psql(url, *statements):
    """What the last statement answers: rows of texts."""
    command = ["psql", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-qAt", "-F", "\x1f", "-R", "\x1e", "-d", url]
    for statement in statements:
        command += ["-c", statement]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PGCLIENTENCODING": "UTF8"})
    assert done.returncode == 0, f"{statements}: {done.stderr}"
    return [line.split("\x1f") for line in done.stdout.rstrip("\n").split("\x1e") if line]


def dump(url, *options):
    """Everything of a database, for "nothing was changed"."""
    done = subprocess.run([programs() / "pg_dump", "-d", url, *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = (line for line in done.stdout.splitlines() if not line.startswith(("\\restrict ", "\\unrestrict ")))
    return "\n".join(lines)


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


class Answer:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)

    def check(self, status, *says):
        assert self.status == status, f"exit {self.status}, wanted {status}:\n{self.out}{self.err}"
        assert PASSWORD not in self.out + self.err and quote(PASSWORD, safe="") not in self.out + self.err, "the password is shown"
        for part in says:
            said = " ".join((self.out + self.err).split())  # lines are wrapped for people
            assert part.lower() in said.lower(), f"{part!r} is not said:\n{self.out}{self.err}"
        return self


class Deployment:
    """A database with the tables of Open WebUI and some rows, and a data directory."""

    def __init__(self, world, name, rights="CREATEDB", owner=True, schema=None, cluster=None):
        self.cluster = cluster or world.cluster
        self.folder, self.schema, self.liftlock = world.scratch / name, schema, world.liftlock
        self.data, self.home = self.folder / "data", self.folder / "home"
        self.data.mkdir(parents=True)
        self.role, self.name = f"role of {name}", f'{name} "quoted" ünï'
        self.identifier = identifier(self.name)
        self.admin = self.cluster.url("postgres")
        psql(self.admin, f"CREATE ROLE {identifier(self.role)} LOGIN {rights} PASSWORD '{PASSWORD}'")
        psql(self.admin, f"CREATE DATABASE {self.identifier} TEMPLATE template0 " + (f"OWNER {identifier(self.role)}" if owner else ""))
        self.super = self.cluster.url("").rstrip("/") + "/" + quote(self.name, safe="")
        if not owner:
            psql(self.super, "CREATE SCHEMA IF NOT EXISTS public", f"GRANT ALL ON SCHEMA public TO {identifier(self.role)}")
        if schema:
            psql(self.super, f"CREATE SCHEMA {identifier(schema)} AUTHORIZATION {identifier(self.role)}")
        # SQLAlchemy does not decode the name.
        self.url = f"postgresql://{quote(self.role)}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.cluster.port}/{self.name}"
        self.own = f"postgresql://{quote(self.role)}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.cluster.port}/{quote(self.name, safe='')}"
        if schema:
            self.own += "?options=" + quote(f"-c search_path={identifier(schema)}".replace(" ", "\\ ").replace("-c\\ ", "-c "))
        self.run("db", "upgrade", "head", "--database", self.url).check(0)
        self.fill()
        (self.data / "uploads").mkdir()
        (self.data / "uploads/a file").write_bytes(b"\0content\xff" * 1000)
        (self.data / ".webui_secret_key").write_text("the key")

    def fill(self):
        psql(self.own, FILL)

    def run(self, *arguments, before=(), **environment):
        return Answer(subprocess.run([*before, *self.command(*arguments)], capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL,
                                     env=self.environment() | environment))  # fmt: skip

    def start(self, *arguments, **environment):
        return subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env=self.environment() | environment)  # fmt: skip

    def command(self, *arguments):
        return [str(self.liftlock), "--yes", *map(str, arguments)]

    def environment(self):
        own = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "PG", "LIFTLOCK_"))}
        named = {"DATABASE_URL": self.url} | ({"DATABASE_SCHEMA": self.schema} if self.schema else {})
        return own | {"LIFTLOCK_HOME": str(self.home), "NO_COLOR": "1"} | named

    @property
    def address(self):
        return f"dir:{self.data}"

    def backup(self):
        return self.run("--json", "backup", self.address).check(0).json

    def snapshots(self):
        return sorted(p for p in self.home.glob("*/*backup-*"))

    def rows(self):
        """All that the tables hold, and what they are."""
        return dump(self.super, "-n", identifier(self.schema or "public"))

    def files(self):
        return {str(p.relative_to(self.data)): p.read_bytes() for p in self.data.rglob("*") if p.is_file() and ".liftlock-" not in str(p)}

    def databases(self):
        return sorted(name for (name,) in psql(self.admin, "SELECT datname FROM pg_database"))

    def schemas(self):
        return sorted(name for (name,) in psql(self.super, "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'"))

    @contextlib.contextmanager
    def nothing_changes(self):
        before = self.rows(), self.files(), self.databases(), self.schemas()
        yield
        after = self.rows(), self.files(), self.databases(), self.schemas()
        for what, one, other in zip(("the rows", "the files", "the databases", "the schemas"), before, after):
            assert one == other, f"{what} changed"


# The values are hard to copy: tabs, ends of lines, backslashes, what COPY takes for its end, JSON with \\u0000.
FILL = r"""
INSERT INTO "user" (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at)
  SELECT 'u' || i, E'tab\there\\.\nüñí ' || i, 'u' || i || '@example.org', 'user', '', i, i, i FROM generate_series(1, 20) i;
INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived)
  SELECT 'c' || i, 'u' || (i % 20 + 1), E'\\N ' || i || E'\r\n\\.', json_build_object('history', repeat(md5(i::text), 400), 'x', E'\\u0000\t'), i, i, false
  FROM generate_series(1, 400) i;
"""


def damage(deployment):
    psql(deployment.own, "DELETE FROM chat WHERE id LIKE 'c1%'", "UPDATE \"user\" SET name = 'other'", 'DROP TABLE "file" CASCADE')
    (deployment.data / "uploads/a file").write_text("other")
    (deployment.data / "uploads/new").write_text("new")


def comes_back(deployment, *restore):
    """Backup, damage, restore: everything is as it was, and what was there meanwhile is kept."""
    rows, files = deployment.rows(), deployment.files()
    snapshot = deployment.backup()
    damage(deployment)
    worse = deployment.rows()
    answer = deployment.run("--json", "restore", deployment.address, *(restore or ("latest",))).check(0).json
    assert deployment.rows() == rows, "other rows"
    assert deployment.files() == files, "other files"
    aside = answer["restored"]["aside_schema"]
    assert aside.startswith("liftlock_aside_"), answer
    assert psql(deployment.super, f"SELECT count(*) FROM {aside}.chat") == [["289"]], "what was there is not kept"
    psql(deployment.own, f"DROP SCHEMA {aside} CASCADE")  # as the answer says it
    assert deployment.rows() == rows, "dropping what was kept takes something else along"
    assert worse != rows
    return snapshot


# What works.
def there_and_back(world):
    """An unprivileged role that may create databases; nobody else's things change."""
    deployment = Deployment(world, "plain")
    psql(deployment.super, "CREATE SCHEMA other; CREATE TABLE other.things AS SELECT g AS id FROM generate_series(1, 100) g")
    psql(deployment.admin, "CREATE DATABASE neighbour")
    neighbour = world.cluster.url("neighbour")
    psql(neighbour, "CREATE TABLE t AS SELECT 1 AS a")
    others = lambda: (dump(neighbour), dump(deployment.super, "-n", "other"), psql(deployment.admin, "SELECT rolname, rolpassword FROM pg_authid ORDER BY 1"))
    before, databases = others(), deployment.databases()
    snapshot = comes_back(deployment)
    assert snapshot["proof"]["way"] == "scratch-database", snapshot["proof"]
    assert others() == before, "somebody else's things changed"
    assert deployment.databases() == databases, "a scratch database is left"

    # Nothing differs: nothing is done.
    deployment.run("restore", deployment.address, "latest").check(0, "nothing to do")
    name = snapshot["snapshot"]["name"]
    deployment.run("backups", deployment.address).check(0, name)
    proof = deployment.run("--json", "verify", name).check(0).json["proof"]
    assert proof["way"] == "scratch-database"
    # Without its server it is read back, and that is said.
    elsewhere = deployment.run("verify", deployment.home / next(deployment.home.glob(f"*/{name}")), DATABASE_URL="")
    elsewhere.check(0, "read back", "was not restored")
    deployment.run("prune", deployment.address, "--keep-days", "0").check(0)


def by_hand(world):
    """RESTORE.txt, followed to the letter as far as the database goes."""
    deployment = Deployment(world, "hand")
    rows = deployment.rows()
    deployment.backup()
    folder = deployment.snapshots()[-1]
    text = (folder / "RESTORE.txt").read_text()
    lines = [line.strip() for line in text.splitlines()]
    create = next(line for line in lines if line.startswith("createdb")).replace("NAME", "by_hand")
    restore = next(line for line in lines if line.startswith("zstd -dc database.sql.zst"))
    target = world.cluster.url("by_hand")
    environment = os.environ | {"PGHOST": "127.0.0.1", "PGPORT": str(world.cluster.port), "PGUSER": "postgres"}
    for command in (create, restore.replace("URL", target)):
        done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, env=environment, cwd=folder)
        assert done.returncode == 0, done.stderr
    assert dump(target, "-n", "public") == rows
    manifest = (folder / "manifest.json").read_text()
    assert PASSWORD not in manifest + text and quote(PASSWORD, safe="") not in manifest + text, "the password is in the snapshot"
    assert folder.stat().st_mode & 0o777 == 0o700


def without_createdb(world):
    """Proven in a transaction that is taken back, while the program reads and writes."""
    deployment = Deployment(world, "nocreatedb", rights="NOCREATEDB")
    with deployment.nothing_changes():
        snapshot = deployment.backup()
    assert snapshot["proof"]["way"] == "transaction", snapshot["proof"]
    comes_back(deployment)


def without_rights(world):
    """The schema is somebody else's: read back, and that is said."""
    deployment = Deployment(world, "norights", rights="NOCREATEDB", owner=False)
    with deployment.nothing_changes():
        answer = deployment.run("backup", deployment.address).check(0, "read back", "was not restored", "CREATEDB")
    psql(deployment.own, "DELETE FROM chat")
    # It may not make the schema for what is there either.
    with deployment.nothing_changes():
        deployment.run("restore", deployment.address, "latest").check(FAILED, "permission denied")
    return answer


def with_schema(world):
    deployment = Deployment(world, "schema", schema='My "Schema" ä')
    psql(deployment.super, "CREATE TABLE public.chat AS SELECT 'not ours' AS id")
    public = dump(deployment.super, "-n", "public")
    comes_back(deployment)
    assert dump(deployment.super, "-n", "public") == public


def others_tables(world):
    """Tables of another role in the same schema are neither saved nor touched."""
    deployment = Deployment(world, "others")
    psql(deployment.super, "CREATE TABLE public.foreign_one AS SELECT g FROM generate_series(1, 9) g")
    deployment.backup()
    assert "foreign_one" in json.dumps(json.loads((deployment.snapshots()[-1] / "manifest.json").read_text())["notes"])
    psql(deployment.own, "DELETE FROM chat")
    deployment.run("restore", deployment.address, "latest").check(0)
    assert psql(deployment.super, "SELECT count(*) FROM public.foreign_one") == [["9"]]
    # A view of somebody else's would go on to look at the tables that are moved aside.
    psql(deployment.super, "CREATE SCHEMA reports", "CREATE VIEW reports.chats AS SELECT count(*) FROM public.chat")
    psql(deployment.own, "DELETE FROM chat")
    with deployment.nothing_changes():
        deployment.run("restore", deployment.address, "latest").check(REFUSED, "reports.chats")


def concurrent_writes(world):
    """Of one moment: each chat was written together with its user."""
    deployment = Deployment(world, "writes")
    done = threading.Event()

    def write():
        number = 1000
        while not done.is_set():
            number += 1
            psql(deployment.own, f"""BEGIN; INSERT INTO "user" (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at)
                 VALUES ('w{number}', '', 'w{number}@x', 'user', '', 1, 1, 1);
                 INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived) VALUES ('w{number}', 'w{number}', '', '{{}}', 1, 1, false); COMMIT""")  # fmt: skip

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.5)
        deployment.backup()
    finally:
        done.set()
        writer.join()
    script = subprocess.run(["zstd", "-dcq", deployment.snapshots()[-1] / "database.sql.zst"], capture_output=True, text=True).stdout
    section = lambda table: script.split(f"\nCOPY public.{table} (")[1].split("\n\\.\n")[0]
    ids = lambda table: {line.split("\t")[0] for line in section(table).splitlines()[1:] if line.startswith("w")}
    assert ids("chat") and ids("chat") == ids('"user"'), "not of one moment"


def status_tells(world):
    deployment = Deployment(world, "status")
    with subprocess.Popen(["psql", "-qd", deployment.own], stdin=subprocess.PIPE, env=os.environ | {"PGAPPNAME": "open-webui"}) as session:
        for _ in range(50):
            if psql(deployment.super, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'open-webui'") == [["1"]]:
                break
            time.sleep(0.1)
        status = deployment.run("--json", "status", deployment.address).check(0).json
        deployment.run("status", deployment.address).check(0, "PostgreSQL 15", "schema public", "open-webui")
        # A backup may be taken meanwhile; a restore is refused, and says who is there.
        deployment.backup()
        psql(deployment.super, "DELETE FROM chat")
        with deployment.nothing_changes():
            deployment.run("restore", deployment.address, "latest").check(REFUSED, "open-webui", "Stop the program")
        session.stdin.close()
    database = status["database"]
    assert database["server"]["version"].startswith("15.") and database["server"]["name"] == deployment.name, status
    assert database["revision"] and "open-webui" in json.dumps(database["users"]), status
    for command in ("plan", "rehearse", "change"):
        deployment.run(command, deployment.address, "0.12.4").check(REFUSED, "does not change yet")


# What goes wrong.
def wrong_password(world):
    deployment = Deployment(world, "password")
    psql(deployment.admin, f"ALTER ROLE \"{deployment.role}\" NOLOGIN")
    deployment.run("backup", deployment.address).check(FAILED, "not permitted to log in")
    deployment.run("status", deployment.address, DATABASE_URL="postgresql://postgres@127.0.0.1:1/x").check(FAILED, "Connection refused")
    assert not deployment.snapshots()


def which_database(world):
    """A file that Open WebUI does not use any more is not taken for the database, nor a server that nothing names."""
    deployment = Deployment(world, "which")
    deployment.backup()
    deployment.run("backup", deployment.address, DATABASE_URL="").check(USAGE, "when Liftlock last worked on it")
    (deployment.data / "webui.db").write_bytes(b"")
    deployment.run("backup", deployment.address).check(USAGE, "there is a webui.db")
    (deployment.data / "webui.db").unlink()
    (deployment.folder / "empty").mkdir()
    deployment.run("status", f"dir:{deployment.folder / 'empty'}").check(USAGE, "nothing in")


def damaged_snapshot(world):
    deployment = Deployment(world, "damaged")
    deployment.backup()
    folder = deployment.snapshots()[-1]
    artifact = folder / "database.sql.zst"
    good = artifact.read_bytes()
    artifact.write_bytes(good[:5000] + bytes([good[5000] ^ 1]) + good[5001:])
    deployment.run("verify", folder.name).check(FAILED, "database.sql.zst")

    # A row that differs, in a file that is well formed and has the right checksum.
    script = subprocess.run(["zstd", "-dcq"], input=good, capture_output=True).stdout
    forged = subprocess.run(["zstd", "-cq"], input=script.replace(b"u7@example.org", b"u8@example.com", 1), capture_output=True).stdout
    artifact.write_bytes(forged)
    sha = lambda content: subprocess.run(["sha256sum"], input=content, capture_output=True).stdout.split()[0].decode()
    text = (folder / "manifest.json").read_text()
    text = text.replace(sha(good), sha(forged)).replace(f'"bytes": {len(good)}', f'"bytes": {len(forged)}')
    head = text[: text.rindex(',\n"checksum":"')]
    (folder / "manifest.json").write_text(f'{head},\n"checksum":"{sha(head.encode())}"}}\n')
    deployment.run("verify", folder.name).check(FAILED, "rows of the table", "user")
    psql(deployment.own, "DELETE FROM chat")
    with deployment.nothing_changes():
        deployment.run("restore", deployment.address, folder.name).check(FAILED, "rows of the table")
    artifact.unlink()
    deployment.run("verify", folder.name).check(FAILED, "is missing")


def killed_verifying(world):
    """kill -9 while the scratch database is there: the next proof removes it."""
    deployment = Deployment(world, "killed")
    deployment.backup()
    name = deployment.snapshots()[-1].name
    databases = deployment.databases()
    psql(deployment.own, f"INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived) SELECT 'k' || i, 'u1', '', to_json(repeat(md5(i::text), 20000)), 1, 1, false FROM generate_series(1, 60) i")
    for attempt in range(20):
        process = deployment.start("verify" if attempt else "backup", name if attempt else deployment.address)
        if wait_for(lambda: any(n.startswith("liftlock_scratch_") for n in deployment.databases()), process):
            process.send_signal(signal.SIGKILL)
            process.communicate()
            break
        process.communicate()
        name = deployment.snapshots()[-1].name
    assert any(n.startswith("liftlock_scratch_") for n in deployment.databases()), "it was never seen at work"
    for _ in range(50):  # the server notices that its client is gone
        if psql(deployment.admin, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'liftlock'") == [["0"]]:
            break
        time.sleep(0.1)
    deployment.run("verify", deployment.snapshots()[-1].name).check(0)
    assert deployment.databases() == databases, "a scratch database is left"


def wait_for(condition, process):
    while process.poll() is None:
        if condition():
            return True
    return False


def killed_restoring(world):
    """kill -9 while the tables are made: nobody has seen anything of it. A second call completes it."""
    deployment = Deployment(world, "killedrestore")
    psql(deployment.own, "INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived) SELECT 'k' || i, 'u1', '', to_json(repeat(md5(i::text), 20000)), 1, 1, false FROM generate_series(1, 60) i")
    rows = deployment.rows()
    deployment.backup()
    damage(deployment)
    worse, files = deployment.rows(), deployment.files()
    busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'liftlock' AND query LIKE 'COPY % FROM STDIN%'"
    process = deployment.start("restore", deployment.address, "latest")
    seen = wait_for(lambda: psql(deployment.super, busy) != [["0"]], process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert seen, "it was never seen at work"
    for _ in range(100):
        if psql(deployment.super, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'liftlock'") == [["0"]]:
            break
        time.sleep(0.1)
    assert deployment.rows() == worse and deployment.files() == files, "something changed"
    assert deployment.schemas() == ["information_schema", "public"]
    deployment.run("restore", deployment.address, "latest").check(0)
    assert deployment.rows() == rows


def no_room(world):
    """The server's disk is full in the middle of a restore, and Liftlock's own in the middle of a backup."""
    if os.geteuid() != 0:
        raise Skipped("small file systems are for root")
    deployment = Deployment(world, "full")
    deployment.backup()
    small = world.scratch / "small"
    with mounted(small, "24m"):
        shutil.chown(small, "postgres")
        psql(deployment.admin, f"CREATE TABLESPACE small LOCATION '{small}'")
        psql(deployment.admin, f"ALTER DATABASE {deployment.identifier} SET TABLESPACE small")
        psql(deployment.own, "DELETE FROM chat")
        (small / "filler").write_bytes(b"x" * (shutil.disk_usage(small).free - 1_000_000))
        with deployment.nothing_changes():
            deployment.run("restore", deployment.address, "latest").check(FAILED, "No space left", "nothing was changed")
        (small / "filler").unlink()
        psql(deployment.admin, f"ALTER DATABASE {deployment.identifier} SET TABLESPACE pg_default", "DROP TABLESPACE small")
    deployment.run("restore", deployment.address, "latest").check(0)
    home = world.scratch / "small home"
    with mounted(home, "1m"):
        with deployment.nothing_changes():
            deployment.run("backup", deployment.address, LIFTLOCK_HOME=str(home)).check(FAILED, "are needed and")
        assert not list(home.glob("*/*backup-*"))


@contextlib.contextmanager
def mounted(folder, size):
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        raise Skipped(f"no file system can be mounted: {done.stderr}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)  # the server may still hold a file that is gone


def server_dies(world):
    """The postmaster is killed while the snapshot is taken: no snapshot, and a message."""
    with Cluster(world.subfolder("dying")) as cluster:
        deployment = Deployment(world, "dying", cluster=cluster)
        psql(deployment.own, "INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived) SELECT 'k' || i, 'u1', '', to_json(repeat(md5(i::text), 20000)), 1, 1, false FROM generate_series(1, 100) i")
        postmaster = int((cluster.folder / "data/postmaster.pid").read_text().split()[0])
        children = [int(pid) for pid in subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True).stdout.split()]
        process = deployment.start("backup", deployment.address)
        wait_for(lambda: any(deployment.home.glob("*/.backup-*/database.sql.zst")) or any(deployment.home.glob("*/.*/database.sql.zst")), process)
        os.kill(postmaster, signal.SIGKILL)
        for pid in [*children, *(int(p) for p in subprocess.run(["ps", "-o", "pid=", "--ppid", "1", "-C", "postgres"], capture_output=True, text=True).stdout.split() if of_cluster(p, cluster))]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        text = process.communicate()[0]
        assert process.returncode == FAILED, f"exit {process.returncode}: {text}"
        assert not deployment.snapshots(), "half a snapshot is there"
        assert not list(deployment.home.glob("*/.[a-z]*")), "a draft is left"


def of_cluster(pid, cluster):
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/cwd") == str(cluster.folder / "data")
    return False


def version(number, works):
    def case(world):
        binaries = world.server(number)
        with Cluster(world.subfolder(f"v{number}"), binaries) as cluster:
            deployment = Deployment(world, f"v{number}", cluster=cluster)
            if works:
                comes_back(deployment)
                return
            answer = deployment.run("backup", deployment.address).check(REFUSED, f"The server has version {number}", f"postgresql-client-{number}")
            assert not deployment.snapshots(), answer.out

    return case


CASES = {
    "there and back": there_and_back,
    "by hand": by_hand,
    "a role without CREATEDB": without_createdb,
    "a role without any right": without_rights,
    "a schema of its own": with_schema,
    "tables of others": others_tables,
    "concurrent writes": concurrent_writes,
    "status": status_tells,
    "wrong password, no server": wrong_password,
    "which database": which_database,
    "damaged snapshots": damaged_snapshot,
    "kill -9 while proving": killed_verifying,
    "kill -9 while restoring": killed_restoring,
    "no room": no_room,
    "the server dies": server_dies,
    "server 12": version(12, True),
    "server 17 with an older pg_dump": version(17, False),
}


class World:
    def __init__(self, liftlock, cluster, scratch):
        self.liftlock, self.cluster, self.scratch = liftlock, cluster, scratch

    def subfolder(self, name):
        folder = self.scratch / f"server-{name}"
        folder.mkdir()
        return folder

    def server(self, number):
        done = subprocess.run([ROOT / "scripts/postgresql", str(number)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Skipped(done.stderr.strip().splitlines()[-1])
        return pathlib.Path(done.stdout.strip())


def run_case(name, case, world, counts):
    started = time.monotonic()
    try:
        case(world)
        outcome, text = "passed", ""
    except (Skipped, Unavailable) as reason:
        outcome, text = "skipped", str(reason)
    except Exception as error:
        outcome, text = "failed", f"{type(error).__name__}: {error}"
    counts[outcome] += 1
    word = {"passed": "ok     ", "failed": "FAILED ", "skipped": "skipped"}[outcome]
    print(f"{word} {name} ({time.monotonic() - started:.1f} s)", flush=True)
    print("".join(f"        {line}\n" for line in text.splitlines()[:25]), end="", flush=True)


def main():
    options = options_of(__doc__).parse_args()
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with scratch_folder(options.keep) as scratch:
        try:
            with Cluster(scratch) as cluster:
                world = World(options.build.resolve() / "liftlock", cluster, scratch)
                for name, case in CASES.items():
                    if not options.only or any(text in name for text in options.only):
                        run_case(name, case, world, counts)
        except Unavailable as reason:
            print(f"SKIPPED, snapshots of PostgreSQL: {reason}", file=sys.stderr)
            counts["skipped"] += 1
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

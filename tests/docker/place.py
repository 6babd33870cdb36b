"""What tests of a container's change stand on: a container with its data on a folder of this machine. The data directories were
written by real servers, the programs are simulated: tiny images of the official one's shape that answer, hang, fall over or spoil
the data as each test needs.
"""

import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import engine as engines
import suite

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = str(pathlib.Path(os.environ.get("LIFTLOCK", ROOT / "build/liftlock")).resolve())
FAULTS = PROGRAM + "-faults"
FROM, TO = "0.6.18", "0.12.4"
IMAGE = "127.0.0.1:1/open-webui"  # of a registry that never answers: what the engine has is taken
ENGINE = None  # both are set by begin()
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
        self.identity = {}  # of subprocess.run: as whom Liftlock is run
        host = config.pop("HostConfig", {})
        binds = config.pop("binds", [f"{self.data}:/app/backend/data"])
        start = config.pop("start", True)
        image = config.pop("image", f"{IMAGE}:v{release}")
        config = {"Env": ["WEBUI_SECRET_KEY=t0p-s3cret", "MINE=kept"], "Labels": {"mine": "kept"}, "StopSignal": "SIGKILL", **config}
        self.create(image, start, config, {"Binds": binds, "RestartPolicy": {"Name": "unless-stopped"},
                                           "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "0"}]}, **host})  # fmt: skip
        self.id = ENGINE.inspect(name)["Id"]
        self.address = f"docker:{name}"
        self.before = contents(self.data)
        self.database = self.data / "webui.db"

    def create(self, image, start, config, host):
        ENGINE.create(self.name, image, start=start, **config, HostConfig={"NetworkMode": "web", **host})

    def run(self, *words, program=None, **environment):
        done = subprocess.run([program or PROGRAM, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=300, cwd=self.folder, env=self.environment | environment, **self.identity)  # fmt: skip
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


def untouched(name):
    """What changes only when somebody does something to a container; its health and the order of its mounts change by themselves."""
    now = ENGINE.inspect(name)
    state = {member: now["State"][member] for member in ("Status", "StartedAt", "FinishedAt", "Pid")}
    return now["Id"], now["Name"], state, now["Config"], now["HostConfig"], now["RestartCount"]


class Case(unittest.TestCase):
    maxDiff = None
    kept_policy = "no"  # of a container that is kept

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
        """Without the trial, which would stop most of what is wrong with a program; it is tested in trial.py."""
        return self.expect(code, place, "change", place.address, to, "--yes", "--no-trial", *words, **environment)

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
        self.assertEqual((old["Id"], old["State"]["Running"], old["HostConfig"]["RestartPolicy"]["Name"]), (place.id, False, self.kept_policy))

    @staticmethod
    def upgraded(fixture="open-webui-0.6.18"):
        """What `db upgrade` makes of a fixture."""
        made = SCRATCH / f"{fixture}.upgraded"
        if not made.exists():
            shutil.copyfile(unpacked(fixture) / "webui.db", made)
            subprocess.run([PROGRAM, "db", "upgrade", "head", "--database", f"sqlite:///{made}"], check=True, capture_output=True)
        return made


def load_images():
    """Under the name of each release: what it does when it is started."""
    serve = " ".join(engines.SERVES)
    loaded = {
        FROM: engines.simulated_open_webui(FROM),
        TO: engines.simulated_open_webui(TO),
        # What fails or takes its time, each under a release of its own, so that one engine holds them all.
        "0.12.3": engines.simulated_open_webui("0.12.3", "echo 'Context impl SQLiteImpl.'; echo \"KeyError: 'no such thing'\" >&2; exit 3"),
        "0.12.2": engines.simulated_open_webui("0.12.2", "echo 'Running upgrade a -> b'; while :; do echo '\"GET /health HTTP/1.1\" 503'; /bin/busybox sleep 0.2; done"),
        "0.12.0": engines.simulated_open_webui("0.12.0", f"/bin/busybox sleep 2; exec {serve}"),
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


def begin(engine, scratch):
    """Before the first test of a module."""
    global ENGINE, SCRATCH
    ENGINE, SCRATCH = engine, scratch
    engine.forget(f"{IMAGE}:")  # what other modules made: the engine's images are offered where no registry answers
    load_images()
    Case.upgraded()

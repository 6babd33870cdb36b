#!/usr/bin/env python3
"""What Liftlock says of containers, on a real Docker Engine with images made here of the official one's shape, and data
directories that real servers wrote.

Usage: tests/docker/status.py [TEST…]   (LIFTLOCK names another program than build/liftlock)
"""

import http.server
import json
import os
import pathlib
import pty
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

import certificates as tls
import engine as engines
import suite

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = str(pathlib.Path(os.environ.get("LIFTLOCK", ROOT / "build/liftlock")).resolve())
ENGINE = None
SCRATCH = None


def data_directory(name):
    return suite.unpack(name, pathlib.Path(tempfile.mkdtemp(prefix="data-", dir=SCRATCH)))


def contents(folder):
    """Every file with its bytes and time."""
    return {str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns) for p in sorted(folder.rglob("*")) if p.is_file()}


class Proxy(threading.Thread):
    """Carries bytes from a TCP port, with TLS where it is given, to the engine's socket."""

    def __init__(self, context=None):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.context = context
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            if self.context:
                client = self.context.wrap_socket(client, server_side=True)
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(ENGINE.socket))
            back = threading.Thread(target=self.pump, args=(server, client), daemon=True)
            back.start()
            self.pump(client, server)
        except OSError:
            client.close()

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def stop(self):
        self.listener.close()


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="case-", dir=SCRATCH))
        self.environment = {"PATH": os.environ["PATH"], "LIFTLOCK_HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8",
                            "DOCKER_HOST": ENGINE.url, "TMPDIR": str(self.folder)}  # fmt: skip
        self.addCleanup(ENGINE.remove_everything)

    def expect(self, code, *arguments, user=None, **environment):
        done = subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                              cwd=self.folder, env=self.environment | environment, user=user)  # fmt: skip
        self.assertEqual(done.returncode, code, f"{arguments}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done

    def json(self, *arguments, code=0, **environment):
        return json.loads(self.expect(code, *arguments, "--json", **environment).stdout)


class Running(Case):
    def test_a_container_with_its_data_on_a_folder_of_this_machine(self):
        data = data_directory("open-webui-0.6.18")
        before = contents(data)
        ENGINE.json("POST", "/networks/create", {"Name": "web"})
        ENGINE.create("open-webui", "open-webui:v0.6.18", Env=["WEBUI_SECRET_KEY=t0p-s3cret"],
                      HostConfig={"Binds": [f"{data}:/app/backend/data"], "NetworkMode": "web",
                                  "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}})  # fmt: skip
        suite.until(lambda: ENGINE.inspect("open-webui")["State"]["Health"]["Status"] == "healthy")
        port = ENGINE.inspect("open-webui")["NetworkSettings"]["Ports"]["8080/tcp"][0]["HostPort"]

        status = self.json("status", "docker:open-webui")
        self.assertEqual(status["deployment"], "docker:open-webui")
        self.assertEqual(status["data_directory"], "/app/backend/data")
        program = status["program"]
        self.assertEqual((program["version"], program["image"], program["state"], program["health"]),
                         ("0.6.18", "open-webui:v0.6.18", "running", "healthy"))  # fmt: skip
        self.assertEqual(program["image_id"], ENGINE.inspect("open-webui")["Image"])
        self.assertEqual(program["ports"], [f"127.0.0.1:{port} -> 8080/tcp"])
        self.assertEqual(program["mounts"], [{"kind": "bind", "name": None, "source": str(data), "destination": "/app/backend/data"}])
        database = status["database"]
        self.assertEqual((database["kind"], database["path"], database["unread"]), ("sqlite", str(data / "webui.db"), None))
        self.assertEqual(database["lineage"], "peewee")
        self.assertIn("0.6.18", status["releases"])
        self.assertEqual(database["bytes"], (data / "webui.db").stat().st_size)
        self.assertEqual(status["data"]["files"], len(before) - 1)
        self.assertEqual(status["secret_key"], "variable")

        # The same by its bare name, for a person; and as the data directory that it is.
        text = self.expect(0, "status", "open-webui").stdout
        for part in ("docker:open-webui\n", "healthy", f"127.0.0.1:{port} -> 8080/tcp", "in WEBUI_SECRET_KEY", str(data / "webui.db")):
            self.assertIn(part, text)
        self.assertNotIn("t0p-s3cret", text + json.dumps(status))
        directly = self.json("status", f"dir:{data}")
        for member in ("revision", "lineage", "peewee_migrations", "leftovers"):
            self.assertEqual(directly["database"][member], database[member])
        self.assertEqual(directly["data"], status["data"])
        self.assertEqual(contents(data), before)

    def test_a_stopped_container_whose_volume_this_user_may_not_read(self):
        """Without a helper, its database is copied out through the engine, with the newest writes that are in the -wal only."""
        data = data_directory("open-webui-0.8.12")
        holder = sqlite3.connect(data / "webui.db")  # as long as it is open, its writes stay in the -wal
        holder.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; UPDATE alembic_version SET version_num = 'c0ffee'")
        self.assertGreater((data / "webui.db-wal").stat().st_size, 0)
        ENGINE.create("chat", "open-webui:v0.6.18", start=False, HostConfig={"Binds": ["chat:/app/backend/data"]})
        volume = pathlib.Path(ENGINE.json("GET", "/volumes/chat")["Mountpoint"])
        for file in ("webui.db", "webui.db-wal"):
            shutil.copy2(data / file, volume / file)
        holder.close()
        before = contents(volume)

        os.chmod(ENGINE.socket, 0o666)
        self.addCleanup(os.chmod, ENGINE.socket, 0o600)
        self.folder.chmod(0o777)
        status = self.json("status", "docker:chat", user=65534, LIFTLOCK_HELPER="never")
        self.assertEqual(status["program"]["state"], "created")
        self.assertIsNone(status["program"]["health"])
        self.assertEqual((status["database"]["revision"], status["database"]["known_revision"]), ("c0ffee", False))
        self.assertIsNone(status["database"]["path"])
        self.assertIsNone(status["data"])
        self.assertEqual(contents(volume), before)
        self.assertEqual(list(self.folder.glob("liftlock-status-*")), [])

    def test_what_would_go_with_the_container(self):
        ENGINE.create("bare", "open-webui:v0.6.18", Env=["WEBUI_SECRET_KEY="])
        self.assertEqual(self.json("status", "bare")["secret_key"], "none")
        ENGINE.execute("bare", "/bin/busybox", "touch", "/app/backend/.webui_secret_key")
        status = self.json("status", "bare")
        self.assertEqual(status["secret_key"], "layer")
        self.assertEqual(status["database"]["unread"]["id"], "file-missing")
        text = self.expect(0, "status", "bare").stdout
        self.assertIn("The data goes with the container", text)
        self.assertIn("The secret key goes with the container", text)

    def test_a_database_on_a_server(self):
        ENGINE.create("pg", "open-webui:v0.6.18", start=False, Env=["DATABASE_URL=postgres://webui:hunter2@127.0.0.1:1/webui"],
                      HostConfig={"Binds": ["pg:/app/backend/data"]})  # fmt: skip
        done = self.expect(0, "status", "pg", "--json")
        self.assertNotIn("hunter2", done.stdout)
        database = json.loads(done.stdout)["database"]
        self.assertEqual((database["kind"], database["unread"]["id"]), ("postgresql", "database-open"))
        self.assertIn("webui:***@127.0.0.1:1", database["url"])

    def test_all_of_them(self):
        data = data_directory("open-webui-0.5.20")
        ENGINE.create("b-web", "open-webui:v0.6.18", start=False)
        ENGINE.create("a-web", "something/else:1", start=False, HostConfig={"Binds": [f"{data}:/app/backend/data"]})
        ENGINE.create("other", "something/else:1", start=False)
        listed = self.json("status")
        self.assertEqual([one["deployment"] for one in listed["deployments"]], ["docker:a-web", "docker:b-web"])
        self.assertIn(f"Docker Engine {ENGINE.json('GET', '/version')['Version']} at {ENGINE.url}", listed["engine"])
        self.assertIsNone(listed["engine_error"])
        self.assertIn("0.5.20", listed["deployments"][0]["releases"])
        text = self.expect(0, "status").stdout
        self.assertIn("docker:a-web\n", text)
        self.assertNotIn("docker:other", text)


SPEAKS = "echo one; echo two >&2; printf '\\033[32mgreen\\033[0m \\033]0;title\\007\\n'; exec /bin/busybox httpd -f -p 8080 -h /www\n"


class Logs(Case):
    def setUp(self):
        super().setUp()
        ENGINE.create("webui", "open-webui:speaks")

        def has_spoken():
            return len(self.json("logs", "webui")["lines"]) == 3

        suite.until(has_spoken)

    def on_a_terminal(self, *words, **environment):
        """The process, and the end of its terminal that a person looks at."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = subprocess.Popen([PROGRAM, *words], stdin=theirs, stdout=theirs, stderr=theirs, cwd=self.folder, start_new_session=True,
                                   env=self.environment | environment)  # fmt: skip
        os.close(theirs)
        self.addCleanup(process.wait)
        return process, ours

    def test_what_a_container_has_written(self):
        """A pipe gets the bytes as they are; a terminal nothing that could steer it."""
        done = self.expect(0, "logs", "docker:webui")
        self.assertEqual(sorted(done.stdout.splitlines()), sorted(["one", "two", "\x1b[32mgreen\x1b[0m \x1b]0;title\x07"]))
        self.assertEqual(self.expect(0, "logs", "webui", "--lines", "1").stdout.count("\n"), 1)
        lines = self.json("logs", "webui", "-n", "0")["lines"]
        self.assertIn({"text": "two", "stream": "stderr"}, lines)
        self.assertIn({"text": "one", "stream": "stdout"}, lines)
        process, terminal = self.on_a_terminal("logs", "webui", TERM="dumb")
        self.assertEqual(process.wait(timeout=20), 0)
        shown = os.read(terminal, 65536).decode()
        self.assertIn("green \\x1b]0;title\\x07", shown)
        self.assertNotIn("\x1b", shown)

    def test_waiting_for_more_until_ctrl_c(self):
        process, terminal = self.on_a_terminal("logs", "webui", "--follow")
        shown = b""
        while b"title" not in shown:
            shown += os.read(terminal, 65536)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=20), 0)
        self.assertEqual(ENGINE.inspect("webui")["State"]["Status"], "running")

    def test_waiting_ends_with_the_container(self):
        following = subprocess.Popen([PROGRAM, "logs", "webui", "-f"], stdout=subprocess.PIPE, text=True, env=self.environment, cwd=self.folder)
        self.assertIn(following.stdout.readline(), ("one\n", "two\n"))
        ENGINE.call("POST", "/containers/webui/kill")
        self.assertEqual(len(following.stdout.readlines()), 2)
        self.assertEqual(following.wait(timeout=20), 0)
        following.stdout.close()

    def test_where_there_is_no_log(self):
        self.assertEqual(self.json("logs", "docker:nobody", code=2)["error"]["id"], "instance-unknown")
        data = data_directory("open-webui-0.5.20")
        self.assertEqual(self.json("logs", f"dir:{data}", code=2)["error"]["id"], "nobody-runs-it")
        self.assertEqual(self.json("logs", "webui", "--follow", code=2)["error"]["id"], "option-invalid")
        self.assertIn("at least 0", self.expect(2, "logs", "webui", "--lines", "-1").stderr)


class Doctor(Case):
    def found(self, name, code=0):
        """The findings that are not fine, by their severity."""
        examination = self.json("doctor", name, code=code)
        self.assertEqual(examination["deployment"], f"docker:{name}")
        return {one["id"]: one["severity"] for one in examination["findings"] if one["severity"] != "fine"}

    def test_a_container_that_is_well(self):
        data = data_directory("open-webui-0.6.18")
        ENGINE.json("POST", "/networks/create", {"Name": "web"})
        ENGINE.create("chat", "open-webui:v0.6.18", Env=["WEBUI_SECRET_KEY=t0p-s3cret"],
                      HostConfig={"Binds": [f"{data}:/app/backend/data"], "NetworkMode": "web", "RestartPolicy": {"Name": "always"}})  # fmt: skip
        suite.until(lambda: ENGINE.inspect("chat")["State"]["Health"]["Status"] == "healthy")
        before = contents(data)
        self.assertEqual(self.found("chat"), {"snapshot-missing": "warning"})
        self.assertEqual(contents(data), before)
        text = self.expect(0, "doctor", "chat").stdout
        for line in ("✓ It runs: running, healthy", f"✓ Its data outlives the container: bind {data}", "✓ Its secret key outlives the container",
                     "✓ Its database is intact", "✓ Its schema is that of revision d31026856c01", "✓ Program and database fit: 0.6.18"):  # fmt: skip
            self.assertIn(line, text)
        self.expect(0, "backup", "chat", "--yes")
        self.assertEqual(self.found("chat"), {})
        self.assertNotIn("t0p-s3cret", text)

    def test_one_that_is_not(self):
        """Its data and its key go with it, its tag moves, and something moves it."""
        ENGINE.json("POST", "/networks/create", {"Name": "web"})
        ENGINE.create("chat", "open-webui:main", Env=["WEBUI_SECRET_KEY="], HostConfig={"NetworkMode": "web"})
        ENGINE.execute("chat", "/bin/busybox", "touch", "/app/backend/.webui_secret_key")
        ENGINE.create("keeper", "containrrr/watchtower:1", HostConfig={"NetworkMode": "web"})
        found = self.found("chat", code=1)
        expected = {"data-in-container": "serious", "secret-key-in-container": "warning", "image-moves": "warning", "auto-updater": "warning",
                    "no-restart-policy": "note", "snapshot-missing": "warning"}  # fmt: skip
        self.assertEqual(found, expected)
        self.assertIn("docker cp chat:/app/backend/data DATA_DIR", self.expect(1, "doctor", "chat").stdout)
        ENGINE.call("POST", "/containers/keeper/kill")
        self.assertNotIn("auto-updater", self.found("chat", code=1))

        # A volume that nobody named; all of them at once, where the worst decides.
        ENGINE.create("other", "open-webui:v0.6.18", start=False, Volumes={"/app/backend/data": {}}, HostConfig={"NetworkMode": "web"})
        found = self.found("other", code=1)
        self.assertEqual((found["data-on-anonymous-volume"], found["not-running"]), ("serious", "warning"))
        everything = self.json("doctor", code=1)
        self.assertEqual([one["worst"] for one in everything["deployments"]], ["serious", "serious"])
        self.assertIn("Docker Engine", everything["engine"])

    def test_where_nothing_answers(self):
        nowhere = f"unix://{self.folder}/nothing.sock"
        examination = self.json("doctor", "docker:chat", code=1, DOCKER_HOST=nowhere)
        self.assertEqual([one["id"] for one in examination["findings"]], ["cannot-be-looked-at"])
        self.assertEqual(self.json("doctor", code=1, DOCKER_HOST=nowhere)["engine_error"]["id"], "engine-unreachable")
        self.assertEqual(self.json("doctor", "docker:nobody", code=2)["error"]["id"], "instance-unknown")
        self.assertEqual(self.json("doctor"), {"deployments": [], "engine": self.json("status")["engine"], "engine_error": None})


class Asked(Case):
    def test_no_such_container(self):
        done = self.expect(2, "status", "docker:nobody")
        self.assertIn("has no container of that name", done.stderr)
        for name in ("nobody", "", "../nobody", "no body", "no/body"):
            self.assertEqual(self.json("status", f"docker:{name}", code=2)["error"]["id"], "instance-unknown")
        self.assertEqual(self.json("status", "nobody", code=2)["error"]["id"], "deployment-unknown")

    def test_a_name_that_is_both(self):
        ENGINE.create("webui", "open-webui:v0.6.18", start=False)
        shutil.copytree(data_directory("open-webui-0.5.20"), self.folder / "webui")
        done = self.expect(2, "status", "webui")
        self.assertIn(f"docker:webui or dir:{self.folder}/webui", done.stderr)

    def test_no_engine(self):
        """Whoever asks for a container is told; whoever asks for what there is gets what there is."""
        nowhere = f"unix://{self.folder}/nothing.sock"
        done = self.expect(1, "status", "docker:x", DOCKER_HOST=nowhere)
        self.assertIn(f"{self.folder}/nothing.sock: No such file or directory", done.stderr)
        self.assertIn("Start the engine", done.stderr)
        self.assertEqual(self.json("status", DOCKER_HOST=nowhere)["engine_error"]["id"], "engine-unreachable")
        self.assertEqual(self.json("status", "docker:x", DOCKER_HOST="ftp://x", code=2)["error"]["id"], "engine-address-invalid")

    def test_a_socket_that_may_not_be_used(self):
        self.folder.chmod(0o777)
        done = self.expect(1, "status", "docker:x", user=65534)
        self.assertIn("Permission denied", done.stderr)
        self.assertIn("member of the group", done.stderr)


class OverTheNetwork(Case):
    def setUp(self):
        super().setUp()
        ENGINE.create("webui", "open-webui:v0.6.18", start=False)

    def test_plainly(self):
        proxy = Proxy()
        self.addCleanup(proxy.stop)
        self.assertEqual(self.json("status", "docker:webui", DOCKER_HOST=f"tcp://127.0.0.1:{proxy.port}")["program"]["version"], "0.6.18")

    def test_with_certificates_on_both_sides(self):
        certificates = tls.make(self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        context.load_verify_locations(self.folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        proxy = Proxy(context)
        self.addCleanup(proxy.stop)

        there = {"DOCKER_HOST": f"tcp://127.0.0.1:{proxy.port}", "DOCKER_CERT_PATH": str(certificates)}
        self.assertEqual(self.json("status", "webui", DOCKER_TLS_VERIFY="1", **there)["program"]["version"], "0.6.18")

        # A server that another authority vouches for is not talked to.
        tls.authority(self.folder, "other", "other.key", "certificates/ca.pem")
        error = self.json("status", "docker:webui", code=1, DOCKER_TLS_VERIFY="1", **there)["error"]
        self.assertEqual(error["id"], "engine-tls")
        self.assertIn("DOCKER_CERT_PATH", error["next"])


class OtherEngines(Case):
    """Answers of engines that are not here, by a server of a few lines: which version of the API is spoken to them."""

    def answer(self, version):
        class Server(http.server.BaseHTTPRequestHandler):
            asked = []

            def do_GET(self):
                self.asked.append(self.path)
                body = json.dumps(version if self.path == "/version" else []).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        listed = self.json("status", DOCKER_HOST=f"tcp://127.0.0.1:{server.server_port}")
        return listed, Server.asked

    def test_the_newest_version_that_both_know(self):
        for theirs, least, spoken in (("1.24", "1.12", "1.24"), ("1.41", "1.12", "1.41"), ("1.99", "1.44", "1.56")):
            _, asked = self.answer({"Version": "x", "ApiVersion": theirs, "MinAPIVersion": least})
            self.assertEqual(asked, ["/version", f"/v{spoken}/containers/json?all=1"])

    def test_too_old_or_too_new(self):
        for theirs, least in (("1.23", "1.12"), ("2.3", "2.0")):
            listed, asked = self.answer({"Version": "x", "ApiVersion": theirs, "MinAPIVersion": least})
            self.assertEqual(listed["engine_error"]["id"], "engine-version")
            self.assertIn(f"It speaks versions {least} to {theirs}", listed["engine_error"]["what"])
            self.assertEqual(asked, ["/version"])


def prepare(engine):
    engine.load_image("open-webui:v0.6.18", *engines.simulated_open_webui("0.6.18"))
    engine.load_image("open-webui:main", *engines.simulated_open_webui("0.6.18"))
    files, changes = engines.simulated_open_webui("0.6.18")
    engine.load_image("containrrr/watchtower:1", files, [change for change in changes if "LABEL" not in change])
    engine.load_image("open-webui:speaks", *engines.simulated_open_webui("0.6.18", script=SPEAKS))
    files, changes = engines.simulated_open_webui("0.1.2")
    engine.load_image("something/else:1", {k: v for k, v in files.items() if "package" not in k}, changes[:4])


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare))

"""A container of real Open WebUI, and what its users get from it over its HTTP API."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.request

import suite
from registry_server import free_port

PROGRAM = str(pathlib.Path(os.environ.get("LIFTLOCK", suite.ROOT / "build/liftlock")).resolve())
PASSWORD = "Passw0rd!x"  # of every user of the fixtures


class Server:
    """Open WebUI in a container, its data on a folder of this machine; no secret key is set."""

    def __init__(self, engine, scratch, image, fixture, name="open-webui", **limits):
        self.engine, self.name = engine, name
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="case-", dir=scratch))
        self.database = suite.unpack(fixture, self.folder / "data") / "webui.db"
        self.environment = {"PATH": os.environ["PATH"], "LIFTLOCK_HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8", "DOCKER_HOST": engine.url,
                            "HOME": str(self.folder)}  # fmt: skip
        engine.json("POST", "/networks/create", {"Name": f"web-of-{name}"})
        host = {"Binds": [f"{self.database.parent}:/app/backend/data"], "NetworkMode": f"web-of-{name}", "RestartPolicy": {"Name": "unless-stopped"},
                "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(free_port())}]}, **limits}  # fmt: skip
        engine.create(name, image, HostConfig=host, Env=["MINE=kept"])
        self.wait()

    def remove(self):
        self.engine.remove_everything()
        shutil.rmtree(self.folder)

    def inspect(self):
        return self.engine.inspect(self.name)

    def ask(self, path, token=None, body=None):
        port = self.inspect()["NetworkSettings"]["Ports"]["8080/tcp"][0]["HostPort"]
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode() if body else None,
                                         {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})})  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def wait(self, seconds=180):
        end = time.monotonic() + seconds
        while True:
            try:
                return self.ask("/api/version")
            except (OSError, KeyError, TypeError):
                if time.monotonic() > end or not self.inspect()["State"]["Running"]:
                    log = self.engine.call("GET", f"/containers/{self.name}/logs?stdout=1&stderr=1&tail=30").decode(errors="replace")
                    raise AssertionError(f"Open WebUI does not answer: {log}") from None
                time.sleep(0.3)

    def version(self):
        return self.ask("/api/version")["version"]

    def sign_in(self, email):
        return self.ask("/api/v1/auths/signin", body={"email": email, "password": PASSWORD})["token"]

    def users(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return [email for (email,) in connection.execute("SELECT email FROM auth ORDER BY email")]

    def chats(self, token):
        """Every chat that the program lists for this user, with its title and what was said in it."""
        found, page = {}, 1
        while listed := self.ask(f"/api/v1/chats/?page={page}", token):
            for entry in listed:
                chat = self.ask(f"/api/v1/chats/{entry['id']}", token)
                messages = (chat["chat"].get("history") or {}).get("messages") or {}
                said = {key: (message.get("role"), message.get("content")) for key, message in messages.items()}
                found[entry["id"]] = (chat["title"], chat["archived"], bool(chat.get("pinned")), said)
            page += 1
        return found

    def key(self):
        return self.engine.execute(self.name, "cat", "/app/backend/.webui_secret_key").strip()

    def heads(self):
        done = self.run("db", "current", "--database", f"sqlite:///{self.database}", "--json")
        return json.loads(done.stdout)["current"]

    def run(self, *words, program=PROGRAM, **environment):
        done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, cwd=self.folder,
                              env=self.environment | environment)  # fmt: skip
        done.text = f"{words} -> {done.returncode}\nstdout: {done.stdout}\nstderr: {done.stderr}"
        return done

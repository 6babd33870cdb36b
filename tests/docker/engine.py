"""A Docker Engine of its own: data in ~/.cache/liftlock, its socket in a temporary folder, ended by its process id.

Another one than the machine's: LIFTLOCK_TEST_ENGINE names a folder with its programs (scripts/newest-engine makes one), and
LIFTLOCK_TEST_ENGINE_OPTIONS what dockerd is told besides. Its data is kept apart, since older engines cannot read it.

It shares nothing with an engine that runs already: no bridge of its own, no rules in the firewall. Containers stand on
networks that a test makes, and publish their ports through the engine's proxy.
"""

import copy
import fcntl
import hashlib
import http.client
import io
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
import urllib.parse


class Unavailable(Exception):
    """No engine can be started here."""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(f"{status}: {text}")
        self.status = status


class Client:
    """The tests' own view of an engine, which owes nothing to Liftlock's."""

    own_networks = ("none", "host", "bridge")

    def __init__(self, path):
        self.socket = pathlib.Path(path)
        self.url = f"unix://{path}"

    def call(self, method, path, body=None, content="application/json"):
        connection = UnixConnection(self.socket)
        try:
            data = json.dumps(body).encode() if content == "application/json" and body is not None else body
            connection.request(method, path, data, {"Content-Type": content} if data is not None else {})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise Refused(answer.status, text.decode(errors="replace"))
        return text

    def json(self, method, path, body=None):
        text = self.call(method, path, body)
        return json.loads(text) if text else None

    def api_version(self):
        return tuple(map(int, self.json("GET", "/version")["ApiVersion"].split(".")))

    def create(self, name, image, start=True, **config):
        if "MacAddress" in config and self.api_version() >= (1, 44):  # which wants it at the network
            endpoints = copy.deepcopy(config.pop("NetworkingConfig", {}).get("EndpointsConfig", {})) or {config["HostConfig"]["NetworkMode"]: {}}
            next(iter(endpoints.values()))["MacAddress"] = config.pop("MacAddress")
            config["NetworkingConfig"] = {"EndpointsConfig": endpoints}
        made = self.json("POST", f"/containers/create?name={name}", {"Image": image, **config})
        if start:
            self.call("POST", f"/containers/{made['Id']}/start")
        return made["Id"]

    def inspect(self, name):
        return self.json("GET", f"/containers/{name}/json")

    def execute(self, name, *command):
        made = self.json("POST", f"/containers/{name}/exec", {"Cmd": command, "AttachStdout": True, "AttachStderr": True})
        output = self.call("POST", f"/exec/{made['Id']}/start", {"Detach": False, "Tty": True})
        code = self.json("GET", f"/exec/{made['Id']}/json")["ExitCode"]
        if code != 0:
            raise Refused(code, output.decode(errors="replace"))
        return output

    def remove_everything(self):
        for container in self.json("GET", "/containers/json?all=1"):
            self.call("DELETE", f"/containers/{container['Id']}?force=1&v=1")
        for volume in self.json("GET", "/volumes")["Volumes"] or []:
            self.call("DELETE", f"/volumes/{volume['Name']}?force=1")
        for network in self.json("GET", "/networks"):
            if network["Name"] not in self.own_networks:
                self.call("DELETE", f"/networks/{network['Name']}")

    def forget(self, *prefixes):
        """Images by names that begin so, without names that they have besides."""
        for image in self.json("GET", "/images/json"):
            for name in (image["RepoTags"] or []) + (image["RepoDigests"] or []):
                if not name.startswith(prefixes):
                    continue
                try:
                    self.call("DELETE", f"/images/{name}")
                except Refused as refused:
                    if refused.status != 404:  # the digest goes with the last tag
                        raise

    def wait_for(self, process, log, what):
        """Until it answers."""
        for _ in range(600):
            if process.poll() is not None:
                log.seek(0)
                raise Unavailable(f"{what} ended at once: " + log.read()[-2000:])
            try:
                self.call("GET", "/_ping")
                return
            except (OSError, Refused):
                time.sleep(0.1)
        raise Unavailable(f"{what} does not answer")

    def load_image(self, name, files, changes):
        """An image of one layer that holds `files`."""
        repository, tag = name.rsplit(":", 1)
        query = f"fromSrc=-&repo={repository}&tag={tag}" + "".join(f"&changes={urllib.parse.quote(change, safe='')}" for change in changes)
        answer = self.call("POST", f"/images/create?{query}", archive(files), "application/x-tar").decode()
        if '"error"' in answer:
            raise Refused(500, answer)

    def load_configured_image(self, name, files, config):
        """The same with any configuration, as an image's `Config` has it."""
        layer = archive(files)
        described = {"architecture": "amd64", "os": "linux", "config": config, "created": "2026-01-01T00:00:00Z",
                     "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
                     "history": [{"created": "2026-01-01T00:00:00Z"}]}  # fmt: skip
        manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
        image = archive({"manifest.json": json.dumps(manifest).encode(), "config.json": json.dumps(described).encode(), "layer.tar": layer})
        answer = self.call("POST", "/images/load", image, "application/x-tar").decode()
        if '"error"' in answer:
            raise Refused(500, answer)


def archive(files):
    """A tar archive of {path: bytes, or (bytes, mode), or None for a folder}."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            if content is None:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
                continue
            data, entry.mode = content if isinstance(content, tuple) else (content, 0o644)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def static_busybox():
    """A program that needs no library, from Debian's package: fetched once, and not installed, since it would replace
    the machine's own."""
    root = cache() / "busybox"
    program = root / "bin/busybox"
    if not program.exists():
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root) as folder:
            download = ["apt-get", "download", "--quiet", "busybox-static"]
            if subprocess.run(download, cwd=folder, capture_output=True).returncode != 0:
                # Package lists may be absent, or stale.
                subprocess.run(["apt-get", "update", "--quiet"], check=True, capture_output=True)
                subprocess.run(download, cwd=folder, check=True, capture_output=True)
            (package,) = pathlib.Path(folder).glob("*.deb")
            subprocess.run(["dpkg-deb", "--extract", package, f"{folder}/out"], check=True)
            (root / "bin").mkdir(exist_ok=True)
            os.replace(f"{folder}/out/bin/busybox", program)
    return program.read_bytes()


def cache():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "liftlock"


SERVES = ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]


def simulated_open_webui(version, script=None, answers=None, files=None, changes=()):
    """Files and settings of a tiny image of the official one's shape: not Open WebUI, but a server of two static answers.

    `script` is what it starts instead of the server, `answers` the version that it says it is; `files` and `changes` come on top.
    """
    command = ["/bin/busybox", "sh", "/start.sh"] if script else SERVES
    busybox = static_busybox()
    return {
        "bin": None, "tmp": None, "etc": None, "app": None, "app/backend": None, "app/backend/data": None,
        "bin/busybox": (busybox, 0o755),
        "etc/passwd": b"root:x:0:0:root:/:/bin/sh\n",
        "www": None, "www/api": None,
        "www/health": b'{"status":true}',
        "www/api/version": json.dumps({"version": answers or version}).encode(),
        "app/package.json": json.dumps({"name": "open-webui", "version": version}).encode(),
        **({"start.sh": script.encode()} if script else {}),
        **(files or {}),
    }, [
        "ENV ENV=prod PORT=8080 WEBUI_SECRET_KEY= DATA_DIR_OF_NOBODY=1",
        "WORKDIR /app/backend",
        "EXPOSE 8080",
        f"CMD {json.dumps(command)}",
        'HEALTHCHECK --interval=1s --timeout=3s CMD ["/bin/busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/health"]',
        "LABEL org.opencontainers.image.title=open-webui",
        f"LABEL org.opencontainers.image.version=v{version}",
        *changes,
    ]  # fmt: skip


class Engine(Client):
    """For simulated programs; what is in it is made anew by each module."""

    store, networks = "docker-simulated", "10.213.0.0/16"
    listens = ()  # options of dockerd's: where else it listens

    def __init__(self, scratch):
        programs, self.options = os.environ.get("LIFTLOCK_TEST_ENGINE"), os.environ.get("LIFTLOCK_TEST_ENGINE_OPTIONS", "").split()
        self.path = os.pathsep.join(filter(None, [programs, os.environ["PATH"]]))
        missing = [program for program in ("dockerd", "containerd") if shutil.which(program, path=self.path) is None]
        if missing:
            raise Unavailable(f"there is no {missing[0]} (scripts/setup --tests installs it)")
        if os.geteuid() != 0:
            raise Unavailable("an engine needs root")
        other = " ".join(filter(None, [programs and str(pathlib.Path(programs).resolve()), *self.options]))
        root = cache() / "-".join([self.store, *([hashlib.sha256(other.encode()).hexdigest()[:8]] if other else [])])
        root.mkdir(parents=True, exist_ok=True)
        self.lock = open(root.with_suffix(".lock"), "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)  # another run of these tests uses the same data
        self.root, self.scratch = root, scratch
        self.log = open(scratch / "dockerd.log", "w+")
        super().__init__(scratch / "docker.sock")
        self.start()
        try:
            self.remove_everything()
            self.call("POST", "/images/prune")  # what earlier runs made, and newer images of the same name replaced
        except BaseException:
            self.stop()
            raise

    def start(self):
        root, scratch = self.root, self.scratch
        self.process = subprocess.Popen(
            ["dockerd", "--data-root", root, "--exec-root", scratch / "exec", "--pidfile", scratch / "pid", "--host", self.url,
             "--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--log-level=warn",
             "--insecure-registry=127.0.0.0/8", "--max-download-attempts=1", f"--default-address-pool=base={self.networks},size=24",
             *self.options, *self.listens],
            env=os.environ | {"PATH": self.path}, stdout=self.log, stderr=self.log, cwd="/", start_new_session=True,
        )  # fmt: skip
        try:
            self.wait_for(self.process, self.log, "dockerd")
        except BaseException:
            self.stop()
            raise

    def crash(self):
        """As if the engine had fallen over: what it ran runs on without it."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        # Its containerd goes with it; that one's number may still stand for a process that nobody has waited for.
        for leftover in ("pid", "docker.sock", "exec/containerd/containerd.pid", "exec/containerd/containerd.sock"):
            (self.scratch / leftover).unlink(missing_ok=True)

    def stop(self):
        if self.process.poll() is None:
            try:
                self.remove_everything()
            except (OSError, Refused):
                pass  # what is left goes when the next run begins
            os.kill(self.process.pid, signal.SIGTERM)
            self.process.wait()
        for left in (self.scratch / "exec/netns").glob("*"):  # of containers on the host's network
            subprocess.run(["umount", left], stderr=subprocess.DEVNULL)
        self.log.close()
        self.lock.close()


class EngineOfRealImages(Engine):
    """Runs beside the other one. Its images, of gigabytes, stay for the next run."""

    store, networks = "docker", "10.214.0.0/16"

"""A registry of its own: Debian's docker-registry on a loopback port, with its own storage, ended by its process id.

    with Registry(scratch) as registry:
        digest = registry.push("open-webui/open-webui", "v0.12.4", labels={...}, files={...})
        … f"{registry.host}/open-webui/open-webui:v0.12.4" …
"""

import base64
import gzip
import hashlib
import http.client
import json
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import engine

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def layer_of(files):
    """A layer of such files as engine.archive() takes, packed; and the digest of it unpacked."""
    plain = engine.archive(files)
    return gzip.compress(plain, 1, mtime=0), digest_of(plain)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Registry:
    """`storage`: of another registry, whose images this one has, too. `auth`: the section of docker-registry's own
    configuration; `tls`: (certificate, key), so that it speaks HTTPS only; `user`: (name, password) for pushes."""

    def __init__(self, scratch, storage=None, auth=None, tls=None, user=None):
        if shutil.which("docker-registry") is None:
            raise engine.Unavailable("there is no docker-registry (scripts/setup --tests installs it)")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="registry-", dir=scratch))
        self.storage = pathlib.Path(storage or self.folder / "storage")
        self.auth, self.tls, self.user, self.process = auth, tls, user, None
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.start()

    def start(self):
        """Also again, after stop(), on the same port."""
        config = {
            "version": 0.1,
            "log": {"level": "warn"},
            "storage": {"filesystem": {"rootdirectory": str(self.storage)}, "delete": {"enabled": True}},
            "http": {"addr": self.host, "secret": "loopback"},
        }
        if self.auth:
            config["auth"] = self.auth
        if self.tls:
            config["http"]["tls"] = {"certificate": str(self.tls[0]), "key": str(self.tls[1])}
        file = self.folder / "config.yml"
        file.write_text(json.dumps(config))  # which YAML is made to hold
        self.log = open(self.folder / "log", "w+")
        self.process = subprocess.Popen(["docker-registry", "serve", file], stdout=self.log, stderr=self.log, cwd="/",
                                        env={"OTEL_TRACES_EXPORTER": "none", "PATH": "/usr/bin:/bin"}, start_new_session=True)  # fmt: skip
        for _ in range(200):
            try:
                self.call("GET", "/v2/")
                return self
            except OSError:
                if self.process.poll() is not None:
                    self.log.seek(0)
                    raise engine.Unavailable("docker-registry ended at once: " + self.log.read()[-2000:]) from None
                time.sleep(0.05)
        self.stop()
        raise engine.Unavailable("docker-registry does not answer")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def call(self, method, path, body=None, content=None, accept=None):
        """The status, the headers (names in lower case) and the body of an answer."""
        if self.tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = http.client.HTTPSConnection(self.host, timeout=30, context=context)
        else:
            connection = http.client.HTTPConnection(self.host, timeout=30)
        headers = {name: value for name, value in (("Content-Type", content), ("Accept", accept)) if value}
        if self.user:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(self.user).encode()).decode()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def expect(self, status, method, path, *arguments, **options):
        answer = self.call(method, path, *arguments, **options)
        if answer[0] != status:
            raise RuntimeError(f"{method} {path}: {answer[0]} {answer[2][:500]!r}")
        return answer

    def put_blob(self, repository, data):
        digest = digest_of(data)
        if self.call("HEAD", f"/v2/{repository}/blobs/{digest}")[0] == 200:
            return digest
        _, headers, _ = self.expect(202, "POST", f"/v2/{repository}/blobs/uploads/", b"")
        target = headers["location"]
        target = target[target.index("/v2/") :]
        self.expect(201, "PUT", target + ("&" if "?" in target else "?") + "digest=" + digest, data, "application/octet-stream")
        return digest

    def put_manifest(self, repository, name, manifest):
        """The digest under which it is kept; `name` is a tag, or None for its digest."""
        data = json.dumps(manifest).encode()
        digest = digest_of(data)
        self.expect(201, "PUT", f"/v2/{repository}/manifests/{name or digest}", data, manifest["mediaType"])
        return digest

    def manifest(self, repository, labels=None, files=None, config=None, architecture="amd64", created="2026-11-02T10:00:00Z", docker=False):
        """Pushes configuration and layer, and gives the manifest of the two. `config`: Env, Cmd, … as the engine names them."""
        layer, plain = layer_of(files or {"etc": None, "etc/label": json.dumps(labels or {}).encode()})
        configuration = json.dumps({
            "architecture": architecture, "os": "linux", "created": created,
            "config": {**(config or {}), "Labels": labels or {}},
            "rootfs": {"type": "layers", "diff_ids": [plain]},
            "history": [{"created": created, "created_by": "liftlock's tests"}],
        }).encode()  # fmt: skip
        kinds = ("application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip") if docker else (
            "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip")  # fmt: skip
        return {
            "schemaVersion": 2, "mediaType": DOCKER_MANIFEST if docker else MANIFEST,
            "config": {"mediaType": kinds[0], "size": len(configuration), "digest": self.put_blob(repository, configuration)},
            "layers": [{"mediaType": kinds[1], "size": len(layer), "digest": self.put_blob(repository, layer)}],
        }  # fmt: skip

    def push(self, repository, *tags, **image):
        """An image of one platform under each tag; what else it is: see manifest(). Its digest."""
        manifest = self.manifest(repository, **image)
        for tag in tags:
            digest = self.put_manifest(repository, tag, manifest)
        return digest

    def push_index(self, repository, *tags, manifests):
        """An index of {architecture: manifest} under each tag. Its digest."""
        entries = []
        for architecture, manifest in manifests.items():
            digest = self.put_manifest(repository, None, manifest)
            entries.append({"mediaType": manifest["mediaType"], "digest": digest, "size": len(json.dumps(manifest)),
                            "platform": {"os": "linux", "architecture": architecture}})  # fmt: skip
        for tag in tags:
            digest = self.put_manifest(repository, tag, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
        return digest

    def push_simulated(self, repository, *tags, version, more_labels=None):
        """The tiny image of engine.simulated_open_webui(), as a registry has it. Its digest."""
        files, changes = engine.simulated_open_webui(version)
        config, labels = config_of(changes)
        return self.push(repository, *tags, files=files, config=config, labels=labels | (more_labels or {}))


class Wire(threading.Thread):
    """Carries bytes to a registry's `port`; once `left` of them have come back, every connection is cut and refused."""

    def __init__(self, left, port):
        super().__init__(daemon=True)
        self.left, self.port = left, port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.open = []
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                return
            self.open += [client, server]
            threading.Thread(target=self.pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, True), daemon=True).start()

    def pump(self, source, target, counts):
        try:
            while data := source.recv(65536):
                target.sendall(data)
                if counts:
                    self.left -= len(data)
                if self.left < 0:
                    self.cut()
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self):
        self.listener.close()
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed already


def config_of(changes):
    """Lines of a Dockerfile as the configuration of an image, and its labels."""
    config, labels = {}, {}
    for line in changes:
        word, rest = line.split(" ", 1)
        if word == "ENV":
            config.setdefault("Env", []).extend(rest.split())
        elif word == "WORKDIR":
            config["WorkingDir"] = rest
        elif word == "EXPOSE":
            config["ExposedPorts"] = {f"{rest}/tcp": {}}
        elif word == "CMD":
            config["Cmd"] = json.loads(rest)
        elif word == "HEALTHCHECK":
            options, command = rest.split(" CMD ", 1)
            config["Healthcheck"] = {"Test": ["CMD", *json.loads(command)]}
            for option in options.split():
                name, seconds = option.removeprefix("--").split("=")
                config["Healthcheck"][name.capitalize()] = int(seconds.removesuffix("s")) * 1_000_000_000
        elif word == "LABEL":
            name, value = rest.split("=", 1)
            labels[name] = value
        else:
            raise ValueError(line)
    return config, labels

#!/usr/bin/env python3
"""What Liftlock learns from registries: from real ones (Debian's docker-registry on loopback ports), let in in every way
that they know, behind a server that pages and redirects as large ones do, and where they do not answer, from a real
Docker Engine.

Usage: tests/docker/registry.py [TEST …]   (LIFTLOCK names the program; default: build/liftlock)
"""

import base64
import http.client
import http.server
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import uuid
import warnings

import engine as engines
import registry_server
import suite

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import crypt  # libxcrypt's bcrypt, which docker-registry wants; later Pythons have none

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = str(pathlib.Path(os.environ.get("LIFTLOCK", ROOT / "build/liftlock")).resolve())
NAME = "open-webui/open-webui"
REGISTRY = None  # with the images of publish()
DIGESTS = {}  # tag: digest
SCRATCH = None
VERSION_LABEL = "org.opencontainers.image.version"
OWN = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def publish(registry):
    """A repository of the official one's shape, smaller."""
    global REGISTRY
    REGISTRY = registry

    def put(*tags, version, **image):
        digest = REGISTRY.push(NAME, *tags, labels={VERSION_LABEL: version}, **image)
        DIGESTS.update(dict.fromkeys(tags, digest))

    put("v0.12.3", "0.12.3", version="0.12.3")
    put("v0.12.4-cuda", "0.12.4-cuda", "latest-cuda", version="v0.12.4", docker=True)
    put("main-cuda", "cuda", version="main")
    put("v0.10.0", "v0.9.6", "0.6.18", "v0.6.18-ollama", version="x")
    put("main", version="main", created="2026-11-20T12:00:00.5Z")
    put("git-1a2b3c4", "0.12", "0", "nightly", version="dev")
    ours = REGISTRY.manifest(NAME, labels={VERSION_LABEL: "0.12.4"}, architecture=OWN)
    other = REGISTRY.manifest(NAME, labels={VERSION_LABEL: "6.6.6"}, architecture="s390x")
    tags = ("v0.12.4", "0.12.4", "latest")
    DIGESTS.update(dict.fromkeys(tags, REGISTRY.push_index(NAME, *tags, manifests={"s390x": other, OWN: ours})))
    DIGESTS["exotic"] = REGISTRY.push_index(NAME, "exotic", manifests={"s390x": other})


class Server(http.server.ThreadingHTTPServer):
    """A server of the test's own on a loopback port; `answer` gets each request's handler."""

    daemon_threads = True

    def __init__(self, answer):
        test = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                test.asked.append((self.command, self.path, body.decode(), self.headers.get("Authorization", "")))
                answer(self)

            do_HEAD = do_POST = do_GET

            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if "Content_Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.host = f"127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()


def forward(handler, host, path=None):
    """The answer of the registry at `host`."""
    connection = http.client.HTTPConnection(host, timeout=30)
    headers = {name: handler.headers[name] for name in ("Accept", "Authorization") if name in handler.headers}
    connection.request(handler.command, path or handler.path, headers=headers)
    answer = connection.getresponse()
    kept = {name.replace("-", "_"): value for name, value in answer.getheaders() if name in ("Content-Type", "Docker-Content-Digest")}
    if handler.command == "HEAD":
        kept["Content_Length"] = answer.getheader("Content-Length", "0")
    handler.reply(answer.status, answer.read(), **kept)
    connection.close()


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="case-", dir=SCRATCH))
        (self.folder / "bin").mkdir()
        self.environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "LIFTLOCK_HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8",
            "DOCKER_CONFIG": str(self.folder), "DOCKER_HOST": f"unix://{self.folder}/none", "TMPDIR": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder), "HOME": str(self.folder), "http_proxy": "http://127.0.0.1:9",
        }  # fmt: skip

    def expect(self, code, *arguments, **environment):
        done = subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              cwd=self.folder, env=self.environment | environment)  # fmt: skip
        self.assertEqual(done.returncode, code, f"{arguments}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done

    def json(self, *arguments, code=0, **environment):
        return json.loads(self.expect(code, *arguments, "--json", **environment).stdout)

    def error(self, code, *arguments, **environment):
        return self.json(*arguments, code=code, **environment)["error"]

    def server(self, answer):
        server = Server(answer)
        self.addCleanup(server.stop)
        return server

    def registry(self, **options):
        registry = registry_server.Registry(SCRATCH, **options)
        self.addCleanup(registry.stop)
        return registry

    def log_in(self, **config):
        (self.folder / "config.json").write_text(json.dumps(config))


def auth(user, password):
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


class Listing(Case):
    def test_releases_and_channels_newest_first_in_the_variant_that_is_asked_for(self):
        listed = self.json("versions", "--image", f"{REGISTRY.host}/{NAME}")
        self.assertEqual((listed["source"], listed["repository"], listed["latest"]), ("registry", f"{REGISTRY.host}/{NAME}", "0.12.4"))
        self.assertEqual([r["tag"] for r in listed["releases"]], ["v0.12.4", "v0.12.3", "v0.10.0", "v0.9.6", "0.6.18"])
        self.assertEqual([(c["tag"], c["version"], c["digest"], c["created"]) for c in listed["channels"]],
                         [("latest", "0.12.4", DIGESTS["latest"], "2026-11-02T10:00:00Z"),
                          ("main", None, DIGESTS["main"], "2026-11-20T12:00:00Z")])  # fmt: skip
        self.assertEqual(listed["releases"][0]["revision"], "0bd252b206fb")
        self.assertEqual(listed["registry_error"], None)
        cuda = self.json("versions", "--image", f"{REGISTRY.host}/{NAME}:cuda")
        self.assertEqual([r["tag"] for r in cuda["channels"] + cuda["releases"]], ["latest-cuda", "main-cuda", "v0.12.4-cuda"])
        everything = self.json("versions", "--image", f"{REGISTRY.host}/{NAME}", "--all", "--limit", "3")
        self.assertEqual([r["tag"] for r in everything["releases"]], ["v0.12.4", "v0.12.4-cuda", "v0.12.3"])
        self.assertEqual(everything["older"], 4)

    def test_for_a_person(self):
        done = self.expect(0, "versions", "--image", f"{REGISTRY.host}/{NAME}:main", "--limit", "2")
        self.assertRegex(done.stdout, rf"(?m)^main +unknown +- .*{DIGESTS['main'][:19]}$")
        self.assertRegex(done.stdout, r"(?m)^v0\.12\.4 +0\.12\.4 +0bd252b206fb *$")
        self.assertIn("… and 3 older ones", done.stderr)

    def test_a_list_of_many_pages_and_blobs_that_lie_elsewhere(self):
        store = self.server(lambda handler: forward(handler, REGISTRY.host, "/v2/" + handler.path.split("?path=")[1]))

        def front(handler):
            url = urllib.parse.urlparse(handler.path)
            if url.path.endswith("/tags/list"):
                query = urllib.parse.parse_qs(url.query)
                self.assertEqual(query["n"], ["1000"] if "last" not in query else ["4"])
                status, _, body = REGISTRY.call("GET", f"/v2/{NAME}/tags/list")
                tags = sorted(json.loads(body)["tags"])
                start = tags.index(query["last"][0]) + 1 if "last" in query else 0
                page = tags[start : start + 4]
                more = {"Link": f'<{url.path}?last={page[-1]}&n=4>; rel="next"'} if start + 4 < len(tags) else {}
                handler.reply(status, json.dumps({"tags": page}).encode(), **more)
            elif "/blobs/" in url.path:
                handler.reply(307, Location=f"http://{store.host}/signed?path={handler.path.removeprefix('/v2/')}")
            else:
                forward(handler, REGISTRY.host)

        server = self.server(front)
        listed = self.json("versions", "--image", f"{server.host}/{NAME}")
        directly = self.json("versions", "--image", f"{REGISTRY.host}/{NAME}")
        self.assertEqual([listed[m] for m in ("releases", "channels")], [directly[m] for m in ("releases", "channels")])
        pages = [path for _, path, _, _ in server.asked if "/tags/list" in path]
        self.assertEqual(len(pages), 5)
        self.assertEqual(len(store.asked), 2)

    def test_what_a_pin_does_not_allow_is_marked(self):
        data = suite.unpack("open-webui-0.6.18", self.folder / "data")
        (self.folder / "pins.toml").write_text(f'[deployment."dir:{data}"]\npin = "0.12.3"\n')
        for command in ("plan", "rehearse", "change"):
            refused = self.error(3, "--config", "pins.toml", command, data, "latest")
            self.assertEqual(refused["id"], "version-pinned")
            self.assertIn("It is 0.12.4, and the configuration pins this deployment to 0.12.3.", refused["what"])
        self.json("--config", "pins.toml", "plan", data, "0.12.3")
        self.json("plan", data, "0.12.4")
        self.assertEqual(self.error(2, "--config", "none.toml", "plan", data, "0.12.4")["id"], "configuration-missing")
        (self.folder / "bad.toml").write_text(f'[deployment."dir:{data}"]\npins = "0.12.3"\n')
        self.assertIn("line 2", self.error(2, "--config=bad.toml", "plan", data, "0.12.4")["doing"])


class Finding(Case):
    def find(self, wanted, image=NAME, host=None, code=0):
        return self.json("versions", "--image", f"{host or REGISTRY.host}/{image}", "--find", wanted, code=code)

    def test_a_wish_keeps_repository_and_variant(self):
        for image, wanted, tag, version in ((NAME, "v0.12.4", "v0.12.4", "0.12.4"), (NAME, "0.12.4", "0.12.4", "0.12.4"),
                                            (f"{NAME}:main", "v0.6.18", "0.6.18", "0.6.18"), (NAME, "latest", "latest", "0.12.4"),
                                            (f"{NAME}:cuda", "0.12.4", "0.12.4-cuda", "0.12.4"), (f"{NAME}:cuda", "latest", "latest-cuda", "0.12.4"),
                                            (NAME, "main", "main", None), (f"{NAME}:v0.12.4-cuda", "nightly", "nightly", None)):  # fmt: skip
            found = self.find(wanted, image)
            self.assertEqual((found["tag"], found["version"], found["digest"]), (tag, version, DIGESTS[tag]))
            self.assertEqual(found["image"], f"{REGISTRY.host}/{NAME}:{tag}@{DIGESTS[tag]}")
            self.assertGreater(found["bytes"], 0)
        self.assertEqual(self.find(DIGESTS["main"])["digest"], DIGESTS["main"])
        self.assertEqual(self.find(f"{REGISTRY.host}/{NAME}:v0.12.3", "a/b")["digest"], DIGESTS["v0.12.3"])

    def test_a_tag_that_is_not_there(self):
        error = self.find("v0.12.5", code=3)["error"]
        self.assertEqual((error["id"], error["kind"]), ("tag-unknown", "refused"))
        self.assertIn('has no tag "v0.12.5"', error["what"])
        self.assertIn("Did you mean v0.12.4", error["next"])
        self.assertIn("latest", self.find("lastest", code=3)["error"]["next"])
        variant = self.find("v0.12.3", f"{NAME}:main-cuda", code=3)["error"]
        self.assertIn(f"without that variant is {REGISTRY.host}/{NAME}:v0.12.3", variant["next"])
        self.assertEqual(self.find("main", "open-webui/none", code=2)["error"]["id"], "repository-unknown")
        self.assertEqual(self.find("exotic", code=3)["error"]["id"], "platform-missing")
        self.assertEqual(self.find("not a tag", code=2)["error"]["id"], "image-invalid")

    def test_bytes_that_were_changed_on_the_way(self):
        def front(handler):
            if "/manifests/" not in handler.path:
                return forward(handler, REGISTRY.host)
            _, headers, body = REGISTRY.call("GET", handler.path, accept=handler.headers["Accept"])
            return handler.reply(200, body.replace(b"0", b"1", 1), Docker_Content_Digest=headers["docker-content-digest"])

        error = self.find("main", host=self.server(front).host, code=1)["error"]
        self.assertEqual(error["id"], "registry-answer")
        self.assertIn(f"is not {DIGESTS['main']}", error["what"])


class Entry(Case):
    """Ways in which registries let somebody in."""

    def listed(self, host, **environment):
        return len(self.json("versions", "--image", f"{host}/{NAME}", **environment)["releases"])

    def denied(self, host, secret=None):
        done = self.expect(1, "versions", "--image", f"{host}/{NAME}", "--json")
        error = json.loads(done.stdout)["error"]
        self.assertEqual(error["id"], "registry-denied", error)
        self.assertIn(f"docker login {host}", error["next"])
        if secret:
            self.assertNotIn(secret, done.stdout + done.stderr)
        return error

    def test_a_password(self):
        users = self.folder / "htpasswd"
        users.write_text("me:" + crypt.crypt("pa:ss w0rd", crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)) + "\n")
        host = self.registry(storage=REGISTRY.storage, auth={"htpasswd": {"realm": "here", "path": str(users)}}).host
        self.assertIn("no credentials", self.denied(host)["what"])
        self.log_in(auths={host: auth("me", "wr0ng")})
        self.assertIn("credentials were shown", self.denied(host, "wr0ng")["what"])
        self.log_in(auths={host: auth("me", "pa:ss w0rd")})
        self.assertEqual(self.listed(host), 5)
        with self.assertRaises(AssertionError):
            self.listed(host, DOCKER_CONFIG=str(self.folder / "elsewhere"))
        (self.folder / ".docker").mkdir()
        (self.folder / "config.json").rename(self.folder / ".docker/config.json")
        self.assertEqual(self.listed(host, DOCKER_CONFIG=""), 5)

    def token_registry(self, private):
        """A registry, and the server whose tokens it trusts: everybody gets one, or only me with my password or token."""
        key, certificate = self.folder / "token.key", self.folder / "token.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/CN=tokens"], check=True, capture_output=True)  # fmt: skip
        der = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], check=True, capture_output=True).stdout

        def part(value):
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            return base64.urlsafe_b64encode(data).rstrip(b"=")

        def token(scope):
            kind, name, actions = scope.split(":")
            now = int(time.time())
            claims = {"iss": "tokens", "sub": "me", "aud": "the registry", "exp": now + 60, "nbf": now - 60, "iat": now, "jti": str(uuid.uuid4()),
                      "access": [{"type": kind, "name": name, "actions": actions.split(",")}]}  # fmt: skip
            signed = part({"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(der).decode()]}) + b"." + part(claims)
            made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=signed, check=True, capture_output=True).stdout
            return (signed + b"." + part(made)).decode()

        def serve(handler):
            url = urllib.parse.urlparse(handler.path)
            length = int(handler.headers.get("Content-Length", 0))
            fields = urllib.parse.parse_qs(self.tokens.asked[-1][2] if length else url.query)
            shown = handler.headers.get("Authorization", "")
            good = shown == "Basic " + auth("me", "s3cret")["auth"] or fields.get("refresh_token") == ["r3fresh"]
            if fields.get("service") != ["the registry"] or (private and not good):
                return handler.reply(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"who are you?"}]}')
            name = "access_token" if length else "token"
            return handler.reply(200, json.dumps({name: token(fields["scope"][0])}).encode())

        self.tokens = self.server(serve)
        return self.registry(storage=REGISTRY.storage, auth={"token": {
            "realm": f"http://{self.tokens.host}/token", "service": "the registry", "issuer": "tokens",
            "rootcertbundle": str(certificate)}}).host  # fmt: skip

    def test_a_token_that_everybody_gets(self):
        host = self.token_registry(private=False)
        self.assertEqual(self.listed(host), 5)
        self.assertEqual(len(self.tokens.asked), 1, "one token serves all questions")
        self.assertIn("scope=repository%3Aopen-webui%2Fopen-webui%3Apull", self.tokens.asked[0][1])
        self.assertEqual(self.tokens.asked[0][3], "")

    def test_a_token_for_who_shows_credentials(self):
        host = self.token_registry(private=True)
        self.assertIn("who are you?", self.denied(host)["what"])
        self.log_in(auths={host: auth("me", "s3cret")})
        self.assertEqual(self.listed(host), 5)
        self.log_in(auths={host: {"identitytoken": "r3fresh"}})
        self.assertEqual(self.listed(host), 5)
        self.assertIn("grant_type=refresh_token", self.tokens.asked[-1][2])
        self.log_in(auths={host: {"identitytoken": "st4le"}})
        self.denied(host, "st4le")

        # By a helper, a real program on the PATH.
        helper = self.folder / "bin/docker-credential-keeper"
        helper.write_text(f'#!/bin/sh\n[ "$1" = get ] && read -r server\necho "$server" > {self.folder}/asked\n. {self.folder}/answer\n')
        helper.chmod(0o755)
        (self.folder / "answer").write_text("""echo '{"ServerURL":"x","Username":"me","Secret":"s3cret"}'""")
        self.log_in(credHelpers={host: "keeper"})
        self.assertEqual(self.listed(host), 5)
        self.assertEqual((self.folder / "asked").read_text(), host + "\n")
        (self.folder / "answer").write_text("""echo '{"ServerURL":"x","Username":"<token>","Secret":"r3fresh"}'""")
        self.log_in(credsStore="keeper")
        self.assertEqual(self.listed(host), 5)
        (self.folder / "answer").write_text("echo 'the keyring is locked'; exit 1")
        error = self.error(1, "versions", "--image", f"{host}/{NAME}")
        self.assertEqual((error["id"], error["what"]), ("credentials-helper", "the keyring is locked"))
        (self.folder / "answer").write_text("echo 'credentials not found in native keychain'; exit 1")
        self.denied(host)
        self.log_in(credsStore="nobody")
        self.assertIn("docker-credential-nobody", self.error(1, "versions", "--image", f"{host}/{NAME}")["doing"])

    def test_encryption(self):
        key, certificate = self.folder / "tls.key", self.folder / "tls.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/CN=nobody"], check=True, capture_output=True)  # fmt: skip
        registry = self.registry(storage=REGISTRY.storage, tls=(certificate, key))
        self.assertEqual(self.listed(registry.host), 5, "a registry of this machine is trusted, as engines do")
        # Another name of this machine is another machine's, for all that is known: it must prove itself, and encrypt.
        error = self.error(1, "versions", "--image", f"registry.localhost:{registry.port}/{NAME}")
        self.assertEqual(error["id"], "registry-tls")
        self.assertIn(f"/etc/docker/certs.d/registry.localhost:{registry.port}/ca.crt", error["next"])
        error = self.error(1, "versions", "--image", f"registry.localhost:{REGISTRY.port}/{NAME}")
        self.assertEqual(error["id"], "registry-tls")

    def test_too_many_questions(self):
        server = self.server(lambda handler: handler.reply(429, b"slow down", Retry_After="42"))
        error = self.error(1, "versions", "--image", f"{server.host}/{NAME}")
        self.assertEqual(error["id"], "registry-limit")
        self.assertIn("42 seconds", error["what"])

    def test_what_is_no_registry(self):
        server = self.server(lambda handler: handler.reply(200, b"<html>hello</html>"))
        self.assertEqual(self.error(1, "versions", "--image", f"{server.host}/{NAME}")["id"], "registry-answer")
        self.assertEqual(self.error(2, "versions", "--image", "http://ghcr.io/a/b")["id"], "image-invalid")

    def test_nobody_there(self):
        port = registry_server.free_port()
        error = self.error(1, "versions", "--image", f"127.0.0.1:{port}/{NAME}")
        self.assertEqual(error["id"], "registry-unreachable")
        # What nothing in particular was asked about is answered from what the program knows.
        listed = self.json("versions", https_proxy="http://127.0.0.1:9")
        self.assertEqual((listed["source"], listed["latest"], listed["registry_error"]["id"]), ("catalogue", "0.12.4", "registry-unreachable"))
        done = self.expect(0, "versions", https_proxy="http://127.0.0.1:9")
        self.assertIn("0.12.4", done.stdout)
        self.assertIn("These are the releases that Liftlock knows", done.stderr)


class Deployed(Case):
    """What is deployed on a Docker Engine."""

    engine = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.engine = engines.Engine(SCRATCH)
        except engines.Unavailable as reason:
            raise unittest.SkipTest(str(reason)) from None
        cls.addClassCleanup(cls.engine.stop)

    def setUp(self):
        super().setUp()
        self.environment["DOCKER_HOST"] = self.engine.url
        self.addCleanup(self.engine.remove_everything)

    def pull(self, host, tag):
        answer = self.engine.call("POST", f"/images/create?fromImage={host}/{NAME}&tag={tag}").decode()
        self.assertNotIn('"error"', answer)

    def test_is_marked_by_its_digest_also_where_nobody_answers(self):
        registry = self.registry()
        registry.push_simulated(NAME, "v0.12.3", "latest", version="0.12.3")
        old = registry.push_simulated(NAME, "v0.6.18", "main", version="0.6.18")
        self.pull(registry.host, "main")
        self.engine.create("open-webui", f"{registry.host}/{NAME}:main", start=False)
        listed = self.json("versions", "open-webui")
        self.assertEqual((listed["source"], listed["deployment"], listed["image"]),
                         ("registry", "docker:open-webui", f"{registry.host}/{NAME}:main"))  # fmt: skip
        self.assertEqual([(o["tag"], o["deployed"], o["migration"]) for o in listed["channels"] + listed["releases"]],
                         [("latest", False, "up"), ("main", True, "none"), ("v0.12.3", False, "up"), ("v0.6.18", True, "none")])  # fmt: skip
        self.assertEqual(listed["channels"][1]["digest"], old)

        # What only says that it is main is known by the program in it, where it is deployed.
        main = registry.push_simulated(NAME, "main-slim", version="0.8.12", more_labels={VERSION_LABEL: "main"})
        self.pull(registry.host, "main-slim")
        self.engine.create("slim", f"{registry.host}/{NAME}:main-slim", start=False)
        (slim,) = self.json("versions", "slim")["channels"]
        self.assertEqual((slim["tag"], slim["digest"], slim["version"], slim["deployed"]), ("main-slim", main, "0.8.12", True))
        found = self.json("versions", "open-webui", "--find", "v0.6.18")
        self.assertTrue(found["image_id"], "nothing needs to be pulled")
        self.assertEqual(found["image_id"], self.engine.inspect("open-webui")["Image"])
        self.assertFalse(self.json("versions", "open-webui", "--find", "latest")["image_id"])

        # The tag moves on, what is deployed does not.
        registry.push_simulated(NAME, "main", version="0.12.4")
        self.assertEqual([o["tag"] for o in self.json("versions", "open-webui")["channels"] if o["deployed"]], [])
        (self.folder / "pins.toml").write_text('[deployment."docker:open-webui"]\npin = "0.6"\n')
        pinned = self.json("--config", "pins.toml", "versions", "open-webui")
        self.assertEqual([(o["tag"], o["allowed"]) for o in pinned["releases"]], [("v0.12.3", False), ("v0.6.18", True)])
        self.assertEqual(self.error(3, "--config", "pins.toml", "versions", "open-webui", "--find", "latest")["id"], "version-pinned")

        registry.stop()
        listed = self.json("versions", "open-webui")
        self.assertEqual((listed["source"], listed["registry_error"]["id"]), ("engine", "registry-unreachable"))
        self.assertEqual([(o["tag"], o["version"], o["deployed"]) for o in listed["channels"]], [("main", "0.6.18", True)])
        done = self.expect(0, "versions", "open-webui")
        self.assertIn("These are the images that the container engine has", done.stderr)
        found = self.json("versions", "open-webui", "--find", "main")
        self.assertEqual((found["source"], found["digest"], found["registry_error"]["id"]), ("engine", old, "registry-unreachable"))
        self.assertEqual(self.error(1, "versions", "open-webui", "--find", "v0.12.3")["id"], "registry-unreachable")

    def test_an_image_that_was_made_here(self):
        self.engine.load_image("localhost/own/open-webui:v0.6.18", *engines.simulated_open_webui("0.6.18"))
        self.engine.load_image("localhost/own/open-webui:v0.6.17", *engines.simulated_open_webui("0.6.17"))
        self.engine.create("own", "localhost/own/open-webui:v0.6.18", start=False)
        listed = self.json("versions", "docker:own")
        self.assertEqual(listed["source"], "engine")
        self.assertEqual([(o["tag"], o["deployed"]) for o in listed["releases"]], [("v0.6.18", True), ("v0.6.17", False)])
        found = self.json("versions", "docker:own", "--find", "0.6.17")
        made = self.engine.json("GET", "/images/localhost/own/open-webui:v0.6.17/json")
        digest = made["Id"] if made["RepoDigests"] else None  # where images are kept as registries do, each has one
        self.assertEqual((found["image"], found["digest"], found["version"]),
                         ("localhost/own/open-webui:v0.6.17" + (f"@{digest}" if digest else ""), digest, "0.6.17"))  # fmt: skip
        self.assertEqual(self.error(2, "versions", "docker:nobody")["id"], "instance-unknown")


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], publish, make=registry_server.Registry, what="registries"))

#!/usr/bin/env python3
"""A container is made anew with another image, and is the same but for that: on a real Docker Engine, for random
configurations, compared by what the engine says with a container that was made from the same configuration and the new
image directly. And one of them is run.

Usage: tests/docker/identity.py [--seed N] [TEST…]   (COUNT in the environment: how many configurations)
"""

import collections
import copy
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import engine as engines
import suite
from configurations import Configuration

TOOL = suite.ROOT / "build/engine-tool"
COUNT = int(os.environ.get("COUNT", 60))
SEED = 20261122
ENGINE = SCRATCH = None

# Images that differ in all that an image can say; and one that says next to nothing.
def rich(word, number, signal):
    second = 1_000_000_000
    return {
        "Env": ["PATH=/bin", f"SHARED={word}", "GONE=1", f"{word.upper()}=only", "SAME=same"], "User": f"100{number}", "WorkingDir": f"/srv/{word}",
        "Cmd": [word], "Entrypoint": ["/bin/busybox", "echo"], "Shell": ["/bin/busybox", word, "-c"], "StopSignal": signal,
        "ExposedPorts": {"8080/tcp": {}, f"700{number}/tcp": {}}, "Volumes": {f"/image/{word}": {}, "/image/both": {}},
        "Labels": {"org.example.shared": word, f"only.{word}": "1", "same": "same", "empty": ""},
        "Healthcheck": {"Test": ["CMD", "/bin/busybox", "echo", word], "Interval": number * second, "Timeout": (10 + number) * second, "Retries": number},
    }  # fmt: skip


IMAGES = {
    "rich:old": rich("old", 1, "SIGQUIT"),
    "rich:new": rich("new", 2, "SIGHUP"),
    "bare:old": {"Cmd": ["/bin/busybox", "sleep", "600"]},
    "bare:new": {"Cmd": ["/bin/busybox", "sleep", "6000"]},
}


def tool(*words, code=0):
    done = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, env={"DOCKER_HOST": ENGINE.url}, timeout=120)
    if done.returncode != code:
        raise AssertionError(f"engine-tool {words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def written(*documents):
    """Files that hold them."""
    paths = []
    for document in documents:
        path = pathlib.Path(tempfile.mkstemp(suffix=".json", dir=SCRATCH)[1])
        path.write_text(json.dumps(document))
        paths.append(path)
    return paths


def image(name):
    return ENGINE.json("GET", f"/images/{name}/json")


def made_anew(old, old_image, new_image, name):
    """The inspection of a new container of that name, made as Liftlock says."""
    orders = tool("create", *written(old, old_image), new_image, name)
    for order in (orders["create"], *orders["networks"]):
        ENGINE.json("POST", order["path"], order["body"])
    return inspect(name)


def make(name, configuration, image_name):
    first = next(iter(configuration.networks), None)
    endpoints = {} if first is None else {"NetworkingConfig": {"EndpointsConfig": {first: configuration.networks[first]}}}
    ENGINE.create(name, image_name, start=False, HostConfig=configuration.host, **configuration.config, **endpoints)
    for network, endpoint in list(configuration.networks.items())[1:]:
        ENGINE.json("POST", f"/networks/{network}/connect", {"Container": name, "EndpointConfig": endpoint})
    if configuration.left:
        ENGINE.json("POST", f"/networks/{configuration.left}/disconnect", {"Container": name, "Force": True})


def inspect(name):
    """As the tests' own view, but for what engines say only to those who ask in a certain way: a given MAC address, the name of a volume."""
    said, all_said = ENGINE.inspect(name), tool("inspect", name)
    if address := all_said["Config"].get("MacAddress"):
        said["Config"]["MacAddress"] = address
    for mount in said["Mounts"]:
        if mount["Type"] == "volume" and "Name" not in mount:
            mount["Name"] = pathlib.Path(mount["Source"]).parent.name
    return said


def nameless(container):
    """Destination → name of the volumes that the engine named."""
    return {m["Destination"]: m["Name"] for m in container["Mounts"] if m["Type"] == "volume" and len(m["Name"]) == 64}


def comparable(container, volumes):
    """What an engine says, without ids, names, times, state and image; `volumes` are those that nobody named."""
    said = copy.deepcopy(container)
    for name in ("Id", "Created", "Name", "State", "Image", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath", "RestartCount", "GraphDriver"):
        said.pop(name, None)
    short = container["Id"][:12]
    hostname = said["Config"]["Hostname"]  # when it is started, the engine adds this to the aliases
    del said["Config"]["Image"]
    if said["Config"]["Hostname"] == short:
        said["Config"]["Hostname"] = None
    host = said["HostConfig"]
    # Whether a published port is exposed: see check().
    exposed = {port for port in said["Config"].pop("ExposedPorts", None) or {} if port not in (host["PortBindings"] or {})}
    said["Config"]["ExposedPorts"] = exposed
    named = {f"{name}:{destination}" for destination, name in volumes.items()}
    host["Binds"] = sorted(b for b in host["Binds"] or [] if b not in named and ":" in b)
    for mount in host.get("Mounts") or []:
        if mount["Target"].rstrip("/") in volumes:
            mount.pop("Source", None)
    host["Links"] = sorted(link.rsplit("/", 1)[1] for link in host["Links"] or [])
    for mount in said["Mounts"]:
        if mount["Destination"] in volumes:
            for name in ("Name", "Source", "Mode"):
                mount.pop(name, None)
    said["Mounts"].sort(key=lambda mount: mount["Destination"])
    settings = said.pop("NetworkSettings")
    said["Networks"] = {}
    for network, endpoint in settings["Networks"].items():
        said["Networks"][network] = {name: endpoint[name] or None for name in ("IPAMConfig", "Links", "DriverOpts")}
        said["Networks"][network]["Aliases"] = [alias for alias in endpoint["Aliases"] or [] if alias not in (short, hostname)]
    return said


def changed(random_, container):
    """A copy that differs in one thing that counts, and what that is."""
    other = copy.deepcopy(container)
    host = other["HostConfig"]
    choices = ["env", "label", "memory", "mount", "restart", "unknown", "cmd"]
    networks = other["NetworkSettings"]["Networks"]
    choice = random_.choice(choices + ["alias"] * bool(networks and host["NetworkMode"] not in ("host", "none")))
    if choice == "env":
        other["Config"]["Env"] = (other["Config"]["Env"] or []) + ["ANOTHER=1"]
    elif choice == "label":
        other["Config"]["Labels"] = {"another": "1", **(other["Config"]["Labels"] or {})}
    elif choice == "memory":
        host["Memory"] = 1 << 30
    elif choice == "mount":
        other["Mounts"].append({"Type": "bind", "Source": "/etc", "Destination": "/another", "RW": True})
    elif choice == "restart":
        host["RestartPolicy"]["MaximumRetryCount"] = 77
    elif choice == "unknown":
        host["OptionOfTheFuture"] = {"a": 1}
    elif choice == "cmd":
        other["Config"]["Cmd"] = ["another"]
    elif choice == "alias":
        next(iter(networks.values()))["Aliases"] = ["another"]
    return choice, other


class Case(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        networks = {name: f"10.77.{number}" for number, name in enumerate(("back", "front", "monitor"))}
        folder = SCRATCH / "folder"
        folder.mkdir(exist_ok=True)
        cls.names = {"networks": networks, "folder": str(folder), "volume": "webui", "lender": "lender", "network ids": {}}
        for name, prefix in networks.items():
            made = ENGINE.json("POST", "/networks/create", {"Name": name, "IPAM": {"Config": [{"Subnet": f"{prefix}.0/24"}]}})
            cls.names["network ids"][name] = made["Id"]
        ENGINE.create("lender", "bare:old", HostConfig={"NetworkMode": "back", "Binds": ["lent:/lent/named"]}, Volumes={"/lent/nameless": {}})

    @classmethod
    def tearDownClass(cls):
        ENGINE.remove_everything()

    def forget(self, *names):
        for name in names:
            ENGINE.call("DELETE", f"/containers/{name}?force=1&v=1")

    def forget_all(self):
        self.forget(*(c["Id"] for c in ENGINE.json("GET", "/containers/json?all=1") if "/lender" not in c["Names"]))


class AnyConfiguration(Case):
    def test_is_carried_over(self):
        offered, used, started, number = set(), collections.Counter(), 0, 0
        while number < COUNT or (offered - set(used) and number < 10 * COUNT):
            seed = SEED + number
            number += 1
            random_ = random.Random(seed)
            configuration = Configuration(random_, self.names, runs=number % 4 == 0)
            offered |= configuration.offered
            if number > COUNT and configuration.used <= set(used):
                continue  # only for what has not come yet
            old_name, new_name = [("rich:old", "rich:new"), ("bare:old", "bare:new"), ("rich:old", "bare:new"), ("bare:old", "rich:new")][number % 7 % 4]
            if configuration.runs:
                old_name, new_name = "bare:old", "bare:new"
            elif "command=no entry point" in configuration.used:
                old_name = "rich:old"  # of an image without one, an engine does not tell who said that there is none
            with self.subTest(seed=seed, old=old_name, new=new_name, config=configuration.config, host=configuration.host, networks=configuration.networks):
                used.update(configuration.used)
                make("old", configuration, old_name)
                if configuration.runs:
                    ENGINE.call("POST", "/containers/old/start")
                    started += 1
                self.check(configuration, old_name, new_name, random_)
            self.forget_all()
        print(f"{sum(used.values())} uses of {len(used)} options in {number} configurations, {started} of them running (seed {SEED})")
        self.assertEqual(offered - set(used), set())
        self.assertGreaterEqual(started, COUNT // 4)

    def check(self, configuration, old_name, new_name, random_):
        old, old_image, new_image = inspect("old"), image(old_name), image(new_name)
        made = made_anew(old, old_image, new_name, "new")
        make("reference", configuration, new_name)
        reference = inspect("reference")
        # Volumes that nobody named: the old container's, with their data. An image may bring others of its own.
        volumes, expected = nameless(made), nameless(reference)
        self.assertEqual({d: volumes.get(d) for d in nameless(old)}, nameless(old))
        borrowed = {m["Destination"] for m in ENGINE.inspect("lender")["Mounts"]} if "VolumesFrom" in configuration.host else set()
        self.assertLessEqual(set(expected), set(volumes))
        extra = set(volumes) - set(expected)  # the old image's
        self.assertLessEqual(extra, set(old_image["Config"].get("Volumes") or {}))
        for destination in borrowed:
            self.assertEqual(volumes.get(destination), expected.get(destination))
        said, wanted = comparable(made, volumes), comparable(reference, expected)
        said["Mounts"] = [m for m in said["Mounts"] if m["Destination"] not in extra]
        self.assertEqual(said, wanted)
        published = set(old["HostConfig"]["PortBindings"] or {}) & set(old["Config"].get("ExposedPorts") or {})
        self.assertLessEqual(published, set(made["Config"].get("ExposedPorts") or {}))
        # Liftlock's own comparison agrees, and sees what is not so.
        files = written(old, old_image, made, new_image)
        self.assertEqual(tool("differences", *files), [])
        what, other = changed(random_, made)
        files[2].write_text(json.dumps(other))
        self.assertNotEqual(tool("differences", *files), [], what)


class Running(Case):
    def test_comes_up_as_it_was(self):
        """With the same address, names and port, and with the data of a volume that nobody named."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        serve = ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/data"]
        endpoint = {"Aliases": ["chat"], "IPAMConfig": {"IPv4Address": "10.77.1.50"}}
        ENGINE.create("webui", "bare:old", Cmd=serve, Volumes={"/data": {}}, MacAddress="02:42:ac:11:00:77", ExposedPorts={"8080/tcp": {}},
                      HostConfig={"NetworkMode": "front", "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}},
                      NetworkingConfig={"EndpointsConfig": {"front": endpoint}})  # fmt: skip
        self.addCleanup(self.forget_all)
        ENGINE.call("POST", "/networks/back/connect", {"Container": "webui", "EndpointConfig": {"Aliases": ["behind"]}})
        ENGINE.execute("webui", "/bin/busybox", "sh", "-c", "echo kept > /data/file")
        old = inspect("webui")
        ENGINE.call("POST", "/containers/webui/stop?t=0")
        ENGINE.call("POST", "/containers/webui/rename?name=webui-before")
        made_anew(old, image("bare:old"), "bare:new", "webui")
        ENGINE.call("POST", "/containers/webui/start")
        new = inspect("webui")
        self.assertEqual(tool("differences", *written(old, image("bare:old"), new, image("bare:new"))), [])
        front = new["NetworkSettings"]["Networks"]["front"]
        self.assertEqual((front["IPAddress"], front["MacAddress"]), ("10.77.1.50", "02:42:ac:11:00:77"))
        self.assertEqual(urllib.request.urlopen(f"http://127.0.0.1:{port}/file", timeout=10).read(), b"kept\n")
        for name, network in (("chat", "front"), ("behind", "back"), ("webui", "back")):
            ENGINE.create("asker", "bare:old", Cmd=["/bin/busybox", "sleep", "60"], HostConfig={"NetworkMode": network})
            self.assertIn(b"kept", ENGINE.execute("asker", "/bin/busybox", "wget", "-q", "-O", "-", f"http://{name}:8080/file"))
            self.forget("asker")
        # Without the new one, the old one takes its place and its address again.
        self.forget("webui")
        ENGINE.call("POST", "/containers/webui-before/rename?name=webui")
        ENGINE.call("POST", "/containers/webui/start")
        self.assertEqual(ENGINE.inspect("webui")["NetworkSettings"]["Networks"]["front"]["IPAddress"], "10.77.1.50")
        self.assertIn(b"kept", ENGINE.execute("webui", "/bin/busybox", "cat", "/data/file"))


def prepare(engine):
    busybox = engines.static_busybox()
    files = {"bin": None, "tmp": None, "etc": None, "bin/busybox": (busybox, 0o755), "etc/passwd": b"root:x:0:0:root:/:/bin/sh\n",
             "etc/group": b"root:x:0:\naudio:x:29:\n"}  # fmt: skip
    for name, config in IMAGES.items():
        engine.load_configured_image(name, files, config)


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare))

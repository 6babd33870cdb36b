#!/usr/bin/env python3
"""What Liftlock does with a container engine, on a real Podman: what it says of containers, and how it makes them anew.

Usage: tests/docker/podman.py [TEST…]
"""

import shutil
import sys

import identity
import podman_engine
import status
import suite

ENGINE = SCRATCH = None
SECOND = 1_000_000_000
# Of the official image's shape, with the small server of the other tests in it.
CONFIG = {
    "Env": ["ENV=prod", "PORT=8080", "WEBUI_SECRET_KEY=", "PATH=/bin"], "WorkingDir": "/app/backend", "ExposedPorts": {"8080/tcp": {}},
    "Cmd": ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"],
    "Healthcheck": {"Test": ["CMD", "/bin/busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/health"], "Interval": SECOND, "Timeout": 3 * SECOND, "Retries": 3},
}  # fmt: skip


def labels(version):
    return {"Labels": {"org.opencontainers.image.title": "open-webui", "org.opencontainers.image.version": f"v{version}"}}


class Looked(status.Case):
    def test_at_a_running_container_with_data(self):
        data = status.data_directory("open-webui-0.6.18")
        before = status.contents(data)
        ENGINE.create("open-webui", "localhost/open-webui:v0.6.18", Env=["WEBUI_SECRET_KEY=t0p-s3cret"],
                      HostConfig={"NetworkMode": "none", "Binds": [f"{data}:/app/backend/data"]})  # fmt: skip
        suite.until(lambda: ENGINE.healthcheck("open-webui") == "healthy")
        said = self.json("status", "docker:open-webui")
        program = said["program"]
        self.assertEqual((program["version"], program["image"], program["state"], program["health"]),
                         ("0.6.18", "localhost/open-webui:v0.6.18", "running", "healthy"))  # fmt: skip
        self.assertEqual([(mount["kind"], mount["destination"]) for mount in program["mounts"]], [("bind", "/app/backend/data")])
        self.assertEqual((said["database"]["kind"], said["database"]["path"], said["database"]["unread"]), ("sqlite", str(data / "webui.db"), None))
        self.assertIn("0.6.18", said["releases"])
        self.assertEqual(said["secret_key"], "variable")
        self.assertEqual(status.contents(data), before)

    def test_into_a_stopped_container(self):
        """Its database is on a volume that this user may not read, and is copied out through the engine."""
        data = status.data_directory("open-webui-0.8.12")
        ENGINE.create("chat", "localhost/open-webui:v0.6.18", start=False, HostConfig={"NetworkMode": "none", "Binds": ["chat:/app/backend/data"]})
        volume = ENGINE.json("GET", "/volumes/chat")["Mountpoint"]
        shutil.copy2(data / "webui.db", volume)
        ENGINE.socket.chmod(0o666)
        self.addCleanup(ENGINE.socket.chmod, 0o600)
        self.folder.chmod(0o777)
        said = self.json("status", "docker:chat", user=65534)
        self.assertEqual((said["program"]["state"], said["database"]["path"], said["data"]), ("created", None, None))
        self.assertIn("0.8.12", said["releases"])

    def test_at_all_of_them(self):
        ENGINE.create("b-web", "localhost/open-webui:v0.6.18", start=False)
        ENGINE.create("other", "localhost/bare:old", start=False)
        listed = self.json("status")
        self.assertEqual([one["deployment"] for one in listed["deployments"]], ["docker:b-web"])
        self.assertIn(f"Podman {ENGINE.json('GET', '/version')['Version']} at {ENGINE.url}", listed["engine"])
        self.assertEqual(self.json("status", "docker:nobody", code=2)["error"]["id"], "instance-unknown")


class MadeAnew(status.Case):
    """Podman says less than Docker of what was asked for: what it says must come along, and no more be said than was."""

    def anew(self, image, **config):
        ENGINE.create("old", config.pop("old_image", "localhost/rich:old"), start=False, **config)
        answer = identity.tool("anew", "old", image, "new")
        self.assertEqual(answer["differences"], [])
        return ENGINE.inspect("old"), ENGINE.inspect("new"), answer["asked"]

    def test_with_the_images_own(self):
        old, new, asked = self.anew("localhost/rich:new")
        config = new["Config"]
        self.assertEqual((config["User"], config["WorkingDir"], config["Cmd"], config["Entrypoint"]), ("1002", "/srv/new", ["new"], ["/bin/busybox", "echo"]))
        self.assertEqual(config["StopSignal"], "1")
        self.assertEqual(config["Healthcheck"]["Test"], ["CMD", "/bin/busybox", "echo", "new"])
        self.assertEqual(config["Labels"], identity.IMAGES["rich:new"]["Labels"])
        self.assertTrue({"SHARED=new", "NEW=only"} <= set(config["Env"]))
        self.assertNotIn("OLD=only", config["Env"])
        self.assertIn("7002/tcp", config["ExposedPorts"])
        self.assertEqual([name for name in ("User", "WorkingDir", "Cmd", "Entrypoint", "StopSignal", "Healthcheck") if name in asked], [])
        # The volumes of the old image, which nobody named, and that of the new one.
        volumes = {m["Destination"]: m["Name"] for m in new["Mounts"]}
        for mount in old["Mounts"]:
            self.assertEqual(volumes[mount["Destination"]], mount["Name"])
        self.assertEqual(set(volumes), {"/image/old", "/image/both", "/image/new"})

    def test_with_what_was_asked_for(self):
        for network in ("back", "web"):
            ENGINE.json("POST", "/networks/create", {"Name": network})
        config = {
            "Env": ["A=1", "SHARED=mine"], "Hostname": "chat", "Cmd": ["sleep", "9"], "Entrypoint": ["/bin/busybox"], "User": "7", "WorkingDir": "/tmp", "Tty": True,
            "Labels": {"mine": "1"}, "StopSignal": "SIGINT", "StopTimeout": 33, "Healthcheck": {"Test": ["CMD", "/bin/busybox", "true"], "Interval": 5 * SECOND},
            "ExposedPorts": {"8080/tcp": {}, "9999/tcp": {}}, "Volumes": {"/v": {}},
        }  # fmt: skip
        host = {
            "NetworkMode": "web", "Binds": ["vol:/d", f"{SCRATCH}:/t:ro", "vol:/r:ro"], "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "23456"}]},
            "Memory": 1 << 26, "CpuShares": 512, "PidsLimit": 99, "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}, "CapAdd": ["NET_ADMIN"],
            "CapDrop": ["MKNOD"], "ExtraHosts": ["db:10.0.0.9"], "Dns": ["9.9.9.9"], "Tmpfs": {"/tt": "size=64k"}, "ShmSize": 1 << 20, "ReadonlyRootfs": True,
            "Ulimits": [{"Name": "nofile", "Soft": 99, "Hard": 100}], "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/nothing", "CgroupPermissions": "rw"}],
            "SecurityOpt": ["no-new-privileges"], "OomScoreAdj": 500, "GroupAdd": ["44"], "LogConfig": {"Type": "k8s-file", "Config": {}},
        }  # fmt: skip
        ENGINE.create("old", "localhost/rich:old", start=False, HostConfig=host, NetworkingConfig={"EndpointsConfig": {"web": {"Aliases": ["ui"]}}}, **config)
        ENGINE.call("POST", "/networks/back/connect", {"Container": "old", "EndpointConfig": {"Aliases": ["behind"]}})
        self.assertEqual(identity.tool("anew", "old", "localhost/rich:new", "new")["differences"], [])
        old, new = ENGINE.inspect("old"), ENGINE.inspect("new")
        self.assertIn("SHARED=mine", new["Config"]["Env"])
        self.assertIn("NEW=only", new["Config"]["Env"])
        for name in ("Hostname", "Cmd", "Entrypoint", "User", "WorkingDir", "Tty", "StopSignal", "StopTimeout"):
            self.assertEqual(new["Config"][name], old["Config"][name], name)
        self.assertEqual(new["Config"]["Healthcheck"]["Interval"], 5 * SECOND)
        self.assertEqual(new["Config"]["Labels"]["mine"], "1")

        def plain(container):
            said = dict(container["HostConfig"])
            said["Binds"] = sorted(tuple(sorted(bind.replace(":", ",").split(","))) for bind in said["Binds"] if "/image/" not in bind)
            said["PortBindings"] = {port: bound for port, bound in said["PortBindings"].items() if bound}
            return said

        self.assertEqual(plain(new), plain(old))
        networks = {name: [a for a in endpoint["Aliases"] if a != new["Id"][:12]] for name, endpoint in new["NetworkSettings"]["Networks"].items()}
        self.assertEqual(networks, {"web": ["ui"], "back": ["behind"]})
        mounts = [{m["Destination"]: (m["Type"], m.get("Name"), m["RW"]) for m in c["Mounts"] if m["Destination"] != "/image/new"} for c in (old, new)]
        self.assertEqual(mounts[1], mounts[0])


def prepare(engine):
    identity.ENGINE, identity.SCRATCH = engine, SCRATCH
    status.ENGINE, status.SCRATCH = engine, SCRATCH
    identity.prepare(engine)
    files, _ = status.engines.simulated_open_webui("0.6.18")
    engine.load_configured_image("open-webui:v0.6.18", files, CONFIG | labels("0.6.18"))


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, podman_engine.Podman, "Podman"))

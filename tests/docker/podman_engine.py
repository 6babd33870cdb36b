"""A Podman of its own, with its socket that answers as Docker's does: all its data in a temporary folder, ended by its process
id. Its health checks are run by systemd where there is one; here by healthcheck()."""

import json
import os
import shutil
import signal
import subprocess

import engine

# Podman's own limits are above a small machine's, and its usual runtime wants one kind of control groups only.
CONFIGURATION = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


class Podman(engine.Client):
    own_networks = ("podman", "bridge")  # the default one, by either name

    def __init__(self, scratch):
        missing = [program for program in ("podman", "runc") if shutil.which(program) is None]
        if missing:
            raise engine.Unavailable(f"there is no {missing[0]} (scripts/setup --tests installs it)")
        if os.geteuid() != 0:
            raise engine.Unavailable("it needs root here")
        super().__init__(scratch / "podman.sock")
        (scratch / "containers.conf").write_text(CONFIGURATION)
        self.log = open(scratch / "podman.log", "w+")
        self.program = ["podman", "--root", scratch / "root", "--runroot", scratch / "run", "--tmpdir", scratch / "tmp",
                        "--storage-driver", "overlay", "--network-config-dir", scratch / "networks"]  # fmt: skip
        self.environment = os.environ | {"CONTAINERS_CONF": str(scratch / "containers.conf")}
        self.process = subprocess.Popen(
            [*self.program, "system", "service", "--time=0", self.url], env=self.environment,
            stdout=self.log, stderr=self.log, cwd="/", start_new_session=True,
        )  # fmt: skip
        try:
            self.wait_for(self.process, self.log, "podman")
            self.remove_everything()
        except BaseException:
            self.stop()
            raise

    def command(self, *words):
        """As a person at a shell does it."""
        said = subprocess.run([*self.program, *map(str, words)], env=self.environment, capture_output=True, text=True)
        if said.returncode != 0:
            raise engine.Refused(said.returncode, said.stderr)
        return said.stdout.strip()

    def load_image(self, name, files, changes):
        """Podman's import knows fewer instructions than Docker's; no health check, which only systemd would run."""
        config = {"Env": ["PATH=/bin"], "Labels": {}, "ExposedPorts": {}}
        for change in changes:
            word, rest = change.split(" ", 1)
            if word == "ENV":
                config["Env"] += rest.split()
            elif word == "LABEL":
                config["Labels"].update([rest.split("=", 1)])
            elif word == "EXPOSE":
                config["ExposedPorts"][f"{rest}/tcp"] = {}
            elif word != "HEALTHCHECK":
                config[{"CMD": "Cmd", "WORKDIR": "WorkingDir"}[word]] = json.loads(rest) if word == "CMD" else rest
        self.load_configured_image(name, files, config)

    def healthcheck(self, name):
        return self.json("GET", f"/v4.0.0/libpod/containers/{name}/healthcheck")["Status"]

    def stop(self):
        if self.process.poll() is None:
            try:
                self.remove_everything()
            except (OSError, engine.Refused):
                pass  # its folder goes, too
            os.kill(self.process.pid, signal.SIGTERM)
            self.process.wait()
        subprocess.run(["umount", self.socket.parent / "root/overlay"], stderr=subprocess.DEVNULL)
        self.log.close()

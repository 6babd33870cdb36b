"""How long a real Open WebUI in a container is away while its version changes, as somebody sees it who asks ten times a second."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/docker"))

from engine import EngineOfRealImages  # noqa: E402
from open_webui import real_image  # noqa: E402
from registry_server import free_port  # noqa: E402

NAME = "open-webui"


class Probe(threading.Thread):
    """Asks /health; the longest time between two good answers."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.url, self.over, self.good = f"http://127.0.0.1:{port}/health", threading.Event(), []

    def answers(self):
        try:
            with urllib.request.urlopen(self.url, timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    def run(self):
        while not self.over.wait(0.1):
            if self.answers():
                self.good.append(time.monotonic())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    def wait(self, after, seconds=900):
        """Until there is a good answer that was given later than `after`."""
        while not self.good or self.good[-1] < after:
            if time.monotonic() > after + seconds:
                raise TimeoutError(f"no answer in {seconds} s")
            time.sleep(0.05)

    def away(self):
        return max(later - earlier for earlier, later in zip(self.good, self.good[1:], strict=False))


class Containers:
    """For `with`: an engine of its own, and a container of the old release on a copy of the database."""

    def __init__(self, old, new):
        self.releases = old, new

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="liftlock-bench-", dir="/var/tmp")))
            self.engine = EngineOfRealImages(self.scratch)
            stack.callback(self.engine.stop)
            self.old, self.new = (real_image(self.engine, release) for release in self.releases)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def make_uploads(self, gigabytes):
        """Files of 10 MB that cannot be compressed, as pictures and PDFs; for running()."""
        folder = self.scratch / "uploads"
        folder.mkdir()
        for number in range(gigabytes * 100):
            (folder / f"{number:08x}-0000-4000-8000-000000000000_scan.pdf").write_bytes(os.urandom(10_000_000))
        return folder

    @contextlib.contextmanager
    def running(self, database, uploads=None):
        """The probe of a container that answers. The folder of uploads is moved in, and back."""
        self.engine.remove_everything()
        data, self.home = self.scratch / "data", self.scratch / "home"
        for folder in (data, self.home):
            shutil.rmtree(folder, ignore_errors=True)
        data.mkdir()
        shutil.copyfile(database, data / "webui.db")
        if uploads:
            uploads.rename(data / "uploads")
        port = free_port()
        self.engine.json("POST", "/networks/create", {"Name": "web"})
        self.host = {"Binds": [f"{data}:/app/backend/data"], "NetworkMode": "web", "RestartPolicy": {"Name": "unless-stopped"},
                     "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}}  # fmt: skip
        self.run_new(self.old)
        with Probe(port) as probe:
            probe.wait(time.monotonic())
            time.sleep(5)  # what a program does after its start is not the change's
            yield probe
        if uploads:
            (data / "uploads").rename(uploads)

    def run_new(self, image):
        self.engine.create(NAME, image, HostConfig=self.host, Env=["WEBUI_SECRET_KEY=bench"])

    def replace(self):
        """docker stop, rm, run: the documented way. The image is there already."""
        self.engine.call("POST", f"/containers/{NAME}/stop")
        self.engine.call("DELETE", f"/containers/{NAME}")
        self.run_new(self.new)

    def restart(self):
        self.engine.call("POST", f"/containers/{NAME}/restart")

    def liftlock(self, program, *words):
        """Runs it; seconds until its first line, and in all."""
        begun = time.monotonic()
        environment = os.environ | {"LIFTLOCK_HOME": str(self.home), "DOCKER_HOST": self.engine.url}
        process = subprocess.Popen([program, "--yes", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
        said = process.stdout.readline()
        first = time.monotonic() - begun
        said += process.stdout.read()
        if process.wait() != 0:
            raise RuntimeError(said.decode(errors="replace"))
        return first, time.monotonic() - begun

"""A PostgreSQL server of its own in a temporary folder, on a free port of the loopback address; ended by its process id."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time


def programs():
    """The folder with initdb and postgres: the newest version that Debian has installed, else those in the PATH."""
    versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: float(p.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("postgres")
    return pathlib.Path(found).parent if found else None


class Unavailable(Exception):
    """There is no server to start here."""


# Nothing that these servers hold outlives them.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """For `with`, in session.scratch_folder(). `binaries`: the folder of another version's programs, which are copied to where
    the user postgres may come."""

    def __init__(self, scratch, binaries=None, settings=NOT_DURABLE):
        self.folder = scratch / "postgresql"
        self.folder.mkdir()
        if binaries:
            shutil.copytree(binaries.parent, self.folder / "programs", symlinks=True)
            binaries = self.folder / "programs/bin"
        else:
            binaries = programs()
        if binaries is None:
            raise Unavailable("there is no PostgreSQL server (scripts/setup --tests installs it)")
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if as_postgres:
            try:
                shutil.chown(self.folder, "postgres")
            except LookupError:
                raise Unavailable("a server does not run as root, and there is no user postgres") from None
            for folder in (scratch, *scratch.parents):  # it must be able to come there
                if folder.owner() == "root" and not folder.stat().st_mode & 0o001:
                    folder.chmod(folder.stat().st_mode | 0o011)
        run = lambda *command: subprocess.run([*as_postgres, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")
        run(binaries / "initdb", "--pgdata", self.folder / "data", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = open(self.folder / "log", "w")
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder, "max_connections": 30, **settings}
        # A process group of its own: runuser would pass signals on, but Ctrl-C must not reach the server first.
        self.process = subprocess.Popen(
            [*as_postgres, binaries / "postgres", "-D", self.folder / "data", *(f"--{k}={v}" for k, v in settings.items())],
            stdout=self.log, stderr=self.log, cwd="/", start_new_session=True,
        )  # fmt: skip
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def wait(self):
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended at once; see {self.log.name}")
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL does not answer")

    def url(self, database):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def stop(self):
        while self.process.poll() is None:
            with contextlib.suppress(FileNotFoundError, IndexError, ProcessLookupError):  # it has ended, or not begun
                os.kill(int((self.folder / "data/postmaster.pid").read_text().split()[0]), signal.SIGINT)
            time.sleep(0.1)
        self.log.close()

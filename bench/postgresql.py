"""Big databases on a PostgreSQL server of bench/run's own, with the settings that a new server has."""

import contextlib
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/differential"))

from cases import FIXTURES  # noqa: E402
from cluster import Cluster  # noqa: E402
from postgres_world import World, loaded  # noqa: E402
from yardstick import Official  # noqa: E402

SOURCE_REVISION = FIXTURES["open-webui-0.6.18"]
SETTINGS = {"max_locks_per_transaction": 1024}  # the rows are loaded with a savepoint each; no other setting than a new server has


class Server:
    """For `with`. Its databases are copies of one that the official chain has made and that holds a SQLite file's rows."""

    def __init__(self, build):
        self.build, self.templates = build, {}

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            # Not the caller's folder: the server runs as another user, who must be able to come there.
            scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="liftlock-bench-", dir="/var/tmp")))
            cluster = stack.enter_context(Cluster(scratch, settings=SETTINGS))
            official = Official(scratch)
            stack.callback(official.close)
            self.world = World(official, cluster, self.build, scratch)
            self.version = self.world.sql(cluster.url("postgres"), "SHOW server_version")[0][0].split()[0]
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    @contextlib.contextmanager
    def copy(self, sqlite):
        """The URL of a database at 0.6.18 with the rows of the SQLite file, for `with`."""
        if sqlite not in self.templates:
            print(f"  filling a PostgreSQL database from {sqlite}", file=sys.stderr)
            url = loaded(self.world, sqlite, SOURCE_REVISION, 18)
            self.world.sql(url, "VACUUM ANALYZE")
            self.templates[sqlite] = url
        url = self.world.copy(self.templates[sqlite])
        # What copying has left to do is not the migration's.
        self.world.sql(url, "CHECKPOINT")
        try:
            yield url
        finally:
            self.world.drop(url)

    def size(self, sqlite):
        """Bytes of the database before the migration."""
        name = self.templates[sqlite].rsplit("/", 1)[1]
        return self.world.sql(self.world.cluster.url("postgres"), f"SELECT pg_database_size('{name}')")[0][0]

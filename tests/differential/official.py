"""Runs Open WebUI's own migrations on SQLite files and PostgreSQL databases (a URL in place of the path): the real Alembic with the real env.py and scripts, or the real Peewee
router. A process of its own, since importing them takes seconds: one JSON request a line on stdin, one JSON answer a line on
stdout. Started by yardstick.py with the yardstick's Python:

    official.py YARDSTICK_FOLDER SCRATCH_FOLDER alembic|peewee

Requests of `alembic`: {"do": "upgrade", "database": PATH, "revision": ID} and "downgrade" likewise, and {"do": "schema", "database": PATH}, which answers
with what SQLAlchemy's inspector sees; {"do": "watched_upgrade", "database": PATH, "revision": ID, "folder": PATH} upgrades, too,
and answers with the states that a kill on the way would have left, copied into the folder. On PostgreSQL also
load, mirror and sql, see postgres_copy.py. Request of `peewee`: {"do": "upgrade", "database": PATH, "count": N}.
Answers: {"ok": true, "result": …} or {"ok": false, "error": TEXT}.
"""

import json
import logging
import os
import pathlib
import re
import subprocess
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import postgres_copy  # noqa: E402

ALEMBIC_RELEASE = "open-webui-0.12.4"
PEEWEE_RELEASE = "open-webui-0.3.35"


def prepare(release_folder, scratch):
    """The environment in which the release's modules can be imported without touching anything but `scratch`."""
    scratch.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        DATA_DIR=str(scratch),
        DATABASE_URL=f"sqlite:///{scratch}/unused.db",
        WEBUI_SECRET_KEY="x",
        ENABLE_DB_MIGRATIONS="false",
        GLOBAL_LOG_LEVEL="ERROR",
    )
    sys.path.insert(0, str(release_folder))
    os.chdir(release_folder / "open_webui")


def url_of(database):
    return database if "://" in database else f"sqlite:///{database}"


class Alembic:
    def __init__(self, yardstick, scratch):
        prepare(yardstick / ALEMBIC_RELEASE, scratch)
        import alembic.command
        import alembic.config
        import alembic.script
        import open_webui.env
        import sqlalchemy

        self.alembic, self.env, self.sqlalchemy = alembic, open_webui.env, sqlalchemy
        # The scripts do not change in between: read once, not at every command.
        scripts = alembic.script.ScriptDirectory.from_config(self.config())
        alembic.script.ScriptDirectory.from_config = classmethod(lambda _, config: scripts)
        self.scripts = scripts

    def load(self, request):
        return postgres_copy.load(request["source"], request["database"])

    def mirror(self, request):
        postgres_copy.mirror(request["database"], request["destination"])

    def sql(self, request):
        return postgres_copy.run(request["database"], request["sql"])

    def config(self):
        config = self.alembic.config.Config("alembic.ini")
        config.config_file_name = None  # else every command sets logging up again
        config.set_main_option("script_location", "migrations")
        return config

    def upgrade(self, request):
        # env.py imports DATABASE_URL anew at every command.
        self.env.DATABASE_URL = url_of(request["database"])
        self.alembic.command.upgrade(self.config(), request["revision"])

    def downgrade(self, request):
        self.env.DATABASE_URL = url_of(request["database"])
        self.alembic.command.downgrade(self.config(), request["revision"])

    def watched_upgrade(self, request):
        states = KillStates(pathlib.Path(request["database"]), pathlib.Path(request["folder"]), self.scripts)
        self.sqlalchemy.event.listen(self.sqlalchemy.engine.Engine, "before_cursor_execute", states.before_statement)
        try:
            self.upgrade(request)
        finally:
            self.sqlalchemy.event.remove(self.sqlalchemy.engine.Engine, "before_cursor_execute", states.before_statement)
        return states.found

    def schema(self, request):
        engine = self.sqlalchemy.create_engine(url_of(request["database"]))
        try:
            with engine.connect() as connection:
                return describe(self.sqlalchemy.inspect(connection), connection, self.sqlalchemy)
        finally:
            engine.dispose()


class KillStates:
    """Copies a database's files, as the disk holds them, before each writing statement: what a kill there would leave."""

    SMALL_BATCH = 4  # so that a script which writes in batches can be seen between two of them

    def __init__(self, database, folder, scripts):
        self.database, self.folder, self.found, self.seen, self.number = database, folder, [], set(), 0
        folder.mkdir(parents=True)
        # Left open: closing a file drops the locks that SQLite holds on it in this process.
        self.file = os.open(database, os.O_RDONLY)
        for script in scripts.walk_revisions():
            if hasattr(script.module, "BATCH_SIZE"):
                script.module.BATCH_SIZE = self.SMALL_BATCH

    def before_statement(self, connection, cursor, statement, parameters, context, many):
        if statement.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            return
        self.number += 1
        files = [f for f in (pathlib.Path(f"{self.database}{suffix}") for suffix in ("", "-journal", "-wal")) if f.exists()]
        # The header's counter changes with every commit.
        state = (os.pread(self.file, 100, 0), *((f.name, f.stat().st_size) for f in files))
        if state in self.seen:
            return
        self.seen.add(state)
        place = self.folder / str(self.number)
        place.mkdir()
        subprocess.run(["cp", *files, place], check=True)
        self.found.append({"number": self.number, "revision": running(), "sql": " ".join(statement.split()), "folder": str(place)})


def running():
    """The revision whose script is on the stack."""
    frame = sys._getframe()
    while frame and "/migrations/versions/" not in frame.f_code.co_filename:
        frame = frame.f_back
    return pathlib.Path(frame.f_code.co_filename).stem.split("_")[0] if frame else "no revision"


class Peewee:
    def __init__(self, yardstick, scratch):
        prepare(yardstick / PEEWEE_RELEASE, scratch)
        from open_webui.apps.webui.internal.wrappers import register_connection
        from peewee_migrate import Router

        self.register_connection, self.router = register_connection, Router
        self.folder = pathlib.Path("apps/webui/internal/migrations").resolve()

    def upgrade(self, request):
        name = next(f.stem for f in self.folder.glob(f"{request['count']:03d}_*.py"))
        logger = logging.getLogger("peewee-yardstick")
        logger.setLevel(logging.ERROR)
        database = self.register_connection(url_of(request["database"]).replace("postgresql://", "postgres://"))
        try:
            self.router(database, logger=logger, migrate_dir=self.folder).run(name)
        finally:
            if not database.is_closed():
                database.close()


def without_parentheses(sql):
    """An SQL expression less the outer parentheses and the spacing in which writers differ."""
    if sql is None:
        return None
    sql = re.sub(r"\s+", " ", str(sql)).strip()
    while sql.startswith("(") and sql.endswith(")") and sql.count("(") == sql.count(")"):
        sql = sql[1:-1].strip()
    return sql


def ordered(items):
    return sorted(items, key=repr)  # names may be None


KNOWN = {}  # the text of a table and of its indexes -> what the inspector makes of them; inspecting is slow


def describe(inspector, connection, sqlalchemy):
    """The schema as an inspector sees it, with nothing left in it that depends on the order of clauses."""
    if connection.dialect.name == "postgresql":
        views = connection.execute(sqlalchemy.text("SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema() ORDER BY 1"))
        tables = {table: describe_table(inspector, table) for table in inspector.get_table_names()}
        return {"tables": tables, "others": [["view", name, without_parentheses(sql)] for name, sql in views]}
    texts = {}
    for table, sql in connection.execute(sqlalchemy.text("SELECT tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'index')")):
        texts.setdefault(table, []).append(sql or "")
    tables = {}
    for table in inspector.get_table_names():
        text = tuple(sorted(texts[table]))
        if text not in KNOWN:
            KNOWN[text] = describe_table(inspector, table)
        tables[table] = KNOWN[text]
    others = connection.execute(
        sqlalchemy.text("SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY 1, 2")
    )
    return {"tables": tables, "others": [[kind, name, without_parentheses(sql)] for kind, name, sql in others]}


def describe_table(inspector, table):
    primary = inspector.get_pk_constraint(table)
    return {
        "columns": {
            c["name"]: [str(c["type"]), c["nullable"], without_parentheses(c["default"])] for c in inspector.get_columns(table)
        },
        "primary key": [primary.get("name"), primary["constrained_columns"]],
        "uniques": ordered([u["name"], sorted(u["column_names"])] for u in inspector.get_unique_constraints(table)),
        "foreign keys": ordered(
            [f["name"], f["constrained_columns"], f["referred_table"], f["referred_columns"], sorted(f["options"].items())]
            for f in inspector.get_foreign_keys(table)
        ),
        "checks": ordered([c["name"] or "", without_parentheses(c["sqltext"])] for c in inspector.get_check_constraints(table)),
        "indexes": ordered(
            [
                i["name"],
                # An index on an expression has no column name; the expressions list then has them all.
                i.get("expressions") or i["column_names"],
                bool(i["unique"]),
                without_parentheses(i.get("dialect_options", {}).get(f"{inspector.dialect.name}_where")),
            ]
            for i in inspector.get_indexes(table)
        ),
    }


def main():
    yardstick, scratch, which = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    # The scripts print to stdout; the answers must not mix with that.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    logging.basicConfig(level=logging.ERROR)
    worker = {"alembic": Alembic, "peewee": Peewee}[which](yardstick, scratch)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"ok": True, "result": getattr(worker, request["do"])(request)}
        except Exception as error:  # noqa: BLE001: whatever a script throws is the answer
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()

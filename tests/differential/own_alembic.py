#!/usr/bin/env python3
"""`liftlock db upgrade|downgrade` along chains: one that only its own Alembic can run, and names of revisions on Open WebUI's.

usage: own_alembic.py [--build FOLDER] [--only TEXT]...

A made chain with a table, a column and rows is run by Liftlock (`--scripts --python`) and by the real Alembic, on the same databases;
whatever goes wrong must leave the database as it was, byte by byte; on PostgreSQL (a server is started for it), where the scripts work on
the database itself, as far as the scripts do. On Open WebUI's chain, what a name means to `upgrade` and
`downgrade` is compared with what the real Alembic takes it for. What `db revision --autogenerate` writes is run by the real Alembic, up and
down, and must make the schemas equal. Exit status: 0 no difference, 1 differences, 2 usage.
"""

import argparse
import contextlib
import hashlib
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import graph  # noqa: E402  (starts itself anew with the yardstick's Python)
from alembic import util  # noqa: E402
from alembic.config import Config  # noqa: E402
from alembic.script import ScriptDirectory  # noqa: E402
import sqlalchemy  # noqa: E402
from cluster import Cluster, Unavailable, programs  # noqa: E402
from session import scratch_folder  # noqa: E402

ENVIRONMENT = """
import os
from alembic import context
import sqlalchemy
config = context.config
engine = sqlalchemy.create_engine(URL)
with engine.connect() as connection:
    context.configure(connection=connection, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
"""
FROM_OPTION = ENVIRONMENT.replace("URL", 'config.get_main_option("sqlalchemy.url")')
FROM_ENVIRONMENT = ENVIRONMENT.replace("URL", 'os.environ["DATABASE_URL"]')
SCRIPTS = {
    "aaaa1111": (None, 'op.create_table("thing", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))', 'op.drop_table("thing")'),
    "bbbb2222": ("aaaa1111", 'op.add_column("thing", sa.Column("size", sa.Integer, server_default="3"))', 'op.drop_column("thing", "size")'),
    "cccc3333": ("bbbb2222", 'op.execute("INSERT INTO thing (name) VALUES (\'made\')")', 'op.execute("DELETE FROM thing WHERE name = \'made\'")'),
}
SPOILED = {"dddd4444": ("cccc3333", 'op.execute("UPDATE thing SET name = \'spoiled\'")\n    op.execute("COMMIT")\n    raise ValueError("not today")', "pass")}


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def write_chain(folder, environment, scripts, settings=True):
    versions = folder / "chain/versions"
    versions.mkdir(parents=True)
    for revision, (down, up, back) in scripts.items():
        (versions / f"{revision}.py").write_text(
            f"from alembic import op\nimport sqlalchemy as sa\nrevision = {revision!r}\ndown_revision = {down!r}\ndef upgrade():\n    {up}\ndef downgrade():\n    {back}\n"
        )
    (folder / "chain/env.py").write_text(environment)
    if settings:
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = chain\nsqlalchemy.url = sqlite:////nowhere/at/all.db\n")
    return folder / "chain"


def dump(database):
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def digest(folder):
    """Every file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


class Side:
    def __init__(self, program, scratch):
        self.program, self.scratch = program, scratch

    def run(self, *words, python=sys.executable, yes=True):
        words = [*(["--yes"] if yes else []), "db", words[0], *([f"--python={python}"] if python else []), *words[1:]]
        done = subprocess.run([self.program, "--json", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        return done.returncode, json.loads(done.stdout), done.stderr

    def need(self, *words, **more):
        status, told, talk = self.run(*words, **more)
        if status != 0:
            raise Failed(f"{words} ended with {status}: {told} {talk}")
        return told

    def refused(self, folder, error_id, *words, **more):
        """It fails so, and no file in the folder is another one."""
        before = digest(folder)
        status, told, _ = self.run(*words, **more)
        if status == 0 or told["error"]["id"] != error_id:
            raise Failed(f"{words} ended with {status}: {told}, not with {error_id}")
        if digest(folder) != before:
            raise Failed(f"{words} failed, and {set(digest(folder).items()) ^ set(before.items())} changed")
        return told["error"]


def official(chain, database, verb, revision):
    """`database`: the path of a SQLite file, or a URL."""
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from alembic import command; from alembic.config import Config; c = Config(); c.set_main_option('script_location', sys.argv[1]); "
         "c.set_main_option('sqlalchemy.url', sys.argv[2]); getattr(command, sys.argv[3])(c, sys.argv[4])", chain, url, verb, revision],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, env={"DATABASE_URL": url, "PATH": "/usr/bin:/bin"})
    if done.returncode != 0:
        raise Failed(f"the official side: {done.stdout}")


def equal(ours, theirs, what):
    if dump(ours) != dump(theirs):
        raise Failed(f"{what}: {sorted(set(dump(ours)) ^ set(dump(theirs)))}")


def runs_as_alembic_does(side, environment, settings):
    chain = write_chain(side.scratch, environment, SCRIPTS, settings)
    data = side.scratch / "data folder"
    data.mkdir()
    ours, theirs = data / "ours.db", side.scratch / "theirs.db"
    for verb, revision in (("upgrade", "aaaa"), ("upgrade", "+1"), ("upgrade", "head"), ("downgrade", "-1"), ("downgrade", "aaaa1111"), ("upgrade", "heads"), ("downgrade", "base")):
        told = side.need(verb, f"--database=sqlite:///{ours}", f"--scripts={chain}", "--", revision)
        official(chain, theirs, verb, revision)
        equal(ours, theirs, f"{verb} {revision}")
        if told["kept"]:
            pathlib.Path(told["kept"]).unlink()
        if {path.name for path in data.iterdir()} != {"ours.db"}:
            raise Failed(f"{verb} {revision} left {list(data.iterdir())}")


def stamps_as_alembic_does(side):
    chain = write_chain(side.scratch, FROM_OPTION, SCRIPTS)
    data = side.scratch / "data"
    data.mkdir()
    ours, theirs = data / "ours.db", side.scratch / "theirs.db"
    url = f"--database=sqlite:///{ours}"
    for revision in ("bbbb", "head", "aaaa1111", "base"):
        side.need("stamp", url, f"--scripts={chain}", "--unchecked", "--no-keep", "--", revision)
        official(chain, theirs, "stamp", revision)
        equal(ours, theirs, f"stamp {revision}")
    side.refused(data, "unchecked-missing", "stamp", url, f"--scripts={chain}", "head")
    with contextlib.closing(sqlite3.connect(ours)) as connection:
        connection.execute("INSERT INTO alembic_version VALUES ('gone')")
        connection.commit()
    side.refused(data, "alembic-failed", "stamp", url, f"--scripts={chain}", "--unchecked", "head")
    told = side.need("stamp", url, f"--scripts={chain}", "--unchecked", "--purge", "head")
    if told["from_revisions"] != ["gone"] or told["to_revisions"] != ["cccc3333"] or not told["kept"]:
        raise Failed(f"{told}")


def works_on_a_server(side):
    """There the scripts work on the database itself, after a question."""
    try:
        cluster = Cluster(side.scratch)
    except Unavailable as reason:
        raise Skipped(reason) from None
    with cluster:
        engine = sqlalchemy.create_engine(cluster.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.pool.NullPool)
        with engine.connect() as connection:
            for name in ("ours", "theirs"):
                connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
        runs_on_a_server(side, cluster.url("ours"), cluster.url("theirs"))


def dump_of_server(url):
    words = [programs() / "pg_dump", "--inserts", url]
    return [line for line in subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines() if "restrict" not in line]


def runs_on_a_server(side, ours, theirs):
    chain = write_chain(side.scratch, FROM_OPTION, SCRIPTS | SPOILED)
    named = [f"--database={ours}", f"--scripts={chain}"]
    for verb, revision in (("upgrade", "aaaa"), ("upgrade", "+1"), ("upgrade", "cccc3333"), ("stamp", "bbbb2222"), ("stamp", "cccc3333")):
        more = ["--unchecked"] if verb == "stamp" else []
        told = side.need(verb, *named, *more, "--", revision)
        official(chain, theirs, verb, revision)
        if dump_of_server(ours) != dump_of_server(theirs):
            raise Failed(f"{verb} {revision}: {sorted(set(dump_of_server(ours)) ^ set(dump_of_server(theirs)))}")
        if told["kept"] is not None or not told["to_revisions"]:
            raise Failed(f"{verb} {revision}: {told}")
    before = dump_of_server(ours)
    for words, more, error_id in (
        (("upgrade", "head"), {"yes": False}, "confirmation-needed"),
        (("upgrade", "head"), {"python": None}, "python-missing"),
        (("upgrade", "head"), {"python": "/nowhere/python"}, "program-start"),
        (("stamp", "head"), {}, "unchecked-missing"),
    ):
        status, told, _ = side.run(*words, *named, **more)
        if status == 0 or told["error"]["id"] != error_id or dump_of_server(ours) != before:
            raise Failed(f"{words}: {told}")
    with contextlib.closing(sqlalchemy.create_engine(ours, poolclass=sqlalchemy.pool.NullPool).connect()) as connection:
        connection.execute(sqlalchemy.text("SELECT pg_advisory_lock(1281975924)"))  # as another Liftlock has it
        status, told, _ = side.run("upgrade", "head", *named)
        if status != 6 or told["error"]["id"] != "database-locked" or dump_of_server(ours) != before:
            raise Failed(f"{told}")
    status, told, _ = side.run("upgrade", "head", *named)  # it commits before it fails
    if status != 1 or told["error"]["id"] != "alembic-failed" or "had committed" not in told["error"]["state"]:
        raise Failed(f"{told}")


def keeps_the_file_as_it_was(side):
    chain = write_chain(side.scratch, FROM_OPTION, SCRIPTS)
    data = side.scratch / "data"
    data.mkdir()
    database = data / "a.db"
    official(chain, database, "upgrade", "bbbb2222")
    before = database.read_bytes()
    told = side.need("upgrade", "head", f"--database=sqlite:///{database}", f"--scripts={chain}")
    if pathlib.Path(told["kept"]).read_bytes() != before or told["from_revisions"] != ["bbbb2222"] or told["to_revisions"] != ["cccc3333"]:
        raise Failed(f"{told}")
    pathlib.Path(told["kept"]).unlink()
    told = side.need("upgrade", "head", f"--database=sqlite:///{database}", f"--scripts={chain}")
    if told["kept"] is not None or len(list(data.iterdir())) != 1:
        raise Failed(f"nothing was to be done, and {told}")


def a_failure_changes_nothing(side):
    chain = write_chain(side.scratch, FROM_ENVIRONMENT, SCRIPTS | SPOILED)
    data = side.scratch / "data"
    data.mkdir()
    url = f"--database=sqlite:///{data}/a.db"
    side.need("upgrade", "cccc3333", url, f"--scripts={chain}")
    side.refused(data, "alembic-failed", "upgrade", "head", url, f"--scripts={chain}")
    side.refused(data, "alembic-failed", "upgrade", "nope", url, f"--scripts={chain}")
    side.refused(data, "alembic-failed", "upgrade", "head", url, f"--scripts={chain}", python="/bin/false")
    side.refused(data, "program-start", "upgrade", "head", url, f"--scripts={chain}", python="/nowhere/python")
    error = side.refused(data, "python-missing", "upgrade", "head", url, f"--scripts={chain}", python=None)
    if "--python /path/to/venv/bin/python" not in error["next"]:
        raise Failed(error["next"])
    (chain / "env.py").unlink()
    side.refused(data, "environment-absent", "upgrade", "head", url, f"--scripts={chain}")


def no_other_database_is_touched(side):
    other = side.scratch / "other"
    other.mkdir()
    chain = write_chain(side.scratch, ENVIRONMENT.replace("URL", repr(f"sqlite:///{other}/precious.db")), SCRIPTS)
    official(write_chain(side.scratch / "x", FROM_OPTION, SCRIPTS), other / "precious.db", "upgrade", "aaaa1111")
    before = digest(other)
    data = side.scratch / "data"
    data.mkdir()
    error = side.refused(data, "alembic-failed", "upgrade", "head", f"--database=sqlite:///{data}/a.db", f"--scripts={chain}")
    if "another database" not in error["what"] or digest(other) != before:
        raise Failed(f"{error}, {digest(other)}")


def names_mean_the_same(side):
    """Open WebUI's own chain: what is reached, and Alembic's message where nothing is."""
    versions = graph.YARDSTICK / "open-webui-0.12.4/open_webui/migrations"
    config = Config()
    config.set_main_option("script_location", str(versions))
    scripts = ScriptDirectory.from_config(config)
    chain = [script.revision for script in reversed(list(scripts.walk_revisions()))]
    middle = chain[30]
    start = side.scratch / "middle.db"
    side.need("upgrade", middle, f"--database=sqlite:///{start}", python=None)
    names = ["head", "heads", "base", middle, middle[:5], chain[33], chain[33][:4], f"{chain[20]}+12", f"{chain[20]}-2", f"{middle}+1", f"{middle}-1", "head-1", f"{chain[4]}@head", "+1", "+2", "+99",
             "-1", "-2", "-99", "nope", "current", "abc", "", "head+1", f"{chain[4]}@+1", f"{chain[4]}@-1", "+0", f"{chain[40]}-20"]
    for number, (verb, revisions) in enumerate((("upgrade", scripts._upgrade_revs), ("downgrade", scripts._downgrade_revs))):
        for name in names:
            database = side.scratch / f"{verb}.db"
            shutil.copyfile(start, database)
            message = wanted = None
            try:
                steps = revisions(name, middle)
                wanted = (steps[-1].revision.revision if verb == "upgrade" else steps[-1].revision.down_revision) if steps else middle
            except util.CommandError as error:
                message = graph.readable(str(error))
            except Exception:  # noqa: BLE001 - a crash of Alembic's
                message = ""
            more = ["--accept-loss"] if verb == "downgrade" else []
            status, told, talk = side.run(verb, f"--database=sqlite:///{database}", "--no-keep", *more, "--", name, python=None)
            if status == 0:
                if message is not None or told["to_revision"] != wanted:
                    raise Failed(f"{verb} {name!r}: Alembic {message or wanted}, Liftlock {told['to_revision']}")
            elif told["error"]["id"] in ("target-older", "target-newer"):
                # Alembic does nothing upward, or says that there is no way.
                if wanted != middle and "not a valid" not in (message or ""):
                    raise Failed(f"{verb} {name!r}: Alembic {message or wanted}, Liftlock {told}")
            elif message is None or (message and message != graph.readable(told["error"]["what"])):
                raise Failed(f"{verb} {name!r}: Alembic {message or wanted!r}, Liftlock {told} {talk}")
    database = side.scratch / "by scripts.db"
    told = side.need("upgrade", "head-1", f"--database=sqlite:///{database}", f"--scripts={versions}", python=None)
    if told["to_revision"] != chain[-2]:
        raise Failed(f"{told['to_revision']} is not {chain[-2]}")


MODEL = """
CREATE TABLE owner (id INTEGER NOT NULL, mail VARCHAR(80) NOT NULL, PRIMARY KEY (id), CONSTRAINT uq_owner_mail UNIQUE (mail));
CREATE TABLE thing (id INTEGER NOT NULL, name VARCHAR(255) NOT NULL, owner_id INTEGER, made DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id),
                    CONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE CASCADE);
CREATE INDEX ix_thing_name ON thing (name);
"""


def generated(side, chain, database, reference):
    """The file that --autogenerate wrote, run up and down by the real Alembic; copies of the database in between."""
    told = side.need("revision", "--autogenerate", "-m", "Like the model", f"--against={reference}", f"--database=sqlite:///{database}", f"--scripts={chain}", python=None)
    up, down = database.with_suffix(".up.db"), database.with_suffix(".down.db")
    shutil.copyfile(database, up)
    official(chain, up, "upgrade", "head")
    shutil.copyfile(up, down)
    official(chain, down, "downgrade", "-1")
    return told, up, down


def no_difference(side, one, other, what):
    status, told, talk = side.run("diff", str(one), str(other), python=None)
    if status != 0:
        raise Failed(f"{what}: {told} {talk}")


def autogenerate_makes_schemas_equal(side):
    chain = write_chain(side.scratch, FROM_OPTION, SCRIPTS)
    (chain / "script.py.mako").write_text((pathlib.Path(util.__file__).resolve().parent.parent / "templates/generic/script.py.mako").read_text())
    database, model = side.scratch / "a.db", side.scratch / "model.db"
    official(chain, database, "upgrade", "head")
    with contextlib.closing(sqlite3.connect(model)) as connection:
        connection.executescript(MODEL)
    before = database.read_bytes()
    told, up, down = generated(side, chain, database, f"sqlite:///{model}")
    if database.read_bytes() != before or told["revision"]["down_revision"] != "cccc3333":
        raise Failed(f"{told}")
    no_difference(side, up, model, "after the upgrade")
    no_difference(side, down, database, "after the downgrade")
    with contextlib.closing(sqlite3.connect(up)) as connection:
        if connection.execute("SELECT name FROM thing").fetchall() != [("made",)]:
            raise Failed("the rows are gone")
    words = ["revision", "--autogenerate", f"--against=sqlite:///{model}", f"--database=sqlite:///{database}", f"--scripts={chain}"]
    error = side.refused(chain / "versions", "not-at-head", *words, python=None)
    if error["what"] != "Target database is not up to date.":
        raise Failed(error["what"])
    side.refused(chain / "versions", "against-missing", *words[:2], *words[3:], python=None)
    # Nothing to do: the file says so.
    told = side.need("revision", "--autogenerate", f"--against=sqlite:///{model}", f"--database=sqlite:///{up}", f"--scripts={chain}", python=None)
    if pathlib.Path(told["path"]).read_text().count("\n    pass\n") != 2:
        raise Failed(pathlib.Path(told["path"]).read_text())


def autogenerate_bridges_releases(side):
    database = side.scratch / "old.db"
    old = "9f0c9cd09105"
    side.need("upgrade", old, f"--database=sqlite:///{database}", python=None)
    chain = write_chain(side.scratch, FROM_OPTION, {old: (None, "pass", "pass")})
    _, up, down = generated(side, chain, database, "0.12.4")
    with contextlib.closing(sqlite3.connect(up)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0bd252b206fb'")
        connection.commit()
    no_difference(side, up, "0.12.4", "after the upgrade")
    no_difference(side, down, database, "after the downgrade")


CASES = {
    "as Alembic does, URL from the option": lambda side: runs_as_alembic_does(side, FROM_OPTION, True),
    "as Alembic does, URL from the environment, no alembic.ini": lambda side: runs_as_alembic_does(side, FROM_ENVIRONMENT, False),
    "stamps as Alembic does": stamps_as_alembic_does,
    "PostgreSQL, as Alembic does": works_on_a_server,
    "the file as it was is kept": keeps_the_file_as_it_was,
    "a failure changes nothing": a_failure_changes_nothing,
    "no other database is touched": no_other_database_is_touched,
    "names on Open WebUI's chain": names_mean_the_same,
    "autogenerate makes schemas equal": autogenerate_makes_schemas_equal,
    "autogenerate bridges releases": autogenerate_bridges_releases,
}


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=graph.ROOT / "build")
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    passed = failed = skipped = 0
    for name, case in CASES.items():
        if options.only and not any(text in name for text in options.only):
            continue
        try:
            with scratch_folder() as scratch:
                case(Side(options.build / "liftlock", scratch))
            passed += 1
            print(f"ok      {name}", flush=True)
        except Skipped as reason:
            skipped += 1
            print(f"SKIPPED {name}: {reason}", flush=True)
        except Failed as error:
            failed += 1
            print(f"FAILED  {name}: {error}", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

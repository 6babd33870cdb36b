#!/usr/bin/env python3
"""The verbs that compare and record schemas: `liftlock db check|diff|stamp|ensure-version` against real Alembic, on fixtures and made databases.

usage: schemas.py [--build FOLDER] [--only TEXT]... [--seed N]

Statements of `db diff --sql` are run by sqlite3, and the `op.*` calls that `db revision --autogenerate` writes by real Alembic: both must
leave the schema that was aimed at, and every row that was there. Exit status: 0 all held, 1 something did not, 2 usage.
"""

import argparse
import contextlib
import hashlib
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback
import warnings

import graph  # also sees to it that this runs in the yardstick's Python
import graph_chains
import sqlalchemy as sa
from alembic import command, util
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script.revision import RevisionError

ROOT = graph.ROOT
FIXTURES = ("open-webui-0.3.35", "open-webui-0.5.20", "open-webui-0.6.18", "open-webui-0.8.12")
CASES = []


def case(function):
    CASES.append(function)
    return function


class Failed(Exception):
    pass


def expect(condition, *words):
    if not condition:
        raise Failed(" ".join(str(word) for word in words))


class World:
    def __init__(self, build, scratch, seed):
        self.program, self.scratch, self.seed, self.count = build / "liftlock", scratch, seed, 0

    def run(self, *words, ok=(0,), read=True):
        """What `liftlock --json db …` answers, with its exit status."""
        call = [self.program, "--json", "--no-input", "db", *(str(word) for word in words)]
        done = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        expect(done.returncode in ok, " ".join(call[3:]), "ended with", done.returncode, done.stdout[:2000], done.stderr[:2000])
        return (json.loads(done.stdout) if read else done.stdout), done.returncode

    def text(self, *words, ok=(0,)):
        call = [self.program, "--no-input", "db", *(str(word) for word in words)]
        done = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
        expect(done.returncode in ok, " ".join(call[2:]), "ended with", done.returncode, done.stdout[:2000], done.stderr[:2000])
        return done.stdout

    def path(self, name="x"):
        self.count += 1
        return self.scratch / f"{self.count}-{name}.db"

    def fixture(self, name):
        """A fresh copy of a fixture's database, with what lies beside it."""
        folder = self.scratch / name
        if not folder.exists():
            folder.mkdir()
            subprocess.run(["tar", "--zstd", "-xf", ROOT / f"tests/fixtures/{name}.tar.zst", "-C", folder, "--wildcards", "./webui.db*", "webui.db*"],
                           stderr=subprocess.DEVNULL, check=False)  # fmt: skip
        return self.copy(folder / "webui.db")

    def copy(self, source):
        path = self.path(source.parent.name if source.stem == "webui" else "copy")
        for suffix in ("", "-wal", "-shm"):
            if pathlib.Path(f"{source}{suffix}").exists():
                shutil.copyfile(f"{source}{suffix}", f"{path}{suffix}")
        return path

    def fresh(self, revision):
        """A database without rows, born at this revision under Alembic; made once."""
        made = self.scratch / f"born-{revision}.db"
        if not made.exists():
            self.run("upgrade", revision, "--database", made)
        return self.copy(made)


@contextlib.contextmanager
def opened(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield connection
        connection.commit()


def digest(path):
    files = sorted(path.parent.glob(path.name + "*"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def version_table(path):
    with opened(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone():
            return None
        return sorted(row[0] for row in connection.execute("SELECT version_num FROM alembic_version"))


def rows(path):
    """Every row of every table, by table: each a map from column to value, in an order of its own."""
    with opened(path) as connection:
        connection.row_factory = sqlite3.Row
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {table: [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')] for table in tables}


def same_rows(before, after, what):
    """Rows of tables, and values of columns, that are in both."""
    for table in before.keys() & after.keys() - {"alembic_version"}:
        old, new = before[table], after[table]
        expect(len(old) == len(new), what, "left", len(new), "rows of", len(old), "in", table)
        if not old:
            continue
        columns = sorted(old[0].keys() & new[0].keys())
        view = lambda row: repr([row[column] for column in columns])
        expect(sorted(map(view, old)) == sorted(map(view, new)), what, "changed rows of", table)


def rebuild(path, table, edit):
    """Makes a table anew with another definition, as a person with an editor would."""
    with opened(path) as connection:
        connection.execute("PRAGMA legacy_alter_table = ON")
        (sql,) = connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)).fetchone()
        indexes = connection.execute("SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (table,)).fetchall()
        changed = edit(sql)
        expect(changed != sql, "the drift changes nothing in", sql)
        connection.execute(f'ALTER TABLE "{table}" RENAME TO old_one')
        connection.execute(changed)
        connection.execute(f'INSERT INTO "{table}" SELECT * FROM old_one')
        connection.execute("DROP TABLE old_one")
        for (index,) in indexes:
            connection.execute(index)


def statement(sql):
    def change(path):
        with opened(path) as connection:
            connection.executescript(sql)

    return change


def edited(table, old, new):
    return lambda path: rebuild(path, table, lambda sql: sql.replace(old, new, 1))


def without_line(table, start):
    """Leaves out the line of the definition that begins so."""

    def edit(sql):
        body = sql[sql.index("(") + 1 : sql.rindex(")")]
        items = [item.strip() for item in body.split(", \n")]
        expect(any(item.startswith(start) for item in items), "no", start, "in", items)
        return f"{sql[:sql.index('(')]}({', '.join(item for item in items if not item.startswith(start))})"

    return lambda path: rebuild(path, table, edit)


# What is done to a database at the head, the difference that it makes, and whether Alembic's own comparison (with a reflected
# reference: types and defaults compared) can see it.
DRIFTS = [
    ("a column missing", statement("ALTER TABLE chat DROP COLUMN variables"), "missing chat/column/variables", True),
    ("a column too many", statement('ALTER TABLE "user" ADD COLUMN shoe_size INTEGER'), "extra user/column/shoe_size", True),
    ("a table missing", statement("DROP TABLE feedback"), "missing feedback/table", True),
    ("a table too many", statement("CREATE TABLE my_own (id TEXT NOT NULL PRIMARY KEY, n INTEGER DEFAULT 3); CREATE INDEX my_n ON my_own (n)"), "extra my_own/table", True),
    ("an index missing", statement("DROP INDEX folder_id_idx"), "missing chat/index/folder_id_idx", True),
    ("an index too many", statement("CREATE INDEX my_index ON chat (title)"), "extra chat/index/my_index", True),
    ("an index on other columns", statement("DROP INDEX folder_id_idx; CREATE INDEX folder_id_idx ON chat (title)"), "different chat/index/folder_id_idx", True),
    ("an index that became unique", statement("DROP INDEX timer_at_idx; CREATE UNIQUE INDEX timer_at_idx ON chat (timer_at) WHERE timer_at IS NOT NULL"),
     "different chat/index/timer_at_idx", True),
    ("an index that lost its order", statement("DROP INDEX user_id_updated_at_id_idx; CREATE INDEX user_id_updated_at_id_idx ON chat (user_id, updated_at, id)"),
     "different chat/index/user_id_updated_at_id_idx", False),
    ("an index that lost its condition", statement("DROP INDEX timer_at_idx; CREATE INDEX timer_at_idx ON chat (timer_at)"), "different chat/index/timer_at_idx", False),
    ("a type changed", edited("chat", "timer_at BIGINT", "timer_at TEXT"), "different chat/column/timer_at", True),
    ("a nullability changed", edited("note", "title TEXT", "title TEXT NOT NULL"), "different note/column/title", True),
    ("a default changed", edited("chat", "DEFAULT '{}'", "DEFAULT '{\"a\": 1}'"), "different chat/column/meta", True),
    ("a default missing", edited("channel_member", "is_active BOOLEAN DEFAULT 1", "is_active BOOLEAN"), "different channel_member/column/is_active", True),
    ("a unique constraint missing", without_line("channel_file", "CONSTRAINT uq_channel_file_channel_file"), "missing channel_file/unique/uq_channel_file_channel_file(channel_id, file_id)", True),
    ("a unique constraint without a name missing", without_line("api_key", "UNIQUE (\"key\")"), "missing api_key/unique/(key)", True),
    ("a foreign key missing", without_line("channel_file", "FOREIGN KEY(file_id)"), "missing channel_file/foreign key/(file_id)", True),
    ("a foreign key with another action", edited("channel_file", "CONSTRAINT fk_channel_file_message_id FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE",
     "CONSTRAINT fk_channel_file_message_id FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE SET NULL"),
     "different channel_file/foreign key/fk_channel_file_message_id(message_id)", True),
    ("a primary key missing", without_line("skill", "PRIMARY KEY (id)"), "missing skill/primary key", False),
    ("a check missing", without_line("channel_member", "CONSTRAINT ck_channel_member_identity"), "missing channel_member/check/ck_channel_member_identity", False),
]  # fmt: skip


def found(answer):
    return sorted(f"{one['kind']} {one['object']}" for one in answer["differences"])


@case
def every_fixture_is_without_drift_and_stays_as_it_is(world):
    for name in FIXTURES:
        path = world.fixture(name)
        before = digest(path)
        answer, _ = world.run("check", "--database", path)
        expect(answer["drift"] is False and answer["lineage"] == "peewee" and not answer["differences"], name, answer)
        expect(digest(path) == before, name, "was written to")


@case
def a_half_migrated_database_has_drift_and_is_explained(world):
    answer, status = world.run("check", "--database", world.fixture("half-migrated-0.3.35-by-0.9.6"), ok=(1,))
    expect("extra user/column/oauth" in found(answer), answer)
    expect([one["id"] for one in answer["leftovers"]] == ["half-b10670c03dd5"], answer["leftovers"])


@case
def no_drift_on_the_way_up_and_down(world):
    for name in FIXTURES:
        path = world.fixture(name)
        for verb, target in (("upgrade", "head"), ("downgrade", "b2c3d4e5f6a7"), ("downgrade", "9f0c9cd09105"), ("upgrade", "a0b1c2d3e4f5"), ("upgrade", "head")):
            accept = ["--accept-loss"] if verb == "downgrade" else []
            done, status = world.run(verb, target, *accept, "--no-keep", "--database", path, ok=(0, 3))
            if status == 0:
                answer, _ = world.run("check", "--database", path)
                expect(not answer["differences"], name, "after", verb, target, found(answer))


def reflected(path):
    metadata = sa.MetaData()
    engine = sa.create_engine(f"sqlite:///{path}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it cannot reflect indexes on expressions
        metadata.reflect(engine)
    metadata.remove(metadata.tables["alembic_version"])
    engine.dispose()
    return metadata


def alembic_sees(path, reference):
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, reference)
    engine.dispose()
    return differences


@case
def each_made_drift_is_named_and_alembic_agrees(world):
    clean = world.fresh("head")
    expect(world.run("check", "--database", clean)[0]["drift"] is False, "the clean one drifts")
    reference = reflected(clean)
    expect(not alembic_sees(clean, reference), "Alembic sees differences in the clean one")
    for name, change, difference, seen in DRIFTS:
        path = world.fresh("head")
        change(path)
        answer, _ = world.run("check", "--database", path, ok=(1,))
        expect(found(answer) == [difference], f"{name}: {found(answer)} instead of {difference}")
        shown = world.text("check", "--database", path, ok=(1,))
        expect(difference.split("/")[-1].split("(")[0].split(" ")[-1] in shown, name, shown)
        expect(bool(alembic_sees(path, reference)) == seen, f"{name}: Alembic's comparison says {alembic_sees(path, reference)}")


def apply_sql(world, path, target):
    sql = world.text("diff", "--sql", path, target, ok=(0, 1))
    done = subprocess.run(["sqlite3", "-bail", path], input=sql, text=True, capture_output=True)
    expect(done.returncode == 0, "sqlite3 says", done.stderr, "to", sql)


def apply_operations(path, lines, imports):
    """Runs the lines as real Alembic would run them in a revision file."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with connection.begin():
            operations = Operations(MigrationContext.configure(connection))
            exec("\n".join([*imports, *lines]), {"op": operations, "sa": sa})  # noqa: S102 - this is what is tested
    engine.dispose()


def must_be_alike(world, path, target, what):
    answer, status = world.run("diff", path, target, ok=(0, 1))
    expect(status == 0 and answer["same"] and not answer["statements"], what, "is still different:", found(answer))
    with opened(path) as connection:
        expect(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], what, "is not intact")


def both_ways(world, name, make, target, keep_rows=True):
    """Takes a database to a target by SQL, and there and back by Alembic's operations."""
    by_sql = make()
    before = rows(by_sql)
    apply_sql(world, by_sql, target)
    must_be_alike(world, by_sql, target, f"{name}: by SQL it")
    if keep_rows:
        same_rows(before, rows(by_sql), f"{name}: SQL")

    by_operations, untouched = make(), make()
    answer, _ = world.run("diff", by_operations, target, ok=(0, 1))
    try:
        apply_operations(by_operations, answer["operations"]["upgrade"], answer["operations"]["imports"])
    except Exception as error:
        raise Failed(f"{name}: Alembic says {error!r} to\n" + "\n".join(answer["operations"]["upgrade"])) from error
    must_be_alike(world, by_operations, target, f"{name}: by Alembic's operations it")
    if keep_rows:
        same_rows(before, rows(by_operations), f"{name}: the operations")
    try:
        apply_operations(by_operations, answer["operations"]["downgrade"], answer["operations"]["imports"])
    except Exception as error:
        raise Failed(f"{name}: Alembic says {error!r} to\n" + "\n".join(answer["operations"]["downgrade"])) from error
    must_be_alike(world, by_operations, untouched, f"{name}: back by Alembic's operations it")


@case
def a_drift_is_mended_by_the_sql_and_by_the_operations(world):
    full = world.fixture("open-webui-0.8.12")
    world.run("upgrade", "head", "--no-keep", "--database", full)
    for name, change, difference, _ in DRIFTS:
        if difference in ("missing skill/primary key",):  # that lineage has no such line
            continue

        def make():
            path = world.copy(full)
            change(path)
            return path

        both_ways(world, name, make, full)


@case
def releases_become_each_other(world):
    for source, target in (("d31026856c01", "0.12.4"), ("head", "0.6.18"), ("4ace53fd72c8", "0.9.5"), ("ca81bd47c050", "0.6.43"), ("461111b60977", "0.10.0")):
        made = world.fresh(source)
        with opened(made) as connection:  # what a release inserts by itself
            connection.execute("DELETE FROM config")
        reference = world.fresh({"0.12.4": "head", "0.6.18": "d31026856c01", "0.9.5": "a0b1c2d3e4f5", "0.6.43": "c440947495f3", "0.10.0": "42e2978c7933"}[target])
        expect(world.run("diff", reference, target)[0]["same"], target, "is not its release")
        both_ways(world, f"{source} to {target}", lambda: world.copy(made), target, keep_rows=False)


@case
def a_statement_that_a_row_forbids_leaves_the_table(world):
    path = world.fixture("open-webui-0.6.18")
    before = rows(path)
    with opened(path) as connection:
        connection.execute("CREATE TABLE mine (a TEXT, b TEXT)")
        connection.execute("INSERT INTO mine VALUES (NULL, 'kept')")
    strict = world.copy(path)
    with opened(strict) as connection:
        connection.executescript("DROP TABLE mine; CREATE TABLE mine (a TEXT NOT NULL, b TEXT)")
    sql = world.text("diff", "--sql", path, strict, ok=(1,))
    expect("becomes NOT NULL" in sql, sql)
    for flags in (["-bail"], []):
        done = subprocess.run(["sqlite3", *flags, path], input=sql, text=True, capture_output=True)
        expect("NOT NULL" in done.stderr, done.stderr)
        expect(rows(path)["mine"] == [{"a": None, "b": "kept"}], "after sqlite3", flags, rows(path).get("mine"))
    same_rows(before, rows(path), "the statements that failed")


@case
def two_things_that_are_alike_differ_in_nothing(world):
    for name, release in (("open-webui-0.3.35", "0.3.35"), ("open-webui-0.6.18", "0.6.18"), ("open-webui-0.8.12", "v0.8.12")):
        answer, _ = world.run("diff", world.fixture(name), release)
        expect(answer["same"] and not answer["statements"] and not answer["operations"]["upgrade"], name, answer)
    for a, b in (("0.12.4", "head"), ("latest", "0bd252"), ("base", "base")):
        expect(world.run("diff", "--lineage", "alembic", a, b)[0]["same"], a, b)
    world.run("diff", "0.6.18", "no-such-thing", ok=(2,))
    world.run("diff", "0.6.18", "/no/such.db", ok=(2,))
    world.run("diff", "0.6.18", "sqlite:////no/such.db", ok=(1,))


def alembic_config(folder, database):
    config = Config(stdout=open("/dev/null", "w"))
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{database}")
    return config


def official_stamp(folder, database, targets, purge):
    with warnings.catch_warnings(), contextlib.redirect_stdout(None):
        warnings.simplefilter("ignore")
        try:
            command.stamp(alembic_config(folder, database), list(targets), purge=purge)
        except (util.CommandError, RevisionError) as error:
            return str(error)
        except (AssertionError, KeyError) as error:  # Alembic's own slip: nothing to be equal to
            return error
    return None


def stamps_of(chain):
    names = chain.names()
    yield from ((("head",), False), (("heads",), False), (("base",), False), (("heads",), True), (("base",), True), (("nope",), False), ((names[0][:4],), False))
    for name in names:
        yield from (((name,), False), ((name,), True), ((f"{name}@head",), False), ((f"{name}@base",), False), ((f"{name}@heads",), False))
    for one, other in chain.pairs(names)[:3]:
        yield from (((one, other), False), ((one, other), True))


@case
def stamps_leave_what_alembic_leaves(world):
    done, choice = 0, random.Random(world.seed)
    for number, chain in enumerate(graph_chains.all_chains(graph.YARDSTICK, world.seed, 4)):
        names = chain.names()
        if chain.brief or not names:
            continue
        folder = world.scratch / f"chain-{number}"
        folder.mkdir()
        chain.write(folder)
        (folder / "env.py").write_text(graph.ENVIRONMENT)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                command.heads(alembic_config(folder, "x"))
        except Exception:  # noqa: BLE001 - no graph at all: graph.py compares those
            continue
        for state, revisions in chain.databases.items():
            if state == "partial":  # no version table holds the start of an id
                continue
            every = list(stamps_of(chain))
            for targets, purge in choice.sample(every, min(len(every), 9)):
                theirs, ours = world.path(), world.path()
                for path in (theirs, ours):
                    with opened(path) as connection:
                        connection.execute("CREATE TABLE t (a)")
                        if revisions is not None:
                            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))")
                            connection.executemany("INSERT INTO alembic_version VALUES (?)", [(revision,) for revision in revisions])
                message = official_stamp(folder, theirs, targets, purge)
                words = ["--scripts", folder, "--unchecked", *(["--purge"] if purge else []), "--database", ours, "--", *targets]
                before = digest(ours)
                answer, status = world.run("stamp", *words, ok=(0, 1, 2))
                what = f"{chain.name} at {state}: stamp {' '.join(targets)}{' --purge' if purge else ''}"
                done += 1
                if isinstance(message, Exception):
                    continue
                expect((message is None) == (status == 0), what, "Alembic:", message, "Liftlock:", answer)
                if message is None:
                    expect(version_table(ours) == version_table(theirs), what, version_table(theirs), "and", version_table(ours))
                    expect(answer["after"] == version_table(ours), what, answer)
                else:
                    expect(digest(ours) == before, what, "was refused, and wrote")
                    expect(" ".join(answer["error"]["what"].split()) == " ".join(message.split()), what, "Alembic:", message, "Liftlock:", answer["error"]["what"])
                for path in (theirs, ours):
                    path.unlink()
    expect(done > 200, "only", done, "stamps were compared")


@case
def a_refused_stamp_leaves_every_byte(world):
    for name, wrong, right in (("open-webui-0.6.18", "head", "d31026856c01"), ("open-webui-0.8.12", "9f0c", "b2c3d4e5f6a7"), ("open-webui-0.3.35", "base", "4ace53fd72c8")):
        path = world.fixture(name)
        before = digest(path)
        answer, _ = world.run("stamp", wrong, "--database", path, ok=(3,))
        expect(answer["error"]["id"] == "schema-differs" and right in answer["error"]["what"], answer)
        expect(digest(path) == before, name, "was written to")
    path = world.fixture("half-migrated-0.3.35-by-0.9.6")
    before = digest(path)
    answer, _ = world.run("stamp", "head", "--database", path, ok=(3,))
    expect("nearest is" in answer["error"]["what"] or "The schema is that of" in answer["error"]["what"], answer)
    expect(digest(path) == before, "the half-migrated one was written to")
    path = world.path("foreign")
    with opened(path) as connection:
        connection.execute("CREATE TABLE somebody (id INTEGER PRIMARY KEY)")
    before = digest(path)
    expect(world.run("stamp", "head", "--database", path, ok=(3,))[0]["error"]["id"] == "database-foreign", "a foreign one was stamped")
    expect(digest(path) == before, "the foreign one was written to")
    world.run("stamp", "nope", "--database", path, ok=(2,))
    world.run("stamp", "head", "--database", "/no/such.db", ok=(1,))


@case
def a_lost_version_is_found_again(world):
    for name, revision in (("open-webui-0.6.18", "d31026856c01"), ("open-webui-0.8.12", "b2c3d4e5f6a7")):
        for change in ("DELETE FROM alembic_version", "DROP TABLE alembic_version", "UPDATE alembic_version SET version_num = 'feedfacecafe'"):
            path = world.fixture(name)
            before = rows(path)
            with opened(path) as connection:
                connection.execute("CREATE TABLE my_own (a)")
                connection.execute(change)
            unknown = change.startswith("UPDATE")
            if unknown:
                world.run("stamp", revision, "--database", path, ok=(1,))
            answer, _ = world.run("stamp", *(["--purge"] if unknown else []), revision[:6], "--database", path)
            expect(answer["after"] == [revision] and version_table(path) == [revision], answer)
            same_rows(before, rows(path), "the stamp")
            with opened(path) as connection:
                connection.execute("DROP TABLE my_own")
            expect(not world.run("check", "--database", path)[0]["drift"], name, "drifts after its stamp")
    path = world.fresh("head")  # 0bd252b206fb only changes data
    answer, _ = world.run("stamp", "c92da83b017f", "--database", path)
    expect(answer["not_run"] == ["0bd252b206fb"], answer)
    expect(version_table(path) == ["c92da83b017f"], version_table(path))


@case
def a_database_in_use_is_not_stamped(world):
    path = world.fixture("open-webui-0.6.18")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("SELECT count(*) FROM user").fetchall()
        before = digest(path)
        for words in (("stamp", "d31026856c01"), ("stamp", "--purge", "head"), ("stamp", "--unchecked", "head"), ("ensure-version",)):
            answer, _ = world.run(*words, "--database", path, ok=(3,))
            expect(answer["error"]["id"] == "database-in-use" and str(graph.os.getpid()) in answer["error"]["what"], answer)
        expect(digest(path) == before, "it was written to")
    with opened(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    expect(world.run("stamp", "--unchecked", "head", "--database", path)[0]["after"] == ["0bd252b206fb"], "a WAL database cannot be stamped")
    expect(version_table(path) == ["0bd252b206fb"], version_table(path))


@case
def ensure_version_makes_alembics_table(world):
    folder = world.scratch / "nothing"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(graph.ENVIRONMENT)
    theirs, ours = world.path(), world.path()
    for path in (theirs, ours):
        with opened(path) as connection:
            connection.execute("CREATE TABLE t (a)")
    with contextlib.redirect_stdout(None):
        command.ensure_version(alembic_config(folder, theirs))
    expect(world.run("ensure-version", "--database", ours)[0]["table_made"] is True, "it was there")
    tables = []
    for path in (theirs, ours):
        with opened(path) as connection:
            tables.append([sql.strip() for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'alembic_version'")])
    expect(tables[0] == tables[1], tables)
    before = digest(ours)
    expect(world.run("ensure-version", "--database", ours)[0]["table_made"] is False, "it was made twice")
    expect(digest(ours) == before, "it was written to")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    memory = pathlib.Path("/dev/shm")
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="liftlock-schemas-", dir=memory if memory.is_dir() else None))
    counts = {"passed": 0, "failed": 0}
    try:
        world = World(options.build.resolve(), scratch, options.seed)
        for function in CASES:
            name = function.__name__.replace("_", " ")
            if options.only and not any(word in name for word in options.only):
                continue
            try:
                function(world)
                print(f"ok      {name}")
                counts["passed"] += 1
            except Exception as error:  # noqa: BLE001 - one case must not end the others
                detail = error if isinstance(error, Failed) else traceback.format_exc()
                print(f"FAILED  {name}\n        {detail}")
                counts["failed"] += 1
            sys.stdout.flush()
    finally:
        shutil.rmtree(scratch)
    print(f"{counts['passed']} passed, {counts['failed']} failed, 0 skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

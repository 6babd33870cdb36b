"""Down the chain on PostgreSQL: real Alembic's downgrade against the native one, to the head of every release and to the base;
what is lost is counted as on SQLite; and `liftlock db downgrade`, as a person runs it, also where something stops it."""

import contextlib
import json
import random
import re
import sqlite3
import time

from cases import HEAD, Group
from cases_down import HEADS, JSON_IN_TEXT, HeadFiller, filled, uncounted_losses, without_betterments
from contents import quoted, tables_of, uuids_of
from harness import Failed, copy_database
from postgres_world import JsonFiller, loaded
from yardstick import Native

# Reached by one jump from the head, too; from some of them natively up again.
JUMPS = ["a0b1c2d3e4f5", "c440947495f3", "4ace53fd72c8", "base"]
UP_FROM = ["c440947495f3", "4ace53fd72c8"]
# The official way back over b10670c03dd5 leaves the text "null" here, and NULL on SQLite: docs/deviations.md.
NULL_AS_TEXT = re.compile(r"user \{.*\} (info|settings): official 'json:null', native None")


class DownFiller(HeadFiller, JsonFiller):
    """Rows that the official way back takes on PostgreSQL."""


def unexplained(world, lines, target):
    """Differences that docs/deviations.md does not tell of."""
    return [line for line in without_betterments(world, lines, target) if not NULL_AS_TEXT.match(line)]


def as_sqlite(world, url, born):
    """A SQLite database with the rows of this one; `born` is an empty one of that revision and lineage."""
    path = world.empty("down-as-sqlite")
    copy_database(born, path)
    mirror = world.mirrored(url)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("ATTACH ? AS mirror", (str(mirror),))
        there = {name for (name,) in connection.execute("SELECT name FROM mirror.sqlite_master WHERE type = 'table'")}
        for table in tables_of(connection):
            if table not in there or table in ("alembic_version", "migratehistory"):
                continue
            names = ", ".join(quoted(name) for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)))
            connection.execute(f"DELETE FROM main.{quoted(table)}")
            connection.execute(f"INSERT INTO main.{quoted(table)} ({names}) SELECT {names} FROM mirror.{quoted(table)}")
        connection.commit()
    mirror.unlink()
    return path


def down_the_chain(world, source, born, targets):
    """Official goes step by step, and native too; native also jumps from the source."""
    path = world.mirrored(source)
    since, known, before = time.time(), uuids_of(path), filled(path)
    path.unlink()
    official, previous, seen = world.copy(source), world.copy(source), set()

    def step(target):
        world.official.downgrade(official, target)
        world.build(previous, target, down=True)
        native = world.copy(source) if target in JUMPS else previous
        try:
            if native != previous:
                jumped = world.build(native, target, down=True)
                same_losses(target, jumped["losses"])
            lines = [line for line in world.differences(official, native, known, since, JSON_IN_TEXT) if line not in seen]
            seen.update(lines)
            lines = unexplained(world, lines, target)
            if target in UP_FROM:
                lines += up_again(native, jumped["losses"])
            if lines:
                raise Failed(lines)
        finally:
            if native != previous:
                world.drop(native)

    def same_losses(target, counted):
        sqlite = world.empty("down-losses")
        there = Native(world.tool.parent).build(as_sqlite(world, source, born), sqlite, "" if target == "base" else target, down=True)["losses"]
        key = lambda loss: (loss["table"], loss["column"], loss["count"])
        if sorted(map(key, counted)) != sorted(map(key, there)):
            raise Failed([f"losses on PostgreSQL {counted}", f"losses on SQLite {there}"])

    def up_again(native, losses):
        world.build(native, HEAD)
        again = world.mirrored(native)
        lines = uncounted_losses(before, filled(again), losses)
        again.unlink()
        return lines

    for target in targets:
        yield f"down to {target}", lambda target=target: step(target)
    world.drop(official, previous)


def born_at_head(world, peewee=None):
    """An empty SQLite database of that lineage, made once."""
    path = world.scratch / f"down-born-{peewee}.db"
    if path.exists():
        return path
    if peewee:
        world.official.peewee(path, peewee)
    world.official.upgrade(path, HEAD)
    return path


def filled_steps(seed, targets, peewee=None):
    def steps(world):
        born = born_at_head(world, peewee)
        rows = world.empty("down-rows")
        copy_database(born, rows)
        DownFiller(random.Random(seed), rows=8).fill(rows)
        yield from down_the_chain(world, loaded(world, rows, HEAD, peewee), born, targets)

    return steps


USER = "00000000-0000-4000-8000-00000000000a"
# A folder, a setting and a shared chat, at the head.
ROWS = [
    f"INSERT INTO \"user\" (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at) VALUES ('{USER}', 'U', 'u@x', 'admin', '', 1, 1, 1)",
    f"INSERT INTO folder (id, user_id, name, is_expanded, created_at, updated_at) VALUES ('f', '{USER}', 'F', false, 1709288430, 1709288430)",
    "INSERT INTO config (key, value) VALUES ('ui.default_locale', '\"de\"')",
    f"INSERT INTO note (id, user_id, title, created_at, updated_at) VALUES ('n', '{USER}', 'N', 1, 1), ('m', '{USER}', 'M', 1, 1)",
    f"INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived) VALUES ('c', '{USER}', 't', '{{\"history\": {{\"messages\": {{\"a\": {{\"content\": \"x\\u0000y\"}}}}}}}}', 1, 1, false)",
    f"INSERT INTO chat_message (id, chat_id, user_id, role, created_at, updated_at) VALUES ('c-a', 'c', '{USER}', 'user', 1, 1), ('c-b', 'c', '{USER}', 'user', 1, 1)",
]  # fmt: skip


def command_steps(world):
    """`liftlock db downgrade`, as a person runs it."""
    source = world.new()
    world.build(source, HEAD)
    world.sql(source, *ROWS)
    before = world.contents(source)

    def downgrade(url, target, *options, **environment):
        return world.command("db", "downgrade", target, *options, "--database", url, **environment)

    def asks():
        answer = downgrade(source, "b10670c03dd5")
        assert answer.returncode == 3, answer
        error = json.loads(answer.stdout)["error"]
        # The message that stands in the chat is not lost with its row.
        assert error["id"] == "would-lose-data" and "chat_message: 1 row" in error["what"] and "note" not in error["what"], answer
        assert "pg_dump" in error["next"], answer
        assert world.contents(source) == before, "something was changed"
        answer = downgrade(source, "3781e22d8b01")
        assert "note: 2 rows" in json.loads(answer.stdout)["error"]["what"], answer

    def goes():
        url = world.copy(source)
        answer = downgrade(url, "b10670c03dd5", "--accept-loss")
        assert answer.returncode == 0, answer
        done = json.loads(answer.stdout)
        assert {"revision": "8452d01d26d7", "table": "chat_message", "column": None, "count": 1} in done["losses"], done
        assert done["from_revision"] == HEAD and done["to_revision"] == "b10670c03dd5" and done["kept"] is None, done
        checks = {check["id"]: check["ok"] for check in done["verification"]["checks"]}
        assert all(checks.values()) and checks.keys() >= {"revision", "schema", "rows", "values", "proof-knowledge-files-back", "proof-prompts-back"}, done
        assert world.sql(url, "SELECT version_num FROM alembic_version") == [["b10670c03dd5"]]
        assert world.sql(url, "SELECT data #>> '{ui,default_locale}' FROM config") == [["de"]]
        # Releases up to 0.9.5 would run Peewee's migrations that are not recorded.
        assert world.sql(url, "SELECT count(*) FROM migratehistory") == [[18]]
        assert world.sql(url, "SELECT count(*) FROM pg_proc WHERE proname LIKE 'json_part'") == [[0]]
        again = downgrade(url, "b10670c03dd5")
        assert again.returncode == 0 and json.loads(again.stdout)["steps"] == [], again
        newer = downgrade(url, "c1d2e3f4a5b6")
        assert newer.returncode == 3 and "target-newer" in newer.stdout, newer

    def one_back_and_dates():
        url = world.copy(source)
        answer = downgrade(url, "-1")
        assert answer.returncode == 0 and json.loads(answer.stdout)["to_revision"] == world.chain[-2], answer
        assert downgrade(url, "af906e964978", "--accept-loss").returncode == 0
        assert world.sql(url, "SELECT created_at::text, updated_at::text FROM folder") == [["2024-03-01 10:20:30", "2024-03-01 10:20:30"]]
        assert downgrade(url, "base", "--accept-loss").returncode == 0
        assert world.sql(url, "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'") == [["alembic_version migratehistory"]]

    def in_another_schema():
        url = world.new()
        world.sql(url, "CREATE SCHEMA webui")
        assert world.command("db", "upgrade", "head", "--database", url, DATABASE_SCHEMA="webui").returncode == 0
        answer = downgrade(url, "b10670c03dd5", DATABASE_SCHEMA="webui")
        assert answer.returncode == 0, answer  # nothing is lost where nothing is
        assert world.sql(url, "SELECT version_num FROM webui.alembic_version") == [["b10670c03dd5"]]
        assert world.sql(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [[0]]

    yield "counts what is lost, and asks", asks
    yield "goes down, counts and proves", goes
    yield "-1, dates of folders, base", one_back_and_dates
    yield "in DATABASE_SCHEMA", in_another_schema


def all_groups():
    return [
        Group("PostgreSQL, down from the head: filled, born under Alembic", filled_steps(41, HEADS)),
        Group("PostgreSQL, down from the head: filled, born under Peewee", filled_steps(42, JUMPS, 18)),
        Group("PostgreSQL, the command db downgrade", command_steps),
    ]

"""Down the chain: real Alembic's downgrade against the native one, from the head to the head of every release that brought new
revisions, and to the base. Then up again: natively up(down(x)) has lost what was counted beforehand, and nothing else."""

import collections
import contextlib
import random
import re
import sqlite3
import time

from cases import FIXTURES, HEAD, Group
from contents import Contents, Normaliser, content_differences, quoted, schema_differences, tables_of, uuids_of
from fill import Filler
from harness import Failed, copy_database

# Heads of releases (facts: releases.tsv), newest first, with af906e964978, which is none: there, folders have dates.
HEADS = ["b8f2c6d91a04", "d4c1a8e37b62", "f0bd01a18a3d", "42e2978c7933", "461111b60977", "a0b1c2d3e4f5", "56359461a091", "b2c3d4e5f6a7",
         "a1b2c3d4e5f6", "c440947495f3", "3e0e00844bb0", "37f288994c47", "a5c220713937", "38d63c18f30f", "3af16a1c9fb6", "d31026856c01",
         "9f0c9cd09105", "3781e22d8b01", "7826ab40b532", "922e7a387820", "4ace53fd72c8", "af906e964978", "6a39f3d8e55c", "ca81bd47c050",
         "7e5b5dc7342b", "base"]  # fmt: skip
# From where natively up again.
UP_FROM = ["f0bd01a18a3d", "a0b1c2d3e4f5", "c440947495f3", "37f288994c47", "3781e22d8b01", "4ace53fd72c8", "ca81bd47c050", "7e5b5dc7342b"]
# JSON that is kept in TEXT columns below some revision: the official scripts write it anew, native keeps its bytes.
JSON_IN_TEXT = {("chat", "chat"), ("user", "info"), ("user", "settings")}

# Nothing has read this table since 0.3.33. Below 1af9b942657b the chats' tags take the place of what an older release left in it.
LEFTOVERS = {"chatidtag"}

# (below this revision, what a difference begins with): the betterments of docs/deviations.md.
BETTER = [
    ("f0bd01a18a3d", r"schema: user indexes: .*uq_user_email_lower"),
    ("3ff2c63645b8", r"config( |:)"),
    ("3c9b0ca343fd", r"(schema: only native has table |)migratehistory"),
    ("2f1211949ecc", r"schema: channel_member\.(status|is_active|joined_at|left_at):|channel_member: columns only in official \['is_active', 'joined_at', 'left_at', 'status'\]"),
    ("4ace53fd72c8", r"folder .*(created_at|updated_at): official|folder: and \d+ more"),
    ("1af9b942657b", r"schema: (tag|chatidtag|chat)[ .]|(tag|chatidtag|chat): ((columns )?only|and \d+ more)|ids made by the migration"),
]  # fmt: skip


class HeadFiller(Filler):
    """Rows that the official way back takes: it stops at messages of apps."""

    def message_app_id(self, number):
        return None

    channel_member_app_id = message_app_id

    def channel_member_user_id(self, number):
        return self.users[number % len(self.users)]

    def chance_of_null(self, table, name):
        return 0 if (table, name) in {("prompt", "command"), ("channel_member", "user_id"), ("shared_chat", "title"),
                                        ("shared_chat", "chat"), ("shared_chat", "created_at"), ("shared_chat", "updated_at")} else super().chance_of_null(table, name)

    def chat_user_id(self, number):
        return self.any_user()  # shares have a table of their own

    def shared_chat_chat_id(self, number):
        return self.ids["chat"][number % len(self.ids["chat"])]

    def access_grant_resource_type(self, number):
        return self.random.choice(["knowledge", "prompt", "tool", "model", "note", "channel", "file", "shared_chat"])

    def access_grant_resource_id(self, number):
        return self.an_id_of(self.random.choice(["knowledge", "prompt", "tool", "model", "note", "channel", "file"]))

    def access_grant_principal_type(self, number):
        return self.random.choice(["user", "group"])

    def access_grant_principal_id(self, number):
        return self.random.choice(["*", self.any_user(), self.an_id_of("group")])

    def access_grant_permission(self, number):
        return self.random.choice(["read", "write"])

    def user_oauth(self, number):
        return self.random.choice([self.json({"google": {"sub": str(number)}}), self.json({"oidc": {"sub": "s"}, "github": {"sub": "t"}})])

    def user_settings(self, number):
        return self.random.choice(["null", self.json({"ui": {"models": ["a"], "ü": "é"}}), self.json({}), "[]"])

    user_info = user_settings


def is_below(context, revision, limit):
    return revision == "base" or context.chain.index(revision) < context.chain.index(limit)


def without_betterments(context, lines, revision):
    patterns = [re.compile(pattern) for limit, pattern in BETTER if is_below(context, revision, limit)]
    return [line for line in lines if not any(pattern.match(line) for pattern in patterns)]


def compare(context, official, native, revision, known, since):
    lines = schema_differences(context.official.schema(official), context.official.schema(native))
    normaliser = Normaliser(known, since)
    contents = [Contents(path, normaliser, JSON_IN_TEXT) for path in (official, native)]
    lines += content_differences(*contents)
    with contextlib.closing(sqlite3.connect(native)) as connection:
        lines += [f"integrity_check of native's: {line}" for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
    return without_betterments(context, lines, revision)


def filled(database):
    """How many rows each table has, and how many values that are neither empty nor null each of its columns."""
    found = {}
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for table in tables_of(connection):
            names = [name for (name,) in connection.execute(f"SELECT name FROM pragma_table_info('{table}')")]
            sums = [f"sum({quoted(name)} IS NOT NULL AND {quoted(name)} NOT IN ('', 'null', '{{}}', '[]', 0))" for name in names]
            rows, *values = connection.execute(f"SELECT count(*), {', '.join(sums)} FROM {quoted(table)}").fetchone()
            found[table] = rows, dict(zip(names, (value or 0 for value in values)))
    return found


# Where a column goes, its values stay in another one; where that goes, too, they are counted as its.
HELD_BY = {("chat", "timer_at"): "meta"}


def uncounted_losses(before, after, losses):
    """What is less after down and up again, and was not counted. Columns only of tables that keep their rows."""
    counted = collections.Counter()
    for loss in losses:
        counted[loss["table"], loss["column"]] += loss["count"]
    lines = []
    for table, (rows, values) in before.items():
        if table in LEFTOVERS:
            continue
        rows_now, values_now = after.get(table, (0, {}))
        lost = counted[table, ""]
        if rows_now < rows - lost:
            lines.append(f"{table}: {rows} rows, {rows_now} after down and up again, {lost} counted as lost")
        if lost or rows_now != rows:
            continue
        for name, number in values.items():
            now = values_now.get(name, 0)
            lost = counted[table, name] + counted[table, HELD_BY.get((table, name))]
            if now < number - lost:
                lines.append(f"{table}.{name}: {number} values, {now} after down and up again, {lost} counted as lost")
    return lines


def down_the_chain(context, source, targets, up_from=()):
    since, known = time.time(), uuids_of(source)
    official, native, again = (context.empty(f"down-{side}") for side in ("official", "native", "again"))
    copy_database(source, official)
    before, seen = filled(source), set()

    def step(target):
        context.official.downgrade(official, target)
        native.unlink(missing_ok=True)
        context.native.build(source, native, "" if target == "base" else target, down=True)
        lines = [line for line in compare(context, official, native, target, known, since) if line not in seen]
        seen.update(lines)
        if lines:
            raise Failed(lines)

    def up_again(target):
        for path in (native, again):
            path.unlink(missing_ok=True)
        losses = context.native.build(source, native, target, down=True)["losses"]
        context.native.build(native, again, HEAD)
        lines = uncounted_losses(before, filled(again), losses)
        if lines:
            raise Failed(lines)

    for target in targets:
        yield f"down to {target}", lambda target=target: step(target)
    for target in up_from:
        yield f"down to {target} and up again", lambda target=target: up_again(target)


def fixture_steps(name):
    def steps(context):
        source = context.empty("down-source")
        copy_database(context.fixture(name), source)
        context.official.upgrade(source, HEAD)
        # The official way down stops at 3ab32c4b8f59, at tags of two users that have one id.
        yield from down_the_chain(context, source, HEADS[: HEADS.index("6a39f3d8e55c")], UP_FROM)

    return steps


def filled_steps(seed, start=None):
    def steps(context):
        source = context.at_peewee("down-source", start) if start else context.at_revision("down-source", HEAD)
        filler = HeadFiller(random.Random(seed), rows=8)
        if start:
            filler.fill(source)
            context.official.upgrade(source, HEAD)
        filler.fill(source)
        yield from down_the_chain(context, source, HEADS, UP_FROM)

    return steps


def all_groups(seed):
    groups = [Group(f"down from the head: fixture {name}", fixture_steps(name)) for name in ("open-webui-0.6.18", "open-webui-0.8.12")]
    groups.append(Group("down from the head: filled, born under Alembic", filled_steps(seed)))
    groups.append(Group("down from the head: filled, born under Peewee", filled_steps(seed + 1, 18)))
    return groups

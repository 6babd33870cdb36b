"""What a database holds, in a form in which two databases that mean the same are equal; and the differences otherwise.

Normalised, and nothing else: JSON columns are parsed; clock values of the run and ids made in it are replaced by marks (their
use as references is compared, too); the order of rows, and of tags in chat.meta, does not count.
"""

import collections
import datetime
import hashlib
import json
import re
import sqlite3
import sys
import time

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
NOW, MADE = "<now>", "<made-id>"
# Tables of bookkeeping whose content is a matter of who ran the migration.
BOOKKEEPING = {"migratehistory": {"id", "migrated_at"}}
LIMIT = 12  # differences printed of one table
sys.set_int_max_str_digits(0)  # JSON of real databases has integers of any length


def connect(database):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    return connection


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def tables_of(connection):
    return [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1")
    ]


def uuids_of(database):
    """Every uuid that occurs anywhere in the database: the ids that a migration did not make."""
    found = set()
    connection = connect(database)
    for table in tables_of(connection):
        for row in connection.execute(f"SELECT * FROM {quoted(table)}"):
            for value in row:
                if isinstance(value, str):
                    found.update(UUID.findall(value))
    connection.close()
    return found


class Normaliser:
    """Makes comparable what legitimately differs between two runs, given the ids known before both."""

    def __init__(self, known_uuids, since):
        self.known = known_uuids
        self.since, self.until = int(since) - 1, int(time.time()) + 2

    def is_now(self, number):
        return self.since <= number <= self.until or self.since <= number // 1_000_000_000 <= self.until

    def is_now_as_text(self, text):
        """CURRENT_TIMESTAMP of the run."""
        try:
            return DATE.fullmatch(text) and self.is_now(int(datetime.datetime.fromisoformat(text + "+00:00").timestamp()))
        except ValueError:
            return False

    def text(self, text, made):
        def mark(match):
            if match[0] in self.known:
                return match[0]
            made.append(match[0])
            return MADE

        return UUID.sub(mark, text)

    def value(self, value, is_json, made):
        if isinstance(value, str):
            if self.is_now_as_text(value):
                return NOW
            if is_json:
                try:
                    return "json:" + self.text(json.dumps(json.loads(value), sort_keys=True), made)
                except ValueError:
                    return "not json:" + self.text(value, made)
            return self.text(value, made)
        if isinstance(value, int) and self.is_now(value):
            return NOW
        if isinstance(value, bytes):
            return "blob:" + hashlib.sha256(value).hexdigest()
        if isinstance(value, float):
            return f"real:{value!r}"
        return value


def sorted_tags(value):
    """chat.meta with its tags in order: the official script makes them from a set."""
    try:
        meta = json.loads(value)
        if isinstance(meta.get("tags"), list):
            meta["tags"] = sorted(meta["tags"])
            return json.dumps(meta)
    except (ValueError, TypeError, AttributeError):
        pass
    return value


class Contents:
    """All rows of a database, normalised."""

    def __init__(self, database, normaliser, json_columns=()):
        self.tables, self.keys, self.columns = {}, {}, {}
        uses = collections.defaultdict(list)  # made id -> where it stands
        connection = connect(database)
        for table in tables_of(connection):
            columns = connection.execute(f"SELECT name, type, pk FROM pragma_table_info({json.dumps(table)}) ORDER BY name").fetchall()
            skipped = BOOKKEEPING.get(table, set())
            columns = [c for c in columns if c[0] not in skipped]
            names = [c[0] for c in columns]
            kinds = [c[1].upper() == "JSON" or (table, c[0]) in json_columns for c in columns]
            rows = collections.Counter()
            for row in connection.execute(f"SELECT {', '.join(map(quoted, names))} FROM {quoted(table)}"):
                if table == "chat" and "meta" in names:
                    at = names.index("meta")
                    row = (*row[:at], sorted_tags(row[at]), *row[at + 1 :])
                places, marked = [], []
                for name, kind, value in zip(names, kinds, row):
                    made = []
                    marked.append(normaliser.value(value, kind, made))
                    places.extend((one, name) for one in made)
                key = tuple(marked)
                rows[key] += 1
                if places:
                    whole = hashlib.sha256(repr((table, key)).encode("utf-8", "surrogateescape")).hexdigest()
                    for one, name in places:
                        uses[one].append((table, name, whole))
            self.tables[table], self.columns[table] = rows, names
            self.keys[table] = [c[0] for c in columns if c[2]]
        connection.close()
        self.made_ids = collections.Counter(tuple(sorted(places)) for places in uses.values())


def short(value):
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:100]}… ({len(text)} characters) …{text[-40:]}"


def table_differences(table, official, native, columns, keys):
    missing, extra = list((official - native).elements()), list((native - official).elements())
    lines = []
    key_of = lambda row: tuple(row[columns.index(k)] for k in keys) if keys else None
    by_key = {key_of(row): row for row in extra} if keys else {}
    for row in missing:
        other = by_key.pop(key_of(row), None) if keys and MADE not in key_of(row) else None
        if other is None:
            lines.append(f"{table}: only official has {short(dict(zip(columns, row)))}")
        else:
            extra.remove(other)
            for name, left, right in zip(columns, row, other):
                if left != right:
                    lines.append(f"{table} {dict(zip(keys, key_of(row)))} {name}: official {short(left)}, native {short(right)}")
    lines.extend(f"{table}: only native has {short(dict(zip(columns, row)))}" for row in extra)
    if len(lines) > LIMIT:
        lines = [*lines[:LIMIT], f"{table}: and {len(lines) - LIMIT} more"]
    return lines


def content_differences(official, native, ignore=()):
    """Sentences, one a difference; `ignore` names tables."""
    lines = []
    for table in sorted(set(official.tables) | set(native.tables)):
        if table in ignore:
            continue
        if table not in native.tables or table not in official.tables:
            lines.append(f"{table}: only {'official' if table in official.tables else 'native'} has this table")
        elif official.columns[table] != native.columns[table]:
            left, right = set(official.columns[table]), set(native.columns[table])
            lines.append(f"{table}: columns only in official {sorted(left - right)}, only in native {sorted(right - left)}")
        elif official.tables[table] != native.tables[table]:
            lines.extend(
                table_differences(table, official.tables[table], native.tables[table], official.columns[table], official.keys[table])
            )
    if not lines and official.made_ids != native.made_ids:
        places = lambda uses: sorted({tuple(sorted({(t, c) for t, c, _ in use})) for use in uses})
        lines.append(
            "ids made by the migration stand in other places: "
            f"official {places(official.made_ids - native.made_ids)}, native {places(native.made_ids - official.made_ids)}"
        )
    return lines


def schema_differences(official, native, ignore=()):
    lines = []
    for table in sorted(set(official["tables"]) | set(native["tables"])):
        left, right = official["tables"].get(table), native["tables"].get(table)
        if table in ignore or left == right:
            continue
        if left is None or right is None:
            lines.append(f"schema: only {'official' if left else 'native'} has table {table}")
            continue
        for part in left:
            if left[part] == right[part]:
                continue
            if isinstance(left[part], dict):
                for name in sorted(set(left[part]) | set(right[part])):
                    if left[part].get(name) != right[part].get(name):
                        lines.append(f"schema: {table}.{name}: official {left[part].get(name)}, native {right[part].get(name)}")
            else:
                lines.append(f"schema: {table} {part}: official {left[part]}, native {right[part]}")
    if official["others"] != native["others"]:
        lines.append(f"schema: views and triggers: official {official['others']}, native {native['others']}")
    return lines

"""Hard but healthy cases, each made by hand: the official chain takes them without loss, so native must do exactly the same."""

import contextlib
import json
import random
import sqlite3

from cases import HEAD, Group, made, up_the_chain
from chats import TIMESTAMPS, document
from fill import Filler

BEFORE_MESSAGES = "c440947495f3"  # the last revision but one without chat_message
BEFORE_CHATS = "6a39f3d8e55c"  # chats are still text
USER = "00000000-0000-4000-8000-00000000000a"
USUAL = ["8452d01d26d7", "c1d2e3f4a5b6", "9a1b2c3d4e5f", HEAD]


@contextlib.contextmanager
def open_database(path):
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def insert(connection, table, **row):
    names = ", ".join(f'"{name}"' for name in row)
    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(row))})', list(row.values()))


def insert_user(connection, number=0, user=USER):
    insert(connection, "user", id=user, name="U", email=f"u{number}@example.org", role="admin", profile_image_url="", created_at=1,
           updated_at=1, last_active_at=1)  # fmt: skip


def insert_chat(connection, key, text, user=USER, **more):
    row = {"title": "t", "created_at": 1700000000, "updated_at": 1700000001, "archived": 0} | more
    insert(connection, "chat", id=key, user_id=user, chat=text if isinstance(text, (str, bytes)) else json.dumps(text), **row)


def chats_group(name, texts, starts=(BEFORE_CHATS, BEFORE_MESSAGES), targets=USUAL):
    """Chats with these documents, from before chats were JSON and from before messages had a table."""

    def steps(context):
        for start in starts:
            source = context.at_revision("hard", start)
            with open_database(source) as connection:
                insert_user(connection)
                for number, text in enumerate(texts()):
                    insert_chat(connection, f"chat-{number}", text)
            later = [target for target in targets if target in context.after(start)]
            for title, step in up_the_chain(context, source, later):
                yield f"from {start} {title}", step

    return Group(f"hard: {name}", steps)


def one_message(**fields):
    return {"history": {"messages": {"m": {"id": "m", "role": "user", "content": "c"} | fields}, "currentId": "m"}}


def with_history(history, **more):
    return {"history": history, "title": "t"} | more


def timestamps():
    return [one_message(timestamp=value) for value in TIMESTAMPS] + [one_message()]


def shapes():
    plain = {"a": {"role": "user", "content": "x", "parentId": None, "timestamp": 1700000000}}
    fork = {
        "a": {"role": "user", "timestamp": 1700000000},
        "b": {"role": "assistant", "parentId": "a", "timestamp": 1700000005},
        "c": {"role": "assistant", "parentId": "a", "timestamp": 1700000009},
        "d": {"role": "user", "parentId": "b", "timestamp": 1700000007},
    }
    no_roles = {"a": {"content": 1, "timestamp": 5}, "b": {"parentId": "a", "timestamp": 6}}
    as_list = [{"id": "a", "role": "user", "timestamp": 2}, {"id": "b", "parentId": "a", "timestamp": 1}, {"no": "id"}, None, 5]
    return [
        {}, {"title": "no history"}, with_history(None), with_history({}), with_history([]), with_history("text"), with_history(5),
        with_history({"messages": None}), with_history({"messages": []}), with_history({"messages": "text"}), with_history({"messages": {}}),
        with_history({"messages": {"a": None, "b": 5, "c": "text", "d": []}}), with_history({"messages": no_roles}),
        with_history({"messages": {"": {"role": "user", "content": "empty key"}}}), with_history({"messages": plain, "currentId": "gone"}),
        with_history({"messages": fork}), with_history({"messages": fork, "currentId": None}, currentId="b"),
        with_history({"messages": fork, "currentId": "nothing"}, currentId="nothing", branchPointMessageId="a"),
        with_history({"messages": fork, "currentId": 5}), with_history({"messages": fork, "currentId": ["b"]}),
        with_history({"messages": as_list}), {"messages": as_list}, with_history(None, messages=as_list, currentId="a"),
        with_history({"messages": {}}, messages=as_list, branchPointMessageId="b"), {"messages": []}, {"messages": {"a": {"role": "user"}}},
        with_history({"messages": {"a": {"role": "user", "parentId": "b"}, "b": {"role": "user", "parentId": "a"}}}),
        with_history({"messages": {"a": {"role": "user", "parentId": "a"}}}),
        with_history({"messages": {"x": {"id": "other", "role": "user"}}, "currentId": "other"}),
    ]  # fmt: skip


def texts():
    """Documents that are no object but count as empty (others stop the official chain), and odd spellings of objects."""
    return [
        "[]", '"text"', "0", "false", "null", " null ", "{}", ' \n\t{ "history" : { } } ', '"{\\"history\\": {}}"',
        '{"a": 1, "a": 2}', '{"history": {"messages": {"m": {"role": "user", "content": "1"}, "m": {"role": "user", "content": "2"}}}}',
        '{"history": 1, "history": {"messages": {"m": {"role": "user", "role": "assistant"}}}}',
        json.dumps(json.dumps(one_message(timestamp=1700000000))),
    ]  # fmt: skip


def numbers():
    spelt = ["NaN", "Infinity", "-Infinity", "1e400", "-0", "-0.0", "1E5", "1.0", "0.1", "1e22", "1e16", "123456789012345678901234567890",
             "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1.7976931348623157e308", "5e-324", "0.30000000000000004",
             "100000000000000000000000.0", "1" + "0" * 400]  # fmt: skip
    return [
        f'{{"n": {n}, "history": {{"messages": {{"m": {{"role": "user", "content": {n}, "usage": {{"n": [{n}]}}}}}}}}}}' for n in spelt
    ] + [one_message(timestamp=json.loads(n)) for n in spelt if "N" not in n and "I" not in n and "e400" not in n]


def strings():
    odd = ["\u0000", "a\u0000b", "é", "日本語", "🎉", "\u2028", "\x7f", "\x1f", "\ud83c\udf89".encode("utf-16", "surrogatepass").decode("utf-16"),
           "/", "\\/", "</script>", "\ufeff", "\ufffe", "e\u0301"]  # fmt: skip
    written = []
    for text in odd:
        chat = one_message(content=text, model=text, parentId=text, sources=[{text: text}])
        chat["title"] = text
        written += [json.dumps(chat), json.dumps(chat, ensure_ascii=False)]
    # A lone surrogate can only be written as an escape.
    return [*written, json.dumps(one_message(content="\ud800", files=["\udfff"]))]


def message_texts():
    """Every field of a message with every kind of value with which the official chain takes the message."""
    values = [None, True, False, 0, 5, 1.5, "", "text", [], ["a"], {}, {"a": None}]
    fields = ["role", "parentId", "content", "output", "model", "files", "sources", "embeds", "done", "statusHistory", "error", "usage"]
    refused = {  # such messages are left out there: a deviation
        "parentId": ([], ["a"], {}, {"a": None}), "model": ([], ["a"], {}, {"a": None}), "role": (["a"], {"a": None}),
        "done": (5, 1.5, "", "text", [], ["a"], {}, {"a": None}),
    }  # fmt: skip
    return [
        one_message(**{field: value}, timestamp=1700000000)
        for field in fields
        for value in values
        if not any(value == odd and type(value) is type(odd) for odd in refused.get(field, ()))
    ]


def nested():
    deep = 400
    return ['{"a": ' * deep + "1" + "}" * deep, json.dumps(one_message(content=json.loads("[" * deep + "]" * deep)))]


def colliding_ids(context):
    source = context.at_revision("hard", BEFORE_MESSAGES)
    with open_database(source) as connection:
        insert_user(connection)
        insert_chat(connection, "a", {"history": {"messages": {"b-c": {"role": "user", "content": "first"}}}})
        insert_chat(connection, "a-b", {"history": {"messages": {"c": {"role": "user", "content": "second"}, "d": {"role": "user"}}}})
    yield from up_the_chain(context, source, USUAL)


def shares(context):
    source = context.at_revision("hard", BEFORE_MESSAGES)
    with open_database(source) as connection:
        insert_user(connection)
        for number in range(6):
            chat = document(random.Random(number), False)
            insert_chat(connection, f"chat-{number}", chat, share_id=f"share-{number}" if number % 2 else None)
            if number % 2:
                insert_chat(connection, f"share-{number}", chat, user=f"shared-chat-{number}")
        insert_chat(connection, "odd-1", {}, user="SHARED-chat-0")
        insert_chat(connection, "odd-2", {}, user="sharedXchat-0")
    yield from up_the_chain(context, source, context.after(BEFORE_MESSAGES))


def five_thousand_tags(context):
    source = context.at_peewee("hard", 18)
    with open_database(source) as connection:
        insert_user(connection)
        insert_chat(connection, "chat-1", one_message())
        for number in range(5000):
            insert(connection, "tag", id=f"id-{number}", name=f"Tag Nr {number} É", user_id=USER, data=None)
            insert(connection, "chatidtag", id=f"link-{number}", tag_name=f"Tag Nr {number} É", chat_id="chat-1", user_id=USER, timestamp=1)
    yield from up_the_chain(context, source, ["1af9b942657b", HEAD])


def ten_thousand_chats(context):
    source = context.at_revision("hard", BEFORE_CHATS)
    chooser = random.Random(1)
    with open_database(source) as connection:
        insert_user(connection)
        for number in range(10_000):
            insert_chat(connection, f"chat-{number}", one_message(content=f"{number}", timestamp=1700000000 + chooser.randint(0, 9)))
    yield from up_the_chain(context, source, [HEAD])


def many_messages(context):
    """More than the official script's batch of 5,000 messages, in one chat."""
    source = context.at_revision("hard", BEFORE_MESSAGES)
    with open_database(source) as connection:
        insert_user(connection)
        messages = {f"m{n}": {"role": "user", "content": str(n), "parentId": f"m{n - 1}" if n else None} for n in range(12_000)}
        insert_chat(connection, "chat-1", {"history": {"messages": messages}})
    yield from up_the_chain(context, source, ["8452d01d26d7", HEAD])


def fifty_megabytes(context):
    source = context.at_revision("hard", BEFORE_CHATS)
    with open_database(source) as connection:
        insert_user(connection)
        content = "0123456789abcdé\n" * 3_000_000
        insert_chat(connection, "big", one_message(content=content))
        insert_chat(connection, "small", one_message())
    yield from up_the_chain(context, source, [HEAD])


def unknown_things(context):
    """Tables, columns and indexes that no revision names stay as they are."""
    source = context.fixture("open-webui-0.6.18").with_name("unknown.db")
    source.write_bytes(context.fixture("open-webui-0.6.18").read_bytes())
    with open_database(source) as connection:
        connection.executescript(
            '''
            CREATE TABLE "my table" (id INTEGER PRIMARY KEY AUTOINCREMENT, "odd ""column""" TEXT DEFAULT 'it''s', b BLOB, r REAL,
              CHECK (r IS NULL OR r > 0), UNIQUE (b));
            CREATE INDEX "my index" ON "my table" ("odd ""column""" DESC) WHERE b IS NOT NULL;
            INSERT INTO "my table" VALUES (5, 'ü', x'00ff', 1.5), (9, NULL, NULL, NULL);
            CREATE TABLE without_key (a, b);
            INSERT INTO without_key VALUES (1, 'x'), ('2', 2.5), (NULL, x'');
            CREATE TABLE no_rowid (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
            INSERT INTO no_rowid VALUES ('a', 1), ('b', 2);
            ALTER TABLE user ADD COLUMN my_column TEXT DEFAULT 'mine';
            ALTER TABLE chat ADD COLUMN my_number INTEGER;
            UPDATE chat SET my_number = rowid;
            ALTER TABLE message ADD COLUMN mine JSON;
            CREATE INDEX my_chat_index ON chat (my_number, title);
            CREATE INDEX my_user_index ON user (name) WHERE role = 'admin';
            '''
        )
    yield from up_the_chain(context, source, context.after("d31026856c01"))


def live_wal(context):
    """The newest rows stand in the -wal only, and a writer still has the database open."""
    source = context.at_revision("hard", BEFORE_MESSAGES)
    writer = sqlite3.connect(source)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("PRAGMA wal_autocheckpoint=0")
    insert_user(writer)
    insert_chat(writer, "in-the-wal", one_message())
    writer.commit()
    destination = context.scratch / "from-wal.db"

    def step():
        destination.unlink(missing_ok=True)
        context.native.build(source, destination, HEAD)
        with open_database(destination) as connection:
            assert connection.execute("SELECT id FROM chat").fetchall() == [("in-the-wal",)]
            assert connection.execute("SELECT id FROM chat_message").fetchall() == [("in-the-wal-m",)]
        writer.close()

    yield "rows in the -wal are there", step


def other_settings(context):
    for name, pragmas in {
        "UTF-16": "PRAGMA encoding='UTF-16le'",
        "pages of 1 kB": "PRAGMA page_size=1024",
        "pages of 64 kB": "PRAGMA page_size=65536",
        "user_version": "PRAGMA user_version=77; PRAGMA application_id=123456",
        "WAL": "PRAGMA journal_mode=WAL",
    }.items():
        source = context.empty("settings")
        with open_database(source) as connection:
            connection.executescript(pragmas + "; CREATE TABLE mine (a TEXT); INSERT INTO mine VALUES ('é');")
        context.official.upgrade(source, BEFORE_MESSAGES)
        with open_database(source) as connection:
            insert_user(connection)
            insert_chat(connection, "c", one_message(content="é🎉"))
        for title, step in up_the_chain(context, source, [HEAD]):
            yield f"{name} {title}", step


def odd_text(context):
    """0x00 and invalid UTF-8 in columns that the official scripts pass through without reading."""
    source = context.at_revision("hard", BEFORE_MESSAGES)
    with open_database(source) as connection:
        insert_user(connection)
        insert_chat(connection, "c", one_message(), title="a\x00b")
        insert(connection, "prompt", command="/zero", user_id=USER, title="a\x00b", content="c\x00d", timestamp=1)
        insert(connection, "memory", id="m", user_id=USER, content="é\x00ü", updated_at=1, created_at=1)
        for table, key in (("memory", "content"), ("chat", "title")):
            connection.execute(f"UPDATE \"{table}\" SET {key} = CAST(x'61ff62fe80' AS TEXT) WHERE {key} LIKE 'é%'")
        insert(connection, "tool", id="t", user_id=USER, name="n", content="x\x00y", specs="[]", meta="{}", created_at=1, updated_at=1)
    yield from up_the_chain(context, source, context.after(BEFORE_MESSAGES))


def all_null(context):
    """A row of NULLs in every table of a database born under Alembic, where nearly every column allows them."""
    from fill import SKIP  # noqa: F401

    for start in ("d31026856c01", "c440947495f3", "b2c3d4e5f6a7", "461111b60977", "c92da83b017f"):
        source = context.at_revision("nulls", start)
        filler = Filler(random.Random(start), rows=2)
        filler.chance_of_null_elsewhere = filler.chance_of_null
        filler.chance_of_null = lambda table, name: 1 if filler.chance_of_null_elsewhere(table, name) else 0
        filler.fill(source)
        for title, step in up_the_chain(context, source, context.after(start)):
            yield f"from {start} {title}", step


def typed_oddly(context):
    """SQLite lets any value stand in any column: numbers in text, text in numbers, blobs."""
    source = made(context, "odd-types", "c440947495f3", 5)
    with open_database(source) as connection:
        connection.execute("UPDATE chat SET title = 5, updated_at = 'yesterday', created_at = 1.5, archived = 'yes'")
        connection.execute("UPDATE user SET last_active_at = '17', bio = x'00ff', name = 3.5")
        connection.execute("UPDATE memory SET created_at = 1e300, content = x'ff'")
        connection.execute("UPDATE feedback SET version = 'v1', created_at = 'x'")
    yield from up_the_chain(context, source, context.after("c440947495f3"))


def all_groups():
    return [
        chats_group("timestamps of every kind", timestamps),
        chats_group("chats of every shape", shapes),
        chats_group("documents that are no object, repeated keys", texts),
        chats_group("numbers that JSON and Python spell differently", numbers),
        chats_group("strings with 0x00, surrogates and everything else", strings),
        chats_group("every field of a message with every kind of value", message_texts),
        chats_group("nested 400 deep", nested),
        Group("hard: message ids that collide between chats", colliding_ids),
        Group("hard: shared chats", shares),
        Group("hard: 5,000 tags", five_thousand_tags),
        Group("hard: a user with 10,000 chats", ten_thousand_chats),
        Group("hard: a chat of 12,000 messages", many_messages),
        Group("hard: a chat of 50 MB", fifty_megabytes),
        Group("hard: unknown tables, columns and indexes", unknown_things),
        Group("hard: a live -wal with unwritten pages", live_wal),
        Group("hard: encodings, page sizes and settings of the file", other_settings),
        Group("hard: 0x00 and invalid UTF-8 in text", odd_text),
        Group("hard: NULL in every nullable column", all_null),
        Group("hard: values of another type than the column's", typed_oddly),
    ]

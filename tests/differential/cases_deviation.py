"""Where native deviates on purpose: the official chain loses data or stops, native does not. Each case shows both, so that
docs/deviations.md stays true: what the official chain does, and exactly what native makes of it."""

import json

from cases import HEAD, Group, made
from cases_hard import USER, insert, insert_chat, insert_user, one_message, open_database
from harness import copy_database
from yardstick import NativeFailed, OfficialFailed

OTHER = "00000000-0000-4000-8000-00000000000b"
THIRD = "00000000-0000-4000-8000-00000000000c"


class Deviation:
    """A database at `start` with unhealthy rows, and what each side makes of it at `target`."""

    def __init__(self, context, start, target, prepare):
        self.context, self.target = context, target
        self.source = context.at_peewee("deviation", start) if isinstance(start, int) else context.at_revision("deviation", start)
        with open_database(self.source) as connection:
            insert_user(connection)
            prepare(connection)
        self.left, self.right = context.empty("deviation-official"), context.empty("deviation-native")

    def official(self):
        """Runs the official chain; its error, or None."""
        copy_database(self.source, self.left)
        try:
            self.context.official.upgrade(self.left, self.target)
        except OfficialFailed as error:
            return str(error)
        return None

    def native(self):
        """Runs native; what its report would hold."""
        self.right.unlink(missing_ok=True)
        return self.context.native.build(self.source, self.right, self.target)

    def rows(self, path, sql):
        with open_database(path) as connection:
            return connection.execute(sql).fetchall()


def equal(found, wanted):
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def notes_hold(report, identifier, count):
    found = {key.split(":")[1]: number for key, number in report["notes"].items()}
    equal(found.get(identifier), count)


def deviation(name, start, target, prepare, official_stops=None, query=None, official=None, native=None, note=None, quarantined=None):
    """A case of one query: the official chain stops with `official_stops` or answers `official`; native answers `native`,
    with the note (id, count) and the quarantined (table, key, column) values."""

    def steps(context):
        case = Deviation(context, start, target, prepare)

        def official_step():
            error = case.official()
            if official_stops is None:
                equal(error, None)
                equal(case.rows(case.left, query), official)
            else:
                assert error and official_stops in error, f"the official chain should stop with {official_stops!r}, but: {error}"

        def native_step():
            report = case.native()
            equal(case.rows(case.right, query), native)
            equal(case.rows(case.right, "PRAGMA integrity_check"), [("ok",)])
            if note:
                notes_hold(report, *note)
            if quarantined is not None:
                equal(sorted((q["table"], q["key"], q["column"]) for q in report["quarantine"]), quarantined)

        yield "what the official chain does", official_step
        yield "what native does", native_step

    return Group(f"deviation: {name}", steps)


def group_with(*members):
    def prepare(connection):
        insert_user(connection, 1, OTHER)
        insert(connection, "group", id="g", user_id=USER, name="G", user_ids=json.dumps(members), created_at=1, updated_at=1)

    return prepare


def knowledge_with(*files):
    def prepare(connection):
        insert(connection, "file", id="f", user_id=USER, filename="f", created_at=1)
        insert(connection, "knowledge", id="k", user_id=USER, name="K", data=json.dumps({"file_ids": files}), created_at=1)

    return prepare


def tags(connection):
    insert_user(connection, 1, OTHER)
    insert(connection, "tag", id="t1", name="Red Tag", user_id=USER)
    insert(connection, "tag", id="t2", name="Red Tag", user_id=OTHER)
    insert(connection, "tag", id="blue", name="blue", user_id=USER)


def folder_dates(connection):
    insert(connection, "folder", id="f", user_id=USER, name="F", is_expanded=0, created_at="2024-03-01 10:20:30",
           updated_at="2023-12-31 23:59:59.123456")  # fmt: skip


def channel_member(connection):
    insert(connection, "channel", id="c", user_id=USER, name="C", created_at=1)
    insert(connection, "channel_member", id="m", channel_id="c", user_id=USER, created_at=1700000000)


def orphan_share(connection):
    insert_chat(connection, "share-1", one_message(), user="shared-gone")


def empty_chat(connection):
    insert(connection, "chat", id="c", user_id=USER, title="t", chat=None, created_at=1, updated_at=1, archived=0)


def case_emails(connection):
    insert(connection, "user", id=OTHER, name="B", email="U0@EXAMPLE.org", role="user", profile_image_url="", created_at=1,
           updated_at=1, last_active_at=1)  # fmt: skip


def prompt_without_owner(connection):
    insert(connection, "prompt", command="/c", user_id=None, title=None, content=None, timestamp=None)


def odd_documents(connection):
    insert(connection, "document", collection_name="d", name="d", title="D", filename="d.txt", content="not json", user_id=USER, timestamp=5)


def history_row(table, **row):
    return lambda connection: insert(connection, table, id="x", user_id=USER, name="N", created_at=5, updated_at=6, **row)


def kept_by_native(context, with_view):
    """Views and triggers of others on `chat`, which 461111b60977 rebuilds in the Peewee lineage."""
    source = context.fixture("open-webui-0.6.18").with_name("others.db")
    copy_database(context.fixture("open-webui-0.6.18"), source)
    left, right = context.empty("deviation-official"), context.empty("deviation-native")
    with open_database(source) as connection:
        connection.executescript(
            "CREATE TABLE my_log (what TEXT);"
            "CREATE TRIGGER my_trigger AFTER UPDATE OF title ON chat BEGIN INSERT INTO my_log VALUES (new.id); END;"
            + ("CREATE VIEW my_view AS SELECT id, title FROM chat;" if with_view else "")
        )
    mine = "SELECT type, name, sql FROM sqlite_master WHERE name LIKE 'my!_%' ESCAPE '!' ORDER BY 2"

    def official_step():
        copy_database(source, left)
        try:
            context.official.upgrade(left, HEAD)
        except OfficialFailed as error:
            assert with_view and "error in view my_view" in str(error), error
            return
        with open_database(left) as connection:
            equal([row[1] for row in connection.execute(mine)], ["my_log"])

    def native_step():
        context.native.build(source, right, HEAD)
        with open_database(source) as before, open_database(right) as after:
            equal(after.execute(mine).fetchall(), before.execute(mine).fetchall())
            after.execute("UPDATE chat SET title = 'x'")
            equal(after.execute("SELECT count(*) FROM my_log").fetchone(), after.execute("SELECT count(*) FROM chat").fetchone())
            if with_view:
                equal(after.execute("SELECT DISTINCT title FROM my_view").fetchall(), [("x",)])

    yield "what the official chain does", official_step
    yield "what native does", native_step


def released_peewee(context):
    """A database of 0.1.124 straight to a release without Peewee: the official chain ends at head without settings."""
    source = made(context, "deviation-peewee", 7, 7)
    left, right = context.empty("deviation-official"), context.empty("deviation-native")
    models = "SELECT count(*) FROM model WHERE id LIKE 'ollama-%'"

    def official_step():
        copy_database(source, left)
        context.official.upgrade(left, HEAD)
        with open_database(left) as connection:
            names = [row[1] for row in connection.execute("PRAGMA table_info(user)")]
            equal(connection.execute(models).fetchone(), (0,))
        assert "settings" not in names or "info" not in names, "the official chain made the columns"

    def native_step():
        context.native.build(source, right, HEAD)
        with open_database(source) as connection:
            wanted = connection.execute("SELECT count(*) FROM modelfile").fetchone()
        with open_database(right) as connection:
            names = {row[1] for row in connection.execute("PRAGMA table_info(user)")}
            equal(connection.execute(models).fetchone(), wanted)
            equal(connection.execute("SELECT count(*) FROM migratehistory").fetchone(), (18,))
        assert {"settings", "info"} <= names

    yield "what the official chain does", official_step
    yield "what native does", native_step


def half_migrated(context):
    """0.9.6 stopped in b10670c03dd5 with six users: 0.12.4 does not start; native completes it."""
    source = context.fixture("half-migrated-0.3.35-by-0.9.6")
    left, right = context.empty("deviation-official"), context.empty("deviation-native")

    def official_step():
        copy_database(source, left)
        try:
            context.official.upgrade(left, HEAD)
        except OfficialFailed as error:
            assert "duplicate column name: info_json" in str(error), error
            return
        raise AssertionError("the official chain went through")

    def native_step():
        context.native.build(source, right, HEAD)
        with open_database(right) as connection:
            equal(connection.execute("SELECT version_num FROM alembic_version").fetchall(), [(HEAD,)])
            names = {row[1] for row in connection.execute("PRAGMA table_info(user)")}
            assert not names & {"info_json", "settings_json", "api_key", "oauth_sub"}, names
            chats = connection.execute("SELECT count(*) FROM chat WHERE chat IS NOT NULL AND chat <> 'null'").fetchone()[0]
            messages = connection.execute("SELECT count(*) FROM chat_message").fetchone()[0]
        assert messages > 0, "no message was written"
        with open_database(source) as connection:
            equal(chats, connection.execute("SELECT count(*) FROM chat WHERE user_id NOT LIKE 'shared-%'").fetchone()[0])

    yield "what the official chain does", official_step
    yield "what native does", native_step


def refused_emails(context):
    case = Deviation(context, "c440947495f3", HEAD, case_emails)

    def official_step():
        error = case.official()
        assert error and "email" in error.lower(), error

    def native_step():
        try:
            case.native()
        except NativeFailed as error:
            assert "email" in str(error).lower().replace("e-mail", "email"), error
            assert not case.right.exists(), "a refused migration left a file"
            return
        raise AssertionError("native went through")

    yield "what the official chain does", official_step
    yield "what native does", native_step


CHAT_TEXT = "6a39f3d8e55c"
MESSAGES = "c440947495f3"


def all_groups():
    return [
        Group("deviation: Peewee migrations that newer releases dropped", released_peewee),
        Group("deviation: half-migrated by 0.9.6", half_migrated),
        Group("deviation: e-mails that differ by case", refused_emails),
        Group("deviation: views of others", lambda context: kept_by_native(context, True)),
        Group("deviation: triggers of others", lambda context: kept_by_native(context, False)),
        deviation(
            "repeated member of a group", "a5c220713937", "37f288994c47", group_with(USER, OTHER, USER), official_stops="UNIQUE constraint",
            query="SELECT user_id FROM group_member ORDER BY 1", native=[(USER,), (OTHER,)], note=("duplicate-group-member", 1),
        ),
        deviation(
            "deleted user in a group", "a5c220713937", "37f288994c47", group_with(USER, THIRD), query="SELECT user_id FROM group_member ORDER BY 1",
            official=[(USER,), (THIRD,)], native=[(USER,)], note=("deleted-group-member", 1),
        ),
        deviation(
            "repeated file of a knowledge base", "90ef40d4714e", "3e0e00844bb0", knowledge_with("f", "f"), official_stops="UNIQUE constraint",
            query="SELECT knowledge_id, file_id FROM knowledge_file", native=[("k", "f")], note=("duplicate-knowledge-file", 1),
        ),
        deviation(
            "chat that is not JSON", CHAT_TEXT, HEAD, lambda c: insert_chat(c, "c", "not json"), query="SELECT id, chat FROM chat",
            official=[("c", "null")], native=[("c", "null")], note=("unparsable-chat", 1), quarantined=[("chat", "c", "chat")],
        ),
        deviation(
            "chat that is NULL", CHAT_TEXT, "242a2047eae0", empty_chat,
            official_stops="TypeError", query="SELECT id, chat FROM chat", native=[("c", None)], quarantined=[],
        ),
        deviation(
            "message whose parent or model is no text", MESSAGES, "8452d01d26d7",
            lambda c: insert_chat(c, "c", one_message(parentId=["a"], model={}, timestamp=1700000000)),
            query="SELECT id, parent_id, model_id FROM chat_message", official=[], native=[("c-m", None, None)],
            note=("unusual-message-reference", 1),
        ),
        deviation(
            "message that is done in a way that is neither true nor false", MESSAGES, "8452d01d26d7",
            lambda c: insert_chat(c, "c", one_message(done="yes", timestamp=1700000000)),
            query="SELECT id, done FROM chat_message", official=[], native=[("c-m", 1)], note=("unusual-message-done", 1),
        ),
        deviation(
            "message whose role is no text", MESSAGES, "8452d01d26d7",
            lambda c: insert_chat(c, "c", one_message(role=["user"], timestamp=1700000000)),
            query="SELECT count(*) FROM chat_message", official=[(0,)], native=[(0,)], note=("unusable-message", 1),
            quarantined=[("chat_message", "c-m", "content")],
        ),
        deviation(
            "timestamp in digits that are not ASCII", MESSAGES, "8452d01d26d7",
            lambda c: insert_chat(c, "c", one_message(timestamp="１７００００００００")),
            query="SELECT created_at > 1750000000 FROM chat_message", official=[(0,)], native=[(1,)],
        ),
        deviation(
            "chat that is no object", MESSAGES, HEAD, lambda c: insert_chat(c, "c", "[1]"), official_stops="AttributeError",
            query="SELECT id, chat FROM chat", native=[("c", "[1]")], note=("unreadable-chat", 1),
        ),
        deviation(
            "equal tags of two users, and tags named as their id", CHAT_TEXT, "1af9b942657b", tags, query="SELECT id, user_id FROM tag ORDER BY 1, 2",
            official=[("red_tag", USER)], native=[("blue", USER), ("red_tag", USER), ("red_tag", OTHER)],
        ),
        deviation(
            "dates of folders", "c69f45358db4", "4ace53fd72c8", folder_dates, query="SELECT created_at, updated_at FROM folder",
            official=[(2024, 2023)], native=[(1709288430, 1704067199)], note=("folder-dates", 2),
        ),
        deviation(
            "member of a channel from before 2f1211949ecc", "37f288994c47", "2f1211949ecc", channel_member, official_stops="NOT NULL",
            query="SELECT id, joined_at, is_active FROM channel_member", native=[("m", 1700000000, 1)], note=("channel-member-joined", 1),
        ),
        deviation(
            "share of a deleted chat", MESSAGES, HEAD, orphan_share, query="SELECT count(*) FROM chat", official=[(0,)], native=[(0,)],
            note=("share-without-chat", 1), quarantined=[("chat", "share-1", "chat")],
        ),
        deviation(
            "prompt without owner, title, content and date", MESSAGES, "374d2f66af06", prompt_without_owner, official_stops="NOT NULL",
            query="SELECT command, user_id, name, content FROM prompt", native=[("c", "", "", "")], note=("incomplete-prompt", 1),
        ),
        deviation(
            "document whose content is not JSON", "c0fbf31ca0db", "6a39f3d8e55c", odd_documents, official_stops="JSONDecodeError",
            query="SELECT id, name FROM knowledge", native=[("d", "D")], note=("unreadable-document-tags", 1),
        ),
        deviation(
            "model whose meta is not JSON", "d6a8c3f912ab", "e7b9d4a023bc", history_row("model", meta="not json", params="{}", is_active=1),
            official_stops="JSONDecodeError", query="SELECT id, meta FROM model", native=[("x", "not json")], note=("unreadable-model", 1),
        ),
    ]  # fmt: skip

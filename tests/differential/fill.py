"""Fills the tables of a database, at whatever revision it stands, with made rows: healthy ones, in the sense that the official
chain takes them without losing any, but as messy as that allows."""

import json
import sqlite3

from chats import with_comparable_timestamps, WORDS, document, identifier, written

TIMES = [1700000000, 1650000000, 1577836800, 0, 1700000001]
TAGS = ["Red Tag", "blue", "grün", "a b c", "Pinned", "pinned", "X", "ÀÉ"]


class Filler:
    def __init__(self, random, messy=True, users=4, rows=5):
        self.random, self.messy, self.rows = random, messy, rows
        self.users = [identifier(random) for _ in range(users)]
        self.ids = {}

    def fill(self, database, tables=None, rows=None):
        """Adds rows to every table, or to those named."""
        connection = sqlite3.connect(database)
        names = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        self.has_links = "knowledge_file" in names
        self.has_messages = "chat_message" in names
        skipped = {"alembic_version", "migratehistory", "config_old", "sqlite_sequence"}
        # What others refer to goes first.
        first = ["user", "auth", "file", "folder", "group", "knowledge", "channel", "chat", "message", "note", "skill", "model", "calendar"]
        order = [t for t in first if t in names] + [t for t in names if t not in first]
        for table in order:
            if table not in skipped and (tables is None or table in tables):
                self.fill_table(connection, table, rows)
        connection.commit()
        connection.close()

    def fill_table(self, connection, table, rows):
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        if table == "channel_member" and "joined_at" not in [column[1] for column in columns]:
            return  # rows from before 2f1211949ecc stop the official chain
        if table == "folder" and any(column[1:3] == ("created_at", "DATETIME") for column in columns):
            return  # 4ace53fd72c8 makes years of the dates: cases_deviation.py
        for number in range(len(self.users) if table in ("user", "auth") else rows or self.rows):
            row = {}
            for _, name, kind, not_null, default, key in columns:
                if not not_null and not key and self.messy and self.random.random() < self.chance_of_null(table, name):
                    row[name] = None
                    continue
                if default is not None and self.random.random() < 0.5:
                    continue
                value = self.value(table, name, kind, number)
                if value is not SKIP:
                    row[name] = value
            sql = f'INSERT INTO "{table}" ({", ".join(chr(34) + n + chr(34) for n in row)}) VALUES ({", ".join("?" * len(row))})'
            try:
                connection.execute(sql, list(row.values()))
                if "id" in row:
                    self.ids.setdefault(table, []).append(row["id"])
            except sqlite3.IntegrityError:
                pass  # a made value that is there already

    def chance_of_null(self, table, name):
        # NULL there stops the official chain: unhealthy data has cases of its own.
        if (table, name) in {
            ("chat", "chat"), ("chat", "id"), ("chat", "user_id"), ("chatidtag", "tag_name"), ("tag", "name"), ("tag", "user_id"),
            ("prompt", "user_id"), ("prompt", "title"), ("prompt", "content"), ("prompt", "timestamp"), ("prompt", "command"),
            ("document", "name"), ("document", "title"), ("document", "user_id"), ("document", "timestamp"),
            ("user", "email"), ("user", "id"), ("model", "user_id"), ("tool", "user_id"), ("function", "user_id"),
            ("model", "name"), ("note", "user_id"), ("group", "created_at"),
        }:  # fmt: skip
            return 0
        return 0.2

    def json(self, value):
        return written(self.random, value)

    def any_user(self):
        return self.random.choice(self.users)

    def an_id_of(self, table):
        return self.random.choice(self.ids.get(table) or [identifier(self.random)])

    def value(self, table, name, kind, number):
        random = self.random
        special = getattr(self, f"{table}_{name}", None)
        if special:
            return special(number)
        if name == "id":
            return SKIP if kind == "INTEGER" else identifier(random)
        if name in ("user_id", "updated_by", "pinned_by", "invited_by", "archived_by", "deleted_by"):
            return self.any_user()
        if name.endswith("_id") and name[:-3] in (
            "chat", "file", "channel", "message", "note", "knowledge", "group", "model", "folder", "skill", "calendar", "automation",
        ):  # fmt: skip
            return self.an_id_of(name[:-3])
        if name == "event_id":
            return self.an_id_of("calendar_event")
        if name.endswith("_at") or name == "timestamp":
            if kind == "DATETIME" and table in ("folder", "config"):
                return random.choice(["2024-03-01 10:20:30", "2023-12-31 23:59:59.123456"])
            return random.choice(TIMES) + number
        if name == "access_control":
            return random.choice([None, "null", "{}", self.json(self.acl())])
        if kind == "JSON" or (table, name) in JSON_IN_TEXT:
            return self.json(self.small_document())
        if kind == "BOOLEAN" or name in ("active", "archived", "is_active", "is_global"):
            return random.randint(0, 1)
        if kind in ("INTEGER", "BIGINT"):
            return random.choice([0, 1, 7, 2**40])
        if kind == "DATE":
            return "1990-02-03"
        if name in ("share_id", "path", "hash", "api_key", "key", "token", "slug", "oauth_sub", "parent_id", "version_id"):
            return identifier(random)
        return random.choice(WORDS)[:200]

    def small_document(self):
        random = self.random
        return random.choice(
            [
                {},
                {"a": 1, "b": [1, 2.5, None, True], "ü": "ö"},
                {"nested": {"deep": {"x": random.choice(WORDS)}}},
                {"description": random.choice(WORDS), "tags": [{"name": "t"}]},
            ]
        )

    def acl(self):
        lists = lambda: {
            "group_ids": [i for i in self.ids.get("group", []) if self.random.random() < 0.5],
            "user_ids": [u for u in self.users if self.random.random() < 0.3],
        }
        return self.random.choice([{"read": lists(), "write": lists()}, {"read": lists()}, {"read": {}, "write": {}}, {"write": lists()}])

    # Columns that the chain looks into.
    def user_id(self, number):
        return self.users[number]

    def auth_id(self, number):
        return SKIP if number >= len(self.users) else self.users[number]

    def user_email(self, number):
        return f"User{number}@Example.org"

    auth_email = user_email

    def user_role(self, number):
        return "user" if number else "admin"

    def user_settings(self, number):
        return self.random.choice(["null", self.json({"ui": {"models": ["a"], "ü": "é"}}), self.json({}), "not json", "[]"])

    user_info = user_settings

    def user_oauth_sub(self, number):
        return self.random.choice([f"google@{number}", f"oidc@a@b{number}", f"bare{number}", f"@{number}", f"x{number}@"])

    def user_oauth(self, number):
        return self.random.choice([self.json({"google": {"sub": str(number)}}), json.dumps(json.dumps({"oidc": {"sub": "s"}})), "{}"])

    def user_username(self, number):
        return f"name{number}"

    def chat_chat(self, number):
        chat = document(self.random, self.messy)
        return self.json(with_comparable_timestamps(chat) if self.has_messages else chat)

    def chat_user_id(self, number):
        if number % 4 == 3 and self.ids.get("chat"):
            return "shared-" + self.random.choice([*self.ids["chat"], identifier(self.random)])
        return self.any_user()

    def chat_meta(self, number):
        return self.random.choice(
            [
                "{}",
                self.json({"tags": ["red_tag", "blue"]}),
                self.json({"type": "timer", "status": "pending", "timer_at": self.random.choice([1700000000, "1700000001", 1.5, "soon", None])}),
                self.json({"type": "timer", "status": "done", "timer_at": 5}),
            ]
        )

    def chat_folder_id(self, number):
        return self.an_id_of("folder")

    def chat_message_id(self, number):
        return f"{self.an_id_of('chat')}-{identifier(self.random)}"

    def chat_message_role(self, number):
        return "user"

    def tag_name(self, number):
        return f"{self.random.choice(TAGS)} {number}"

    def tag_id(self, number):
        return identifier(self.random)

    def chatidtag_tag_name(self, number):
        return self.random.choice(TAGS)

    def document_content(self, number):
        return self.random.choice([self.json({"tags": [{"name": "t"}, {"name": "ü"}]}), "{}", "", self.json({"a": 1})])

    def document_collection_name(self, number):
        return f"collection-{number}-{self.random.getrandbits(32)}"

    def document_name(self, number):
        return f"document-{number}-{self.random.getrandbits(32)}"

    def prompt_command(self, number):
        return self.random.choice(["/", "", "//"]) + f"command-{number}-{self.random.getrandbits(32)}"

    def modelfile_tag_name(self, number):
        return f"model{number}:latest"

    def modelfile_modelfile(self, number):
        content = self.random.choice(
            [
                'FROM llama3\nPARAMETER temperature 0.7\nPARAMETER stop "<|im|>"\nPARAMETER stop x\nSYSTEM """Be kind."""\n',
                "FROM mistral:7b\nPARAMETER num_ctx 4096\nPARAMETER use_mmap true\nTEMPLATE \"\"\"{{ .Prompt }}\"\"\"\nSYSTEM short\n",
                "from gemma\nADAPTER ./a.bin\nparameter top_k 40\nMESSAGE user Hi\n",
                "",
            ]
        )
        made = {"title": f"M{number} é", "desc": "d", "imageUrl": "data:,", "content": content, "suggestionPrompts": [{"content": "c"}]}
        if number % 2:
            made["categories"] = ["x"]
            made["user"] = {"name": "n", "community": False}
        return self.json(made)

    def file_meta(self, number):
        return self.json(self.random.choice([{"path": f"/data/uploads/{number}", "name": "ü"}, {"name": "n", "size": 5}, {}]))

    def group_user_ids(self, number):
        return self.json([u for u in self.users if self.random.random() < 0.6])

    def knowledge_data(self, number):
        files = self.ids.get("file", [])
        chosen = [f for f in files if self.random.random() < 0.5]
        made = self.random.choice([self.json({"file_ids": chosen}), self.json({"file_ids": [*chosen, "gone"]}), "{}", "null"])
        # Beside knowledge_file, a list is what a failed migration left: half_migrated.py.
        return made.replace("file_ids", "made") if self.has_links else made

    def config_data(self, number):
        return self.json(
            {
                "version": 0,
                "ui": {"default_models": "a,b", "prompt_suggestions": [{"title": ["a", "b"], "content": "c"}], "empty": {}},
                "oauth": {"oidc": {"client_id": "x", "scopes": "openid"}, "client_id": "first"},
                "rag": {"ollama": {"url": "http://x", "key": ""}, "top_k": 3, "template": "ü"},
                "openai": {"api_configs": {"0": {"enable": True, "tags": []}}, "api_keys": ["k"]},
                "unknown": {"deep": {"er": None, "list": []}},
                "plain": 5,
            }
        )

    def config_version(self, number):
        return number

    def config_key(self, number):
        return f"made.key{number}"

    def model_params(self, number):
        return self.json(self.random.choice([{}, {"temperature": 0.5, "stop": ["a"]}, {"system": "ü"}]))

    def model_meta(self, number):
        return self.json(self.random.choice([{}, {"hidden": True, "description": "d"}, {"chat_variables_schema": {"a": 1}, "tags": []}]))

    def tool_meta(self, number):
        return self.json(
            self.random.choice([{}, {"description": "d", "manifest": {"a": 1}, "i18n": {}}, {"has_user_valves": True, "toggle": True, "i18n": {"de": 1}}])
        )

    function_meta = tool_meta

    def function_type(self, number):
        return self.random.choice(["pipe", "filter"])

    def memory_type(self, number):
        return "context"


SKIP = object()
JSON_IN_TEXT = {
    ("tag", "data"), ("user", "settings"), ("user", "info"), ("model", "meta"), ("model", "params"), ("tool", "specs"), ("tool", "meta"),
    ("tool", "valves"), ("function", "meta"), ("function", "valves"), ("document", "content"), ("file", "meta"),
}  # fmt: skip

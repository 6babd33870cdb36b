"""Chat documents of every shape that the frontends of the years, imports and broken clients have written."""

import json
import uuid

WORDS = [
    "Hello, world",
    "Ünïcödé 한국어 日本語 🎉",
    "quotes ' \" and \\ backslash",
    "line\nbreak\ttab\r\n",
    "x" * 3000,
    "<script>alert(1)</script>",
    "",
    " ",
    "null",
    "{\"not\": \"an object\"}",
    "\u2028\u2029\x7f",
    "\\u0000 spelt out",
]
# Timestamps as they are found: seconds, milliseconds, floats, strings, nonsense.
TIMESTAMPS = [
    1700000000, 1700000000.75, 1700000000123, "1700000000", "1700000000.5", "1.7e9", " 1700000000 ", "yesterday", "", None, True,
    [], {}, -5, 0, 1577836799, 1577836800, 4070908800, 4070908800000, 1e300, 10_000_000_000, 10_000_000_001, "nan", "1_700_000_000",
    99999999999999999999,
]  # fmt: skip


def identifier(random):
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def message(random, number, parent, messy):
    made = {
        "id": identifier(random),
        "parentId": parent,
        "childrenIds": [],
        "role": "assistant" if number % 2 else "user",
        "content": random.choice(WORDS),
        "timestamp": 1700000000 + number,
    }
    if number % 2:
        made.update(model="llama3:8b", modelName="llama3", done=True, usage={"total_tokens": 10 + number, "cost": 0.25})
        made["sources"] = [{"source": {"name": "a.txt"}}]
        made["statusHistory"] = [{"description": "d", "done": True}]
    if not messy:
        return made
    if random.random() < 0.5:
        made["timestamp"] = random.choice(TIMESTAMPS)
    for name, values in {
        "role": ["system", "", None, 7, True, ["user"]],
        "content": [None, ["a", {"type": "text", "text": "é"}], {"text": 1}, 5, 1.5, False],
        "parentId": [None, "", "no-such-message", 5],
        "done": [False, None, True],
        "model": [None, "", "gpt-4"],
        "files": [[], [{"type": "image", "url": "data:,"}], None],
        "error": [None, {"content": "boom"}, "text", True],
        "output": [[{"type": "message"}], None],
        "embeds": [["<b>"], None],
        "usage": [None, {}, {"n": 12345678901234567890}, {"r": 1e22, "small": 1e-7, "z": -0.0}],
        "sources": [None, []],
        "statusHistory": [None, []],
    }.items():
        if random.random() < 0.12:
            made[name] = random.choice(values)
        if random.random() < 0.04:
            made.pop(name, None)
    if random.random() < 0.1:
        made.pop("timestamp")
    return made


def history(random, messy, length=None):
    messages, parent = {}, None
    for number in range(random.randint(0, 8) if length is None else length):
        made = message(random, number, parent, messy)
        key = made["id"]
        if parent and random.random() < 0.85:
            messages[parent]["childrenIds"].append(key)
        else:
            made["parentId"] = None if number == 0 else made.get("parentId")
        messages[key] = made
        if random.random() < 0.9:
            parent = key
    return {"messages": messages, "currentId": parent}


def with_comparable_timestamps(chat):
    """Where a chat has no rows in chat_message, 9a1b2c3d4e5f compares its messages' timestamps with each other, and stops at
    mixed types."""
    history = chat.get("history")
    kept = history.get("messages") if isinstance(history, dict) else None
    for messages in (chat.get("messages"), kept):
        for each in messages.values() if isinstance(messages, dict) else messages or []:
            if isinstance(each, dict) and not isinstance(each.get("timestamp", 0), (int, float)):
                each["timestamp"] = 1700000000
    return chat


def document(random, messy=True):
    """A chat as the frontend saves it; `messy` ones have the oddities of real databases."""
    made_history = history(random, messy)
    chat = {
        "title": "Chat " + random.choice(WORDS)[:20],
        "models": ["llama3:8b"],
        "params": {},
        "history": made_history,
        "messages": list(made_history["messages"].values()),
        "tags": [],
        "timestamp": 1700000000000,
        "files": [],
    }
    if not messy:
        return chat
    odd = random.random()
    if odd < 0.22:
        # These go the way on which 9a1b2c3d4e5f compares timestamps with each other, and stops at mixed types.
        for number, each in enumerate(chat["messages"]):
            each["timestamp"] = 1700000000 + number % 3
    elif chat["messages"]:
        chat["messages"][0]["role"] = "user"
    if odd < 0.05:
        chat.pop("history")
    elif odd < 0.08:
        chat["history"] = None
    elif odd < 0.11:
        chat["history"]["messages"] = list(made_history["messages"].values())
    elif odd < 0.13:
        chat["history"]["messages"] = None
    elif odd < 0.15:
        chat["history"] = []
    elif odd < 0.17:
        chat["history"] = "text"
    elif odd < 0.19:
        chat["messages"] = None
    elif odd < 0.22:
        chat["history"]["messages"]["odd"] = random.choice([None, "text", 5, [], [1]])
    elif odd < 0.30:
        chat["history"]["currentId"] = random.choice([None, "", "no-such-message", 5, [], {}])
    elif odd < 0.34:
        chat["currentId"] = next(iter(made_history["messages"]), None)
        chat["history"].pop("currentId")
    elif odd < 0.37:
        chat["branchPointMessageId"] = next(iter(made_history["messages"]), None)
        chat["history"]["currentId"] = "gone"
    elif odd < 0.39:
        chat["history"].pop("currentId")
    return chat


def written(random, value):
    """`value` as JSON text, in the spelling of one writer or another."""
    style = random.random()
    if style < 0.6:
        return json.dumps(value)
    if style < 0.8:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, indent=1)

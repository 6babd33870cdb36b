#!/usr/bin/env python3
"""Makes a big Open WebUI 0.6.18 database: the schema and rows of the 0.6.18 fixture, and chats as its frontend writes them, with
each message twice (`messages` and `history.messages`).

usage: make_database.py FILE [--chats 8000] [--messages 20] [--bytes 1500]

The defaults make about 600 MB. The text is of random words, so that it compresses like text. FILE must not exist.
"""

import argparse
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
START = 1_700_000_000


def unpack_fixture(file):
    with tempfile.TemporaryDirectory() as folder:
        archive = ROOT / "tests/fixtures/open-webui-0.6.18.tar.zst"
        subprocess.run(["tar", "--zstd", "-xf", archive, "-C", folder], check=True)
        file.write_bytes((pathlib.Path(folder) / "webui.db").read_bytes())


def vocabulary(chooser):
    """Words of the lengths that a natural language has, and a little of what else stands in chats, as JSON spells it."""
    letters, weights = "etaoinshrdlcumwfgypbvk", range(22, 0, -1)
    words = ["".join(chooser.choices(letters, weights, k=min(12, 1 + int(chooser.expovariate(0.25))))) for _ in range(6000)]
    return words + ["\\u00fcber", "caf\\u00e9", "`code`", "x = 1;", "\\n", "\\n\\n- "] * 40


def made_id(chooser):
    return str(uuid.UUID(int=chooser.getrandbits(128), version=4))


def content_of(chooser, words, size):
    """Whole words only: an escape must not be cut in two."""
    picked, length = [], 0
    for word in chooser.choices(words, k=size // 3):
        picked.append(word)
        length += len(word) + 1
        if length >= size:
            break
    return " ".join(picked)


def chat_text(chooser, words, messages, size, start):
    """One chat's JSON. Written as text: the generator is to be quick."""
    ids = [made_id(chooser) for _ in range(messages)]
    parts = []
    for number, key in enumerate(ids):
        parent = f'"{ids[number - 1]}"' if number else "null"
        children = f'["{ids[number + 1]}"]' if number + 1 < messages else "[]"
        more = (
            '"role": "assistant", "model": "llama3:8b", "modelName": "llama3:8b", "modelIdx": 0, "userContext": null, "done": true, '
            f'"usage": {{"total_tokens": {size // 4}, "eval_count": {size // 5}}}, "lastSentence": ""'
            if number % 2
            else '"role": "user", "models": ["llama3:8b"]'
        )
        parts.append(
            f'{{"id": "{key}", "parentId": {parent}, "childrenIds": {children}, {more}, '
            f'"content": "{content_of(chooser, words, size)}", "timestamp": {start + number}}}'
        )
    history = ", ".join(f'"{key}": {part}' for key, part in zip(ids, parts))
    return (
        f'{{"id": "", "title": "Chat", "models": ["llama3:8b"], "params": {{}}, "history": {{"messages": {{{history}}}, '
        f'"currentId": "{ids[-1]}"}}, "messages": [{", ".join(parts)}], "tags": [], "timestamp": {start * 1000}, "files": []}}'
    )


def make(file, chats=8000, messages=20, size=1500):
    chooser = random.Random(618)
    words = vocabulary(chooser)
    partial = file.with_name(file.name + ".partial")
    partial.with_name(partial.name + "-journal").unlink(missing_ok=True)  # of a run that was stopped
    unpack_fixture(partial)
    connection = sqlite3.connect(partial)
    connection.execute("PRAGMA synchronous=OFF")
    users = [user for (user,) in connection.execute("SELECT id FROM user")]

    def rows():
        for number in range(chats):
            start = START + number * 600
            text = chat_text(chooser, words, messages, size, start)
            if number == 0:
                json.loads(text)  # a wrong generator is found at once
            yield made_id(chooser), chooser.choice(users), f"Chat {number}", text, start, start + 60

    connection.executemany(
        "INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived, pinned, meta) VALUES (?, ?, ?, ?, ?, ?, 0, 0, '{}')",
        rows(),
    )
    connection.commit()
    connection.close()
    partial.rename(file)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--chats", type=int, default=8000)
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--bytes", type=int, default=1500)
    options = parser.parse_args()
    if options.file.exists():
        sys.exit(f"{options.file} is there already")
    make(options.file, options.chats, options.messages, options.bytes)
    size = options.file.stat().st_size / 1e6
    print(f"{options.file}: {size:.0f} MB, {options.chats} chats of {options.messages} messages", file=sys.stderr)


if __name__ == "__main__":
    main()

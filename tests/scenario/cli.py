#!/usr/bin/env python3
"""The real program, asked wrong and right: what the user sees, and the exit code.

Usage: tests/scenario/cli.py [PROGRAM]   (default: build/liftlock)
"""

import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(Path(os.environ.get("LIFTLOCK", ROOT / "build" / "liftlock")).resolve())


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="liftlock-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {"PATH": os.environ["PATH"], "LIFTLOCK_HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8"}

    def run_it(self, *arguments, stdin=subprocess.DEVNULL, **more):
        return subprocess.run([PROGRAM, *map(str, arguments)], stdin=stdin, capture_output=True, text=True, timeout=120,
                              cwd=self.folder, env=self.environment | more.pop("environment", {}), **more)

    def expect(self, code, *arguments, **more):
        done = self.run_it(*arguments, **more)
        self.assertEqual(done.returncode, code, f"{arguments}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done

    def sql(self, path, statement):
        """Runs one statement and lets the file go."""
        connection = sqlite3.connect(path)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def new_database(self, name="webui.db", revision="head"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.expect(0, "db", "upgrade", revision, "--database", f"sqlite:///{path}")
        return path


class Asked(Case):
    def test_alone_it_explains_itself(self):
        done = self.expect(0)
        self.assertLess(done.stdout.index("Examples"), done.stdout.index("Usage:"))
        self.assertIn("liftlock change dir:", done.stdout)

    def test_version(self):
        self.assertRegex(self.expect(0, "--version").stdout, r"^liftlock \d+\.\d+\.\d+\n$")

    def test_every_command_has_help(self):
        overview = self.expect(0, "--help").stdout
        names = re.findall(r"^  ((?:db )?[a-z]+)  +[A-Z]", overview, re.M)
        self.assertIn("db current", names)
        for name in names:
            with self.subTest(command=name):
                text = self.expect(0, *name.split(), "--help").stdout
                self.assertRegex(text, r"(?s)Examples\n.*Usage: liftlock " + name + r".*Exit statuses\n")

    def test_unknown_command(self):
        done = self.expect(2, "backups-list")
        self.assertIn('there is no command "backups-list"', done.stderr)
        self.assertIn("Did you mean db current?", self.expect(2, "db", "curent").stderr)
        self.assertEqual(done.stdout, "")

    def test_unknown_option(self):
        self.assertIn("Did you mean --database?", self.expect(2, "db", "current", "--databse", "x").stderr)

    def test_missing_argument(self):
        done = self.expect(2, "db", "upgrade")
        self.assertIn("needs REVISION", done.stderr)
        self.assertIn("liftlock db upgrade REVISION", done.stderr)

    def test_errors_are_json_too(self):
        done = self.expect(2, "stauts", "--json")
        error = json.loads(done.stdout)["error"]
        self.assertEqual((error["id"], error["kind"], error["exit_code"]), ("command-unknown", "usage", 2))
        self.assertEqual(done.stderr, "")

    def test_no_colours_off_a_terminal(self):
        self.assertNotIn("\x1b", self.expect(0, "--help").stdout)

    def test_a_closed_pipe_and_a_full_disk(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "db", "heads"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)

    def test_completions_are_understood_by_their_shell(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.folder / shell
            script.write_text(self.expect(0, "completion", shell).stdout)
            if shutil.which(shell):
                checked = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True, timeout=60)
                self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_bash_completes(self):
        script = self.folder / "bash"
        script.write_text(self.expect(0, "completion", "bash").stdout)
        ask = f"""source {script}; PATH={Path(PROGRAM).parent}:$PATH
            try() {{ COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _liftlock; echo "${{COMPREPLY[*]}}"; }}
            try liftlock versi; try liftlock db cur; try liftlock db upgrade --data; try liftlock completion z"""
        done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout.split(), ["versions", "current", "--database", "zsh"], done.stderr)


class Terminal(Case):
    """On a terminal: colours, which NO_COLOR and TERM=dumb switch off."""

    def show(self, *arguments, **environment):
        reader, writer = pty.openpty()
        process = subprocess.Popen([PROGRAM, *arguments], stdin=writer, stdout=writer, stderr=writer, cwd=self.folder,
                                   env=self.environment | {"TERM": "xterm"} | environment)
        os.close(writer)
        shown = b""
        while True:
            try:
                block = os.read(reader, 65536)
            except OSError:  # the other end is gone
                break
            if not block:
                break
            shown += block
        os.close(reader)
        process.wait(timeout=60)
        return shown.decode()

    def test_colours(self):
        self.assertIn("\x1b[", self.show("--help"))
        self.assertNotIn("\x1b[", self.show("--help", NO_COLOR="1"))
        self.assertNotIn("\x1b[", self.show("--help", TERM="dumb"))
        self.assertNotIn("\x1b[", self.show("--help", "--no-color"))


class Database(Case):
    def test_a_new_database_comes_to_the_head(self):
        path = self.new_database()
        self.assertEqual(self.expect(0, "db", "current", "--database", f"sqlite:///{path}").stdout, "0bd252b206fb (head)\n")
        self.assertEqual(self.expect(0, "db", "heads").stdout, "0bd252b206fb (head)\n")
        self.assertEqual(self.sql(path, "PRAGMA integrity_check"), [("ok",)])

    def test_history_is_alembics(self):
        lines = self.expect(0, "db", "history").stdout.splitlines()
        self.assertEqual(len(lines), 66)
        self.assertTrue(lines[0].startswith("c92da83b017f -> 0bd252b206fb (head), "), lines[0])
        self.assertTrue(lines[-1].startswith("<base> -> 7e5b5dc7342b, "), lines[-1])

    def test_steps_and_names(self):
        path = self.new_database(revision="9f0c9cd09105")
        url = f"sqlite:///{path}"
        self.assertEqual(self.expect(0, "db", "current", "--database", url).stdout, "9f0c9cd09105\n")
        self.expect(0, "db", "upgrade", "+1", "--database", url, "--no-keep")
        self.assertEqual(self.expect(0, "db", "current", "--database", url).stdout, "d31026856c01\n")
        self.assertEqual(list(self.folder.glob("webui.db.*")), [])
        self.assertIn("(current)", self.expect(0, "db", "history", "-i", "--database", url).stdout)
        self.assertIn("already", self.expect(0, "db", "upgrade", "d310", "--database", url).stdout)
        self.assertIn("comes after it", self.expect(3, "db", "upgrade", "9f0c", "--database", url).stderr)
        self.assertIn("Can't locate revision identified by 'nope'", self.expect(2, "db", "upgrade", "nope", "--database", url).stderr)
        self.assertIn("didn't produce 99 migrations", self.expect(2, "db", "upgrade", "+99", "--database", url).stderr)

    def test_the_old_file_is_kept_as_it_was(self):
        path = self.new_database(revision="9f0c9cd09105")
        before = path.read_bytes()
        os.chmod(path, 0o640)
        answer = json.loads(self.expect(0, "db", "upgrade", "head", "--database", path, "--json").stdout)
        self.assertEqual(Path(answer["kept"]).read_bytes(), before)
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)
        self.assertEqual(answer["to_revision"], "0bd252b206fb")

    def test_a_database_in_use_is_left_alone(self):
        path = self.new_database(revision="9f0c9cd09105")
        before = path.read_bytes()
        held = sqlite3.connect(path)
        held.execute("BEGIN IMMEDIATE")
        done = self.expect(3, "db", "upgrade", "head", "--database", path)
        self.assertIn(f"process {os.getpid()}", done.stderr)
        self.assertIn("Nothing was changed.", done.stderr)
        held.close()
        self.assertEqual(path.read_bytes(), before)

    def test_a_symlink_stays_one(self):
        target = self.new_database("elsewhere/real.db", "9f0c9cd09105")
        link = self.folder / "webui.db"
        link.symlink_to(target)
        self.expect(0, "db", "upgrade", "head", "--database", link)
        self.assertTrue(link.is_symlink())
        self.assertEqual(self.expect(0, "db", "current", "--database", target).stdout, "0bd252b206fb (head)\n")

    def test_urls(self):
        (self.folder / "a b").mkdir()
        self.new_database().rename(self.folder / "a b" / "w%.db")
        self.expect(0, "db", "current", "--database", "sqlite:///a%20b/w%25.db")
        self.expect(0, "db", "current", "--database", "sqlite+pysqlite:///a%20b/w%25.db")
        self.expect(0, "db", "current", environment={"DATABASE_URL": f"sqlite:///{self.folder}/a%20b/w%25.db"})
        done = self.expect(1, "db", "current", "--database", "postgresql://user:geheim@127.0.0.1:1/name")
        self.assertIn("postgresql://user:***@127.0.0.1:1/name", done.stderr)
        self.assertNotIn("geheim", done.stderr)
        self.assertIn("no database is named", self.expect(2, "db", "current").stderr)

    def test_what_is_no_database(self):
        junk = self.folder / "junk.db"
        junk.write_bytes(b"this is not a database, and long enough to be looked at\n" * 100)
        self.assertIn("database-not-a-database", self.expect(1, "db", "current", "--database", junk).stderr)
        self.assertIn("no such file", self.expect(1, "db", "current", "--database", "absent.db").stderr)
        empty = self.folder / "empty.db"
        empty.touch()
        self.assertEqual(self.expect(0, "db", "current", "--database", empty).stdout, "")


class Deployments(Case):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"
        self.new_database("data/webui.db")
        (self.data / "uploads").mkdir()
        (self.data / "uploads" / "a file\nwith 'a' \"name\".txt").write_text("kept")

    def test_unknown_deployments(self):
        self.assertIn("webui.db", self.expect(2, "status", "dir:/nowhere/at/all").stderr)
        self.assertIn("dir:DATA_DIR", self.expect(2, "plan", "compose:file#service", "latest").stderr)
        nowhere = {"DOCKER_HOST": f"unix://{self.folder}/nothing.sock"}
        self.assertIn("nothing.sock", self.expect(1, "plan", "docker:open-webui", "latest", environment=nowhere).stderr)

    def test_status(self):
        done = self.expect(0, "status", self.data)
        self.assertIn("0bd252b206fb", done.stdout)
        status = json.loads(self.expect(0, "status", self.data, "--json").stdout)
        self.assertEqual(status["database"]["revision"], "0bd252b206fb")
        self.assertEqual(status["data"]["files"], 1)

    def test_snapshots_from_taking_to_restoring(self):
        taken = json.loads(self.expect(0, "backup", self.data, "--json").stdout)
        name = taken["snapshot"]["name"]
        self.assertIn(name, self.expect(0, "backups", self.data).stdout)
        self.expect(0, "verify", name)
        upload = next((self.data / "uploads").iterdir())
        upload.write_text("spoilt")
        self.sql(self.data / "webui.db", "DROP TABLE chat")

        refused = self.expect(2, "restore", self.data, "latest")
        self.assertIn("--yes", refused.stderr)
        self.assertEqual(upload.read_text(), "spoilt")
        self.expect(0, "restore", self.data, "latest", "--yes")
        self.assertEqual(upload.read_text(), "kept")
        self.assertEqual(self.sql(self.data / "webui.db", "SELECT count(*) FROM chat"), [(0,)])
        self.assertIn("Nothing to do", self.expect(0, "restore", self.data, name, "--yes").stdout)
        self.assertIn("Nothing to remove", self.expect(0, "prune", self.data, "--keep-days", "0").stdout)
        self.assertIn(name, self.expect(0, "backups", self.data).stdout)
        self.assertIn("backup-", self.expect(2, "verify", "backup-20200101-000000").stderr)

    def test_a_damaged_snapshot_is_called_one(self):
        self.expect(0, "backup", self.data)
        database = next((self.folder / "home").glob("*/backup-*/database.*"))
        content = bytearray(database.read_bytes())
        content[len(content) // 2] ^= 1
        database.write_bytes(content)
        self.assertIn("snapshot-damaged", self.expect(1, "verify", database.parent).stderr)
        self.sql(self.data / "webui.db", "CREATE TABLE mine (x)")
        before = (self.data / "webui.db").read_bytes()
        self.assertIn("snapshot-damaged", self.expect(1, "restore", self.data, "latest", "--yes").stderr)
        self.assertEqual((self.data / "webui.db").read_bytes(), before)

    def test_what_is_gone_can_be_restored(self):
        self.expect(0, "backup", self.data)
        for lose in (lambda: (self.data / "webui.db").unlink(), lambda: (self.data / "webui.db").write_bytes(b"junk" * 2000),
                     lambda: shutil.rmtree(self.data)):
            lose()
            self.expect(0, "restore", self.data, "latest", "--yes")
            self.assertEqual(self.sql(self.data / "webui.db", "SELECT count(*) FROM chat"), [(0,)])
            self.assertEqual(next((self.data / "uploads").iterdir()).read_text(), "kept")

    def test_nothing_to_roll_back_or_resume(self):
        self.assertIn("nothing-to-roll-back", self.expect(3, "rollback", self.data, "--yes").stderr)
        self.assertIn("Nothing to do", self.expect(0, "resume", self.data).stdout)
        self.assertIn("Nothing to do", self.expect(0, "resume").stdout)
        self.assertIn("No changes yet", self.expect(0, "history", self.data).stdout)


class Change(Case):
    """The main job, on a data directory that a real 0.3.35 wrote."""

    def setUp(self):
        super().setUp()
        archive = ROOT / "tests" / "fixtures" / "open-webui-0.3.35.tar.zst"
        unpacked = self.folder / "unpacked"
        unpacked.mkdir()
        subprocess.run(["tar", "--zstd", "-xf", archive, "-C", unpacked], check=True, timeout=60)
        self.data = next(path.parent for path in unpacked.rglob("webui.db"))

    def content(self):
        return {str(path.relative_to(self.data)): path.read_bytes() for path in sorted(self.data.rglob("*"))
                if path.is_file() and ".liftlock-" not in path.name}

    def test_plan_changes_nothing(self):
        before = self.content()
        done = self.expect(0, "plan", self.data, "0.12.4")
        for words in ("0.3.35", "0bd252b206fb", "Costs", "Hazards", "Points of no return"):
            self.assertIn(words, done.stdout)
        self.assertIn(f"liftlock change dir:{self.data} 0.12.4", done.stderr)
        json.loads(self.expect(0, "plan", self.data, "latest", "--json").stdout)
        self.assertEqual(self.content(), before)
        self.assertFalse((self.folder / "home").exists())

    def test_without_a_yes_nothing_happens(self):
        before = self.content()
        for flags in ([], ["--no-input"], ["--json"]):
            done = self.expect(2, "change", self.data, "0.12.4", *flags)
            self.assertIn("confirmation-needed", done.stdout + done.stderr)
        self.assertEqual(self.content(), before)

    def test_there_and_back(self):
        before = self.content()
        done = self.expect(0, "change", self.data, "0.12.4", "--yes", "--json")
        report = json.loads(done.stdout)
        self.assertEqual(report["outcome"], "changed")
        for line in done.stderr.splitlines():
            json.loads(line)
        self.assertIn("0bd252b206fb", self.expect(0, "status", self.data).stdout)
        self.assertIn("already", self.expect(0, "change", self.data, "0.12.4", "--yes").stdout)
        self.assertIn("changed", self.expect(0, "history", self.data).stdout)
        self.assertIn("confirmation-needed", self.expect(2, "rollback", self.data, "--no-input").stderr
                      + self.expect(2, "settle", self.data, "--now").stderr)
        self.expect(0, "rollback", self.data, "--yes")
        self.assertEqual(self.content(), before)

    def test_versions_that_do_not_exist(self):
        done = self.expect(2, "plan", self.data, "0.12.99")
        self.assertIn("Did you mean 0.12.4", done.stderr)

    def test_an_older_version_without_a_snapshot_is_refused(self):
        for arguments in (("0.3.7",), ("0.3.30", "--from-snapshot", "latest")):
            done = self.expect(3, "change", self.data, *arguments, "--yes")
            self.assertIn("no-restore-point", done.stdout + done.stderr)

    def test_migrating_down_names_what_is_lost_and_wants_it_accepted_by_name(self):
        before = self.content()
        chats = "SELECT id, user_id, title, json(chat), archived, share_id FROM chat ORDER BY id"
        wanted = self.sql(self.data / "webui.db", chats)
        self.expect(0, "change", self.data, "0.12.4", "--yes")
        self.expect(0, "settle", self.data, "--now", "--yes")
        self.sql(self.data / "webui.db", "INSERT INTO pinned_note (id, user_id, note_id, created_at) VALUES ('p', 'u', 'n', 1)")
        changed = self.content()
        done = self.expect(3, "change", self.data, "0.3.35", "--yes")
        self.assertIn("would-lose-data", done.stdout + done.stderr)
        self.assertIn("pinned_note: 1 row", done.stdout + done.stderr)
        self.assertIn("--from-snapshot latest", done.stdout + done.stderr)
        self.assertEqual(self.content(), changed)
        plan = json.loads(self.expect(0, "--json", "plan", self.data, "0.3.35").stdout)
        self.assertEqual((plan["direction"], plan["by_snapshot"]), ("down", False))
        self.assertIn({"revision": "4de81c2a3af1", "table": "pinned_note", "column": None, "count": 1}, plan["losses"])
        self.expect(0, "change", self.data, "0.3.35", "--yes", "--accept-loss")
        self.assertEqual(self.sql(self.data / "webui.db", chats), wanted)
        self.assertIn("4ace53fd72c8", self.expect(0, "db", "current", "--database", self.data / "webui.db").stdout)
        self.expect(0, "rollback", self.data, "--yes")
        self.assertEqual(self.content(), changed)
        self.assertNotEqual(changed, before)

    def test_db_downgrade_prints_what_alembic_prints_and_keeps_the_file(self):
        database = self.data / "webui.db"
        self.expect(0, "db", "upgrade", "head", "--database", database, "--no-keep")
        self.sql(database, "INSERT INTO pinned_note (id, user_id, note_id, created_at) VALUES ('p', 'u', 'n', 1)")
        before = database.read_bytes()
        done = self.expect(3, "db", "downgrade", "56359461a091", "--database", database, "--yes")
        self.assertIn("pinned_note: 1 row", done.stderr)
        self.assertEqual(database.read_bytes(), before)
        done = self.expect(0, "db", "downgrade", "56359461a091", "--database", database, "--accept-loss")
        self.assertIn("Running downgrade 0bd252b206fb -> ", done.stdout)
        self.assertIn("Running downgrade 4de81c2a3af1 -> 56359461a091, add pinned_note table", done.stdout)
        kept = next(self.data.glob("webui.db.before-*"))
        self.assertEqual(kept.read_bytes(), before)
        self.assertIn("56359461a091", self.expect(0, "db", "current", "--database", database).stdout)
        self.expect(2, "db", "downgrade", "-99", "--database", database)
        self.expect(3, "db", "downgrade", "head", "--database", database)

    def test_going_back_names_what_is_lost_and_wants_it_accepted_by_name(self):
        before = self.content()
        self.expect(0, "change", self.data, "0.12.4", "--yes")
        self.expect(0, "settle", self.data, "--now", "--yes")
        self.sql(self.data / "webui.db", "INSERT INTO memory (id, user_id, content, updated_at, created_at) "
                                         "VALUES ('newer', 'u', 'remember', 4000000000, 4000000000)")
        changed = self.content()
        back = ("change", self.data, "0.3.35", "--yes", "--from-snapshot", "latest")
        done = self.expect(3, *back)
        self.assertIn("would-lose-data", done.stdout + done.stderr)
        self.assertIn("memory: 1 new", done.stdout + done.stderr)
        self.assertNotIn("prompt:", done.stdout + done.stderr)
        self.assertEqual(self.content(), changed)
        self.expect(0, *back, "--accept-loss")
        self.assertEqual(self.content(), before)

    def test_an_open_database_is_left_alone(self):
        held = sqlite3.connect(self.data / "webui.db")
        held.execute("SELECT count(*) FROM chat").fetchone()
        before = self.content()
        done = self.expect(3, "change", self.data, "0.12.4", "--yes")
        self.assertIn(f"process {os.getpid()}", done.stderr)
        held.close()
        self.assertEqual(self.content(), before)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-") and Path(sys.argv[1]).is_file():
        PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    outcome = unittest.main(exit=False).result
    wrong = len(outcome.failures) + len(outcome.errors)
    skipped = len(outcome.skipped)
    print(f"{outcome.testsRun - wrong - skipped} passed, {wrong} failed, {skipped} skipped")
    sys.exit(1 if wrong else 0)

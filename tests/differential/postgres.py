#!/usr/bin/env python3
"""Native against real Alembic and real Peewee on PostgreSQL: the same database, both chains, every row and the whole schema
compared; then what a migration must do when it is locked out, cut off or stopped. Starts a server of its own.

usage: postgres.py [--build FOLDER] [--only TEXT]... [--keep]
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import postgres_down  # noqa: E402
from cases import FIXTURES, HEAD, PEEWEE_STATES, Group  # noqa: E402
from cluster import programs  # noqa: E402
from contents import uuids_of  # noqa: E402
from harness import Failed  # noqa: E402
from postgres_world import JsonFiller, loaded, run_on_server  # noqa: E402
from session import ended, options_of  # noqa: E402
from yardstick import OfficialFailed  # noqa: E402

BEFORE_MESSAGES = "c440947495f3"
USER = "00000000-0000-4000-8000-00000000000a"
# Where data moves, and some places between.
TARGETS = ["7e5b5dc7342b", "6a39f3d8e55c", "242a2047eae0", "1af9b942657b", "4ace53fd72c8", "37f288994c47", "b10670c03dd5", "3e0e00844bb0",
           "374d2f66af06", "8452d01d26d7", "f1e2d3c4b5a6", "c1d2e3f4a5b6", "461111b60977", "3ff2c63645b8", "9a1b2c3d4e5f", "f8c0e5b134cd", HEAD]  # fmt: skip
# Where rows move most: for databases that are not empty.
FEW = ["1af9b942657b", "b10670c03dd5", "c1d2e3f4a5b6", "3ff2c63645b8", HEAD]


def up_the_chain(world, source, targets, stepwise=False, peewee=()):
    """Official goes step by step; native jumps from the source to each target, or goes step by step too."""
    path = world.mirrored(source)
    known, since = uuids_of(path), time.time()
    path.unlink()
    official = world.copy(source)
    previous = world.copy(source)

    def advance(revision="", count=18):
        if revision:
            world.official.upgrade(official, revision)
        else:
            world.official.peewee(official, count)
        native = previous if stepwise else world.copy(source)
        try:
            world.build(native, revision, count)
            world.must_be_equal(official, native, known, since)
        finally:
            if not stepwise:
                world.drop(native)

    for count in peewee:
        yield f"to Peewee {count}", lambda count=count: advance(count=count)
    for revision in targets:
        yield f"to {revision}", lambda revision=revision: advance(revision)
    world.drop(official, previous)


def fresh_steps(stepwise):
    def steps(world):
        yield from up_the_chain(world, world.new(), TARGETS if stepwise else FEW, stepwise)

    return steps


def fixture_steps(name):
    def steps(world):
        source = loaded(world, world.fixture(name), FIXTURES[name], 18)
        after = world.after(FIXTURES[name])
        yield from up_the_chain(world, source, [t for t in FEW if t in after])

    return steps


def filled_steps(revision, targets=2):
    def steps(world):
        path = world.at_revision(f"filled-{revision}", revision)
        JsonFiller(random.Random(revision), True, rows=5).fill(path)
        after = world.after(revision)
        chosen = [t for t in TARGETS if t in after]
        yield from up_the_chain(world, loaded(world, path, revision), sorted({*chosen[:targets], HEAD}, key=world.chain.index))

    return steps


def peewee_steps(count):
    def steps(world):
        path = world.at_peewee(f"peewee-{count}", count)
        JsonFiller(random.Random(count), True, rows=5).fill(path)
        yield from up_the_chain(world, loaded(world, path, "", count), ["7e5b5dc7342b", "4ace53fd72c8", HEAD], False, [18] if count < 18 else [])

    return steps


def command_steps(world):
    """`liftlock db …`, as a person runs it."""
    source = to_upgrade(world)

    def looks():
        url = world.copy(source)
        answer = world.command("db", "current", "--database", url)
        assert json.loads(answer.stdout)["current"]["revision"] == FIXTURES["open-webui-0.6.18"], answer
        answer = world.command("db", "history", "-i", "--rev-range", "current:head", DATABASE_URL=url.replace("postgresql:", "postgresql+psycopg2:"))
        revisions = json.loads(answer.stdout)["revisions"]
        assert len(revisions) == 1 + len(world.after(FIXTURES["open-webui-0.6.18"])) and revisions[-1]["current"], answer
        answer = world.command("db", "current", "--check-heads", "--database", url)
        assert answer.returncode == 1, answer
        assert world.command("db", "show", "current", "--database", url).returncode == 0
        socket = f"postgres:///{url.rsplit('/', 1)[1]}?host={world.cluster.folder}&port={world.cluster.port}&user=postgres"
        assert json.loads(world.command("db", "current", "--database", socket).stdout)["current"]["revision"] == FIXTURES["open-webui-0.6.18"]
        secured = world.command("db", "current", "--database", url + "?sslmode=require")
        assert secured.returncode == 1 and "SSL" in json.loads(secured.stdout)["error"]["what"], secured

    def upgrades():
        official, native, since = world.copy(source), world.copy(source), time.time()
        path = world.mirrored(source)
        world.official.upgrade(official, HEAD)
        answer = world.command("db", "upgrade", "head", "--database", native)
        assert answer.returncode == 0, answer
        done = json.loads(answer.stdout)
        checks = {check["id"]: check["ok"] for check in done["verification"]["checks"]}
        assert all(checks.values()) and checks.keys() > {"revision", "schema", "rows", "values", "proof-group-memberships", "proof-shares"}, done
        world.must_be_equal(official, native, uuids_of(path), since)
        again = world.command("db", "upgrade", "head", "--database", native)
        assert again.returncode == 0 and json.loads(again.stdout)["steps"] == [], again

    def in_another_schema():
        url = world.new()
        world.sql(url, "CREATE SCHEMA webui")
        answer = world.command("db", "upgrade", "head", "--database", url, DATABASE_SCHEMA="webui")
        assert answer.returncode == 0, answer
        assert world.sql(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [[0]]
        assert world.sql(url, "SELECT version_num FROM webui.alembic_version") == [[HEAD]]
        world.sql(url, 'CREATE SCHEMA "Other"', "CREATE TABLE chat (id text)")
        hidden = world.command("db", "upgrade", "head", "--database", url, DATABASE_SCHEMA="Other")
        assert hidden.returncode == 3 and "schema-without-history" in hidden.stdout, hidden
        world.sql(url, "DROP TABLE chat")
        assert world.command("db", "upgrade", "+3", "--database", url, DATABASE_SCHEMA="Other").returncode == 0
        assert world.sql(url, 'SELECT version_num FROM "Other".alembic_version') == [[world.chain[2]]]
        absent = world.command("db", "upgrade", "head", "--database", url, DATABASE_SCHEMA="nowhere")
        assert absent.returncode == 3 and "nowhere" not in world.sql(url, "SELECT string_agg(nspname, ' ') FROM pg_namespace")[0][0], absent

    def says_what_is_wrong():
        secret = world.cluster.url("absent").replace("postgres@", "postgres:se%63ret@")
        answer = world.command("db", "current", "--database", secret)
        assert answer.returncode == 1 and "database-open" in answer.stdout, answer
        assert "secret" not in answer.stdout + answer.stderr and "se%63ret" not in answer.stdout + answer.stderr, answer
        foreign = world.new()
        world.sql(foreign, "CREATE TABLE customer (id int)")
        answer = world.command("db", "upgrade", "head", "--database", foreign)
        assert answer.returncode == 3 and "database-foreign" in answer.stdout, answer

    yield "current, history, heads", looks
    yield "upgrade head", upgrades
    yield "upgrade head in DATABASE_SCHEMA", in_another_schema
    yield "errors", says_what_is_wrong


def wait_until(world, url, question, answer):
    deadline = time.monotonic() + 60
    while world.sql(url, question) != [[answer]]:
        assert time.monotonic() < deadline, f"still not {answer}: {question}"
        time.sleep(0.05)


def untouched(world, url, before, answer, code):
    assert answer.returncode == code, answer
    assert world.contents(url) == before, f"something was changed: {answer}"


def to_upgrade(world):
    return loaded(world, world.fixture("open-webui-0.6.18"), FIXTURES["open-webui-0.6.18"], 18)


def to_downgrade(world):
    url = to_upgrade(world)
    world.build(url, HEAD)
    return url


def failure_steps(source_of, arguments, rewritten, cuts):
    """Whatever stops `liftlock db …` with these arguments, nothing was changed. `rewritten`: a table whose rows it updates; `cuts`:
    at which changes of the schema the connection is to break."""
    return lambda world: failures(world, source_of(world), ["db", *arguments, "--database"], rewritten, cuts)


def failures(world, source, arguments, rewritten, cuts):
    before = world.contents(source)
    if not world.sql(source, "SELECT 1 FROM pg_roles WHERE rolname = 'other'"):
        world.sql(source, "CREATE ROLE other SUPERUSER LOGIN")

    def locked_out():
        url = world.copy(source)
        holder = subprocess.Popen([programs() / "psql", "-q", url, "-c", f"SELECT pg_advisory_lock({0x4C696674})", "-c", "SELECT pg_sleep(60)"],
                                  env={**os.environ, "PGAPPNAME": "another-liftlock"}, stdout=subprocess.DEVNULL)  # fmt: skip
        try:
            wait_until(world, url, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted", 1)
            answer = world.command(*arguments, url)
            assert "another-liftlock" in answer.stdout, answer
            untouched(world, url, before, answer, 6)
        finally:
            holder.terminate()
            holder.wait()

    def open_elsewhere():
        url = world.copy(source)
        holder = subprocess.Popen([programs() / "psql", "-q", url, "-c", "SELECT pg_sleep(60)"], env={**os.environ, "PGAPPNAME": "open-webui"}, stdout=subprocess.DEVNULL)  # fmt: skip
        try:
            wait_until(world, url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'open-webui' AND datname = current_database()", 1)
            answer = world.command(*arguments, url)
            assert "open-webui" in answer.stdout and "database-in-use" in answer.stdout, answer
        finally:
            holder.terminate()
            holder.wait()
        untouched(world, url, before, answer, 3)

    def table_in_use():
        url = world.copy(source)
        holder = subprocess.Popen([programs() / "psql", "-q", url.replace("postgres@", "other@"), "-c", "BEGIN; LOCK TABLE chat IN SHARE MODE; SELECT pg_sleep(60)"],
                                  env={**os.environ, "PGAPPNAME": "open-webui"}, stdout=subprocess.DEVNULL)  # fmt: skip
        try:
            wait_until(world, url, "SELECT count(*) FROM pg_locks WHERE relation = 'chat'::regclass AND mode = 'ShareLock'", 1)
            answer = world.command(*arguments, url)
            assert "open-webui" in answer.stdout and "database-in-use" in answer.stdout, answer
            untouched(world, url, before, answer, 3)
        finally:
            holder.terminate()
            holder.wait()

    def cut_off_at_statement(number):
        """The server ends the session at this change of the schema."""

        def step():
            url = world.copy(source)
            world.sql(url, "CREATE SCHEMA cutter", "CREATE SEQUENCE cutter.counter",
                      "CREATE FUNCTION cutter.cut() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN "
                      f"IF nextval('cutter.counter') = {number} THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; END $$",
                      "CREATE EVENT TRIGGER cut ON ddl_command_start EXECUTE FUNCTION cutter.cut()")  # fmt: skip
            answer = world.command(*arguments, url)
            assert "database-lost" in answer.stdout, answer
            untouched(world, url, before, answer, 1)

        return step

    def cut_off_at_row():
        url = world.copy(source)
        world.sql(url, "CREATE SCHEMA cutter", "CREATE FUNCTION cutter.cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                  "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$",
                  f"CREATE TRIGGER cut BEFORE UPDATE ON {rewritten} FOR EACH ROW EXECUTE FUNCTION cutter.cut()")  # fmt: skip
        answer = world.command(*arguments, url)
        assert "database-lost" in answer.stdout, answer
        untouched(world, url, before, answer, 1)

    def cut_off_at_commit():
        """Nobody can know then whether the server has done it; here it has not."""
        url = world.copy(source)
        world.sql(url, "CREATE SCHEMA cutter", "CREATE FUNCTION cutter.cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                  "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
                  "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON alembic_version DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cutter.cut()")  # fmt: skip
        answer = world.command(*arguments, url)
        assert "commit-unknown" in answer.stdout, answer
        untouched(world, url, before, answer, 5)

    def stopped(signal_number, code):
        """By the user, while another Liftlock wants the same."""

        def step():
            url = world.copy(source)
            gate = subprocess.Popen([programs() / "psql", "-q", url.replace("postgres@", "other@"), "-c", "SELECT pg_advisory_lock(42)", "-c", "SELECT pg_sleep(600)"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            wait_until(world, url, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND granted", 1)
            world.sql(url, "CREATE SCHEMA slow", "CREATE FUNCTION slow.down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END $$",
                      f"CREATE TRIGGER slow BEFORE UPDATE ON {rewritten} FOR EACH STATEMENT EXECUTE FUNCTION slow.down()")  # fmt: skip
            here = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'liftlock' AND datname = current_database()"
            process = subprocess.Popen([world.liftlock, "--json", "--yes", *arguments, url], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, env={**os.environ, "LIFTLOCK_HOME": str(world.scratch / "home")}, start_new_session=True)  # fmt: skip
            try:
                wait_until(world, url, here + " AND wait_event = 'advisory'", 1)
                second = world.command(*arguments, url)
                assert second.returncode == 6 and "liftlock" in json.loads(second.stdout)["error"]["what"], second
                process.send_signal(signal_number)
                world.sql(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'other' AND datname = current_database()")
                assert process.wait(120) == code, process.returncode
            finally:
                for each in (process, gate):
                    each.kill()
                    each.wait()
            wait_until(world, url, here, 0)
            assert world.contents(url) == before, "something was changed"

        return step

    def meddled_with(statement, *words):
        """A trigger of the user's does what no revision does: the accounts do not come out."""

        def step():
            url = world.copy(source)
            world.sql(url, "CREATE SCHEMA meddler", f"CREATE FUNCTION meddler.meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$",
                      f"CREATE TRIGGER meddle AFTER UPDATE ON {rewritten} FOR EACH STATEMENT EXECUTE FUNCTION meddler.meddle()")  # fmt: skip
            answer = world.command(*arguments, url)
            error = json.loads(answer.stdout)["error"]
            assert error["id"] == "verification-failed" and all(word in error["what"] for word in words), answer
            untouched(world, url, before, answer, 1)

        return step

    yield "another Liftlock migrates", locked_out
    yield "a program holds a table", table_in_use
    for number in cuts:
        yield f"the connection breaks at change {number} of the schema", cut_off_at_statement(number)
    yield "the connection breaks at a row", cut_off_at_row
    yield "Ctrl-C, and a second Liftlock meanwhile", stopped(signal.SIGINT, 130)
    yield "a value changes", meddled_with("UPDATE chat SET title = title || '!'", "another title in")
    if len(cuts) == 1:
        return  # the rest goes no other way for the second direction
    yield "a program has a session", open_elsewhere
    yield "the connection breaks during COMMIT", cut_off_at_commit
    yield "kill -9, and a second Liftlock meanwhile", stopped(signal.SIGKILL, -signal.SIGKILL)
    yield "rows vanish", meddled_with("DELETE FROM folder", "folder")


def downward_steps(world):
    source = to_downgrade(world)
    yield from postgres_down.down_the_chain(world, source, None, ["b10670c03dd5"])
    yield from failures(world, source, ["db", "downgrade", "b10670c03dd5", "--accept-loss", "--database"], "knowledge", (300,))


def deviation_steps(world):
    """Unhealthy data at which the official chain stops on PostgreSQL; native does what docs/deviations.md says."""

    def at(revision, *statements):
        url = world.new()
        world.official.upgrade(url, revision)
        user = f"INSERT INTO \"user\" (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at) VALUES ('{USER}', 'U', 'u@x', 'admin', '', 1, 1, 1)"
        world.sql(url, user, *statements)
        return url

    def official_stops(url, revision):
        copy = world.copy(url)
        try:
            world.official.upgrade(copy, revision)
        except OfficialFailed:
            return
        raise Failed(["the official chain does not stop here any more"])

    def no_json():
        url = at("242a2047eae0", f"UPDATE \"user\" SET settings = '{{oops', info = '{{\"a\": 1}}'")
        official_stops(url, HEAD)
        report = world.build(url, HEAD)
        assert [q["column"] for q in report["quarantine"]] == ["settings"], report
        assert world.sql(url, 'SELECT settings::text, info::text FROM "user"') == [[None, '{"a": 1}']]

    def deleted_member():
        url = at("a5c220713937", f"INSERT INTO \"group\" (id, user_id, name, user_ids) VALUES ('g', '{USER}', 'G', '[\"{USER}\", \"gone\"]')")
        official_stops(url, HEAD)
        report = world.build(url, HEAD)
        assert world.sql(url, "SELECT user_id FROM group_member") == [[USER]] and report["notes"], report

    def zero_byte():
        chat = json.dumps({"history": {"currentId": "a\0b", "messages": {"a\0b": {"id": "a\0b", "role": "user", "content": "x\0y", "timestamp": 1700000000}}}})
        url = at(BEFORE_MESSAGES, f"INSERT INTO chat (id, user_id, title, chat, created_at, updated_at, archived) VALUES ('c', '{USER}', 't', '{chat}', 1, 1, false)")
        report = world.build(url, HEAD)
        assert world.sql(url, "SELECT id, content #>> '{}' IS NULL FROM chat_message WHERE false") == []
        assert world.sql(url, "SELECT id FROM chat_message") == [["c-a\ufffdb"]], report
        assert any("unstorable-bytes" in note for note in report["notes"]), report

    def equal_emails():
        url = at(world.chain[world.chain.index("f0bd01a18a3d") - 1], f"INSERT INTO \"user\" (id, name, email, role, profile_image_url, created_at, updated_at, last_active_at) VALUES ('b', 'B', 'U@X', 'user', '', 1, 1, 1)")
        official_stops(url, HEAD)
        before = world.contents(url)
        untouched(world, url, before, world.command("db", "upgrade", "head", "--database", url), 3)

    def stranded_chats():
        url = at("242a2047eae0", "INSERT INTO chat (id, user_id, title, created_at, updated_at, archived) VALUES ('c', 'u', 't', 1, 1, false)",
                 "ALTER TABLE chat ADD COLUMN old_chat text", "UPDATE chat SET old_chat = '{\"a\": 1}', chat = NULL")  # fmt: skip
        world.build(url, HEAD)
        assert world.sql(url, "SELECT id, chat::text FROM chat") == [["c", '{"a": 1}']]
        assert world.sql(url, "SELECT count(*) FROM pg_attribute WHERE attname = 'old_chat' AND NOT attisdropped") == [[0]]

    yield "settings that are not JSON", no_json
    yield "a deleted user in a group", deleted_member
    yield "0x00 in a message", zero_byte
    yield "e-mails equal but for case", equal_emails
    yield "chats that 0.9.6 left in old_chat", stranded_chats


def all_groups():
    groups = [Group("PostgreSQL, fresh, one jump to each", fresh_steps(False)), Group("PostgreSQL, fresh, step by step", fresh_steps(True))]
    groups += [Group(f"PostgreSQL, fixture {name}", fixture_steps(name)) for name in FIXTURES]
    groups += [Group(f"PostgreSQL, Peewee at {count}, filled", peewee_steps(count)) for count in (PEEWEE_STATES[0], PEEWEE_STATES[-1])]
    groups += [Group(f"PostgreSQL, Alembic-born, filled at {revision}", filled_steps(revision)) for revision in
               ("7e5b5dc7342b", "9f0c9cd09105", "b2c3d4e5f6a7", "c92da83b017f")]  # fmt: skip
    groups += postgres_down.all_groups()
    groups.append(Group("PostgreSQL, the commands", command_steps))
    groups.append(Group("PostgreSQL, failures upward", failure_steps(to_upgrade, ["upgrade", "head"], '"user"', (1, 20, 60, 90))))
    groups.append(Group("PostgreSQL, fixture down from the head, and failures", downward_steps))
    groups.append(Group("PostgreSQL, unhealthy data", deviation_steps))
    return groups


def main():
    options = options_of(__doc__).parse_args()
    return ended(run_on_server(options, "nothing about PostgreSQL was tested", lambda world: all_groups()))


if __name__ == "__main__":
    sys.exit(main())

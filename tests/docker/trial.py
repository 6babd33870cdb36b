#!/usr/bin/env python3
"""The trial of a new program on a copy of the data, on a real Docker Engine: what is wrong with it shows before anything is stopped,
and nothing of the trial is left. The programs are simulated; the real one is tried in real.py.

Usage: tests/docker/trial.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import concurrent.futures
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys

import engine as engines
import place as places
import suite
from place import CHANGED, FAULTS, FROM, IMAGE, KILLED, PROGRAM, REFUSED, ROLLED_BACK, TO, Case, Place, contents, names, untouched

ENGINE = None
SCRATCH = None
CANCELLED = 130
MEGABYTE = 1 << 20


def networks():
    return sorted(network["Name"] for network in ENGINE.json("GET", "/networks") if network["Name"] not in ENGINE.own_networks)


class Trial(Case):
    def nothing_left(self, place):
        self.assertEqual([name for name in names() if name.startswith(place.name)], [place.name])
        self.assertEqual(networks(), ["web"])
        self.assertEqual(place.beside(), [])
        self.assertEqual(ENGINE.json("GET", "/volumes")["Volumes"] or [], [])

    def refused(self, place, *says, to=TO, words=()):
        """By the trial: the old container was not touched, and the report has what the new one wrote."""
        before = untouched(place.name)
        done = self.expect(REFUSED, place, "change", place.address, to, "--yes", *words)
        for text in (*says, "Nothing was changed: the old container was not touched.", "--no-trial"):
            self.assertIn(text, done.said)
        self.assertNotIn("It was down", done.said)
        self.assertEqual(untouched(place.name), before)
        self.assertEqual(contents(place.data), place.before)
        self.nothing_left(place)
        report = json.loads(self.expect(0, place, "history", place.address, "--json").stdout)["changes"][0]
        self.assertEqual(report["outcome"], "undone")
        return report

    def variant(self, variant, **config):
        """A container of an image whose newer release is a program of the same variant."""
        return self.place(release=f"{FROM}-{variant}", **config)

    def report(self, done):
        return json.loads(done.stdout)


class Good(Trial):
    def test_it_is_tried_and_nothing_is_left(self):
        place = self.place()
        before = untouched(place.name)
        done = self.expect(0, place, "rehearse", place.address, TO)
        self.assertEqual(untouched(place.name), before)
        self.assertEqual(contents(place.data), place.before)
        self.nothing_left(place)
        self.assertRegex(done.stderr, rf"Trial: {re.escape(TO)} answered after \d+\.\d s on the copy; no user's chats could be looked at")
        trial = json.loads(self.expect(0, place, "history", place.address, "--json").stdout)["changes"][0]["trial"]
        self.assertTrue(trial["done"])
        self.assertGreater(trial["start_seconds"], 0)
        self.assertGreater(trial["memory_bytes"], 0)
        self.assertGreater(trial["downtime_seconds"], trial["start_seconds"])
        # The simulated program has no chats to show, which is said and not passed over.
        self.assertEqual(trial["users"], 0)
        self.assertIn("It answers with status 404.", trial["not_asked"])

    def test_the_program_alone(self):
        """Nothing is migrated: the copy is what the snapshot restores."""
        place = self.place()
        self.change(CHANGED, place)
        self.expect(0, place, "settle", place.address, "--now", "--yes")
        done = self.expect(0, place, "rehearse", place.address, "0.12.1", "--json")
        self.assertTrue(self.report(done)["trial"]["done"])
        refused = self.expect(REFUSED, place, "change", place.address, "0.12.3", "--yes")
        self.assertIn("KeyError", refused.stderr)
        self.assertEqual(place.version(), TO)
        self.nothing_left(place)

    def test_without_a_trial(self):
        """It is a risk that the plan names, and the report."""
        place = self.place()
        plan = json.loads(self.expect(0, place, "plan", place.address, TO, "--no-trial", "--json").stdout)
        self.assertFalse(plan["trial"])
        self.assertIn("program-not-tried", [finding["id"] for finding in plan["findings"]])
        plan = json.loads(self.expect(0, place, "plan", place.address, TO, "--json").stdout)
        self.assertTrue(plan["trial"])
        self.assertNotIn("program-not-tried", [finding["id"] for finding in plan["findings"]])
        done = self.change(CHANGED, place, "--json")
        self.assertEqual((self.report(done)["trial"]["done"], self.report(done)["trial"]["skipped"]), (False, "--no-trial"))


class Bad(Trial):
    def test_it_ends_at_once(self):
        report = self.refused(self.place(), "It ended by itself, with exit status 3.", "KeyError: 'no such thing'", to="0.12.3")
        with open(report["log_file"]) as log:
            self.assertIn("KeyError", log.read())

    def test_it_answers_in_another_version(self):
        self.refused(self.place(), "It answers as version 0.12.0 instead of 0.11.1.", to="0.11.1")

    def test_it_leaves_another_database(self):
        self.refused(self.place(), "Its database is at revision", to="0.11.3")

    def test_it_leaves_rubbish(self):
        self.refused(self.place(), "Looking at what the program left on the copy", to="0.11.2")

    def test_it_loses_rows(self):
        chats = len(places.titles(self.upgraded()))
        self.refused(self.variant("slim"), f"Of {chats} chats it left {chats - 1}.")

    def test_it_shows_other_chats(self):
        self.refused(self.variant("ollama"), "it lists the chat nobodys, which the database does not have so.")

    def test_it_could_not_migrate(self):
        """It answers all the same, as releases before 0.11.3 do; so the log counts once it is deployed, too."""
        place = self.variant("cuda126")
        says = "It answers, but its log says that its migration failed: Can't locate revision identified by 'abc'"
        self.refused(place, says)
        done = self.change(ROLLED_BACK, place)
        self.assertIn(says, done.said)
        self.assert_as_it_was(place)

    def test_t15_it_runs_out_of_memory(self):
        """A limit that the old program lives with. Without a trial it comes back by itself, for that reason."""
        place = self.variant("cuda", HostConfig={"Memory": 64 * MEGABYTE})
        says = "It was killed because it ran out of memory (OOM): the container may have 67 MB."
        self.refused(place, says)
        done = self.change(ROLLED_BACK, place)
        self.assertIn(says, done.said)
        self.assert_as_it_was(place)


class Alone(Trial):
    """What the program on trial sees of the world, and the world of it."""

    def test_what_it_sees(self):
        place = self.variant("cuda128", Env=[
            "WEBUI_SECRET_KEY=t0p-s3cret", "MINE=kept", "REDIS_URL=redis://cache", "WEBSOCKET_MANAGER=redis", "OTEL_SERVICE_NAME=x", "S3_BUCKET_NAME=b",
            "STORAGE_PROVIDER=s3", "VECTOR_DB=qdrant", "WEBHOOK_URL=http://hook", "DATABASE_TYPE=sqlite"])  # fmt: skip
        (place.data / "cache/embedding").mkdir(parents=True, exist_ok=True)
        (place.data / "cache/embedding/model").write_text("for all\n")
        place.before = contents(place.data)
        report = self.refused(place, "exit status 3")
        log = open(report["log_file"]).read()
        seen = dict(line.split("=", 1) for line in log.splitlines() if "=" in line)
        self.assertEqual((seen["MINE"], seen["DATABASE_URL"], seen["OFFLINE_MODE"]), ("kept", "sqlite:////app/backend/data/webui.db", "true"))
        self.assertEqual((seen["STORAGE_PROVIDER"], seen["VECTOR_DB"], seen["WEBSOCKET_MANAGER"]), ("local", "chroma", ""))
        self.assertGreater(len(seen["WEBUI_SECRET_KEY"]), 30)
        self.assertNotIn("t0p-s3cret", log)
        self.assertEqual({"REDIS_URL", "OTEL_SERVICE_NAME", "S3_BUCKET_NAME", "WEBHOOK_URL", "DATABASE_TYPE"} & set(seen), set())
        self.assertIn("files: webui.db\n", log)
        self.assertIn("models: for all\n", log)
        self.assertIn("Read-only file system", log)

    def test_what_is_seen_of_it_and_ctrl_c(self):
        place = self.place(Labels={"traefik.enable": "true"}, HostConfig={"Memory": 256 * MEGABYTE})
        before = untouched(place.name)
        begun = subprocess.Popen([PROGRAM, "change", place.address, "0.12.2", "--yes"], env=place.environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
        suite.until(lambda: place.named("-trial") and ENGINE.inspect(place.named("-trial")[0])["State"]["Running"])
        (name,) = place.named("-trial")
        tried = ENGINE.inspect(name)
        self.assertEqual(tried["HostConfig"]["RestartPolicy"]["Name"], "no")
        self.assertFalse(tried["HostConfig"]["PortBindings"])
        self.assertEqual(list(tried["NetworkSettings"]["Networks"]), [name])
        self.assertTrue(ENGINE.json("GET", f"/networks/{name}")["Internal"])
        self.assertNotIn("traefik.enable", tried["Config"]["Labels"])
        self.assertEqual(tried["HostConfig"]["Memory"], 256 * MEGABYTE)
        (mount,) = tried["Mounts"]
        self.assertTrue(mount["Source"].startswith(f"{place.data}/webui.db.liftlock-"), mount)
        listed = json.loads(self.expect(0, place, "status", "--json").stdout)["deployments"]
        self.assertEqual([one["deployment"] for one in listed], [place.address])
        begun.send_signal(signal.SIGINT)
        _, said = begun.communicate(timeout=60)
        self.assertEqual(begun.returncode, CANCELLED, said)
        self.assertEqual(untouched(place.name), before)
        self.assertEqual(contents(place.data), place.before)
        self.nothing_left(place)

    def test_it_hangs(self):
        self.refused(self.place(), "For 2 s it neither answered nor wrote anything new.", to="0.12.2", words=["--timeout", "2"])


class Interrupted(Trial):
    def test_killed_at_every_record_and_every_order(self):
        """Of a rehearsal; `resume` removes what there is, and says so."""

        def fresh(label):
            folder = self.folder / label
            folder.mkdir()
            return Place(folder, name=label)

        counted = fresh("counted")
        log = counted.folder / "points"
        words = ["rehearse", "docker:counted", TO]
        self.assertEqual(counted.run(*words, program=FAULTS, LIFTLOCK_FAULT=f"count:{log}").returncode, 0)
        points = [(name, n) for name in ("journal-append", "engine") for n in range(1, log.read_text().splitlines().count(name) + 1)]
        self.assertGreater(len(points), 10)

        def one(name, n):
            place = fresh(f"{name}-{n}")
            before = untouched(place.name)
            done = place.run("rehearse", place.address, TO, program=FAULTS, LIFTLOCK_FAULT=f"kill({name})@{n}")
            self.assertEqual(done.returncode, KILLED, done.text[-1500:])
            left = bool(place.named("-trial"))
            self.expect(0, place, "resume", place.address, "--yes")
            self.assertEqual(untouched(place.name), before)
            self.assertEqual((contents(place.data), place.beside(), place.named("-trial")), (place.before, [], []))
            return left

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            ends = {point: pool.submit(one, *point) for point in points}
        for point, end in ends.items():
            with self.subTest(killed=point):
                end.result()
        self.assertEqual({end.result() for end in ends.values() if end.exception() is None}, {True, False}, "none was left, or always")
        self.assertEqual(networks(), ["web"])


def load_images():
    """Variants of the newer release, each a program with a fault of its own."""
    serve = " ".join(engines.SERVES)
    less = SCRATCH / "less.db"
    shutil.copyfile(Case.upgraded(), less)
    connection = sqlite3.connect(less)
    connection.execute("DELETE FROM chat WHERE id = (SELECT min(id) FROM chat WHERE user_id NOT LIKE 'shared-%')")
    connection.commit()
    connection.close()
    box = "/bin/busybox"
    look = f"""{box} env
echo files: $(cd data; {box} ls | {box} grep -v cache)
echo models: $({box} cat data/cache/embedding/model)
echo mine > data/cache/embedding/model
exit 3"""
    variants = {
        "slim": engines.simulated_open_webui(TO, f"{box} cp /less.db data/webui.db; exec {serve}", files={"less.db": less.read_bytes()}),
        "ollama": engines.simulated_open_webui(TO, files={"www/api/v1": None, "www/api/v1/chats": None,
                                                          "www/api/v1/chats/index.html": b'[{"id":"nobodys","title":"x"}]'}),
        "cuda": engines.simulated_open_webui(TO, f"exec {box} tail /dev/zero"),
        "cuda126": engines.simulated_open_webui(TO, f"echo \"Can't locate revision identified by 'abc'\"; exec {serve}"),
        "cuda128": engines.simulated_open_webui(TO, look),
    }  # fmt: skip
    for variant, image in variants.items():
        ENGINE.load_image(f"{IMAGE}:v{TO}-{variant}", *image)
        ENGINE.load_image(f"{IMAGE}:v{FROM}-{variant}", *engines.simulated_open_webui(FROM))


def prepare(engine):
    places.begin(engine, SCRATCH)
    load_images()


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, what="the trial of a new program"))

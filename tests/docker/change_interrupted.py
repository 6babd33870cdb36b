#!/usr/bin/env python3
"""The change of a running container that is killed, on a real Docker Engine, and what `liftlock resume` makes of it.

Usage: tests/docker/change_interrupted.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import concurrent.futures
import sys

import suite
from place import CHANGED, FAULTS, KILLED, TO, Case, Place, begin, contents, names

ENGINE = None
SCRATCH = None


class Interrupted(Case):
    """T17, with a simulated program: kill -9 at every record of the journal and at every order to the engine, then `resume`."""

    def fresh(self, label):
        folder = self.folder / label
        folder.mkdir()
        return Place(folder, name=label)

    def at_every(self, points, prepare, words, check, step=1):
        """One container for each point (or each `step`th, and the last); several at once, since most of it is waiting."""
        place = self.fresh("counted")
        prepare(place)
        words = words(place)
        counts = {}
        log = place.folder / "points"
        done = place.run(*words, program=FAULTS, LIFTLOCK_FAULT=f"count:{log}")
        self.assertEqual(done.returncode, 0, done.text)
        for name in points:
            counts[name] = log.read_text().splitlines().count(name)
            self.assertGreater(counts[name], 3)

        def one(name, n):
            place = self.fresh(f"{name}-{n}")
            prepare(place)
            changed = (place.inspect()["Id"], contents(place.data))
            done = place.run(*[place.address if word == "docker:counted" else word for word in words], program=FAULTS, LIFTLOCK_FAULT=f"kill({name})@{n}")
            # Files that were written just before a snapshot are looked at again: one record more or less.
            self.assertIn(done.returncode, (KILLED, 0) if n == counts[name] else (KILLED,), done.text[-1500:])
            self.expect(0, place, "resume", place.address, "--yes")
            self.assertIn("no change was interrupted", self.expect(0, place, "resume", place.address, "--yes").stdout)
            check(place, *changed)
            return place.inspect()["Id"] == place.id

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            ends = {(name, n): pool.submit(one, name, n) for name in points for n in sorted({*range(1, counts[name], step), counts[name]})}
        for point, end in ends.items():
            with self.subTest(killed=point):
                end.result()
        self.assertEqual({end.result() for end in ends.values() if end.exception() is None}, {True, False}, "one of the two ends was never reached")

    def test_a_change(self):
        def check(place, *_):
            if place.inspect()["Id"] != place.id:
                return self.assert_changed(place)
            self.assert_as_it_was(place)
            self.assertEqual([name for name in names() if name.startswith(place.name + ".") and not name.endswith("-failed")], [])
            self.assertEqual(place.beside(), [])

        self.at_every(["journal-append", "engine"], lambda place: None, lambda place: ["change", place.address, TO, "--yes", "--no-trial"], check)

    def test_a_rollback(self):
        def check(place, changed, files):
            if place.inspect()["Id"] == place.id:
                return self.assert_as_it_was(place)
            self.assertEqual((place.inspect()["Id"], place.version()), (changed, TO))
            self.assertEqual(contents(place.data), files)
            self.assertEqual(len(place.named("-before")), 1)

        self.at_every(["journal-append", "engine"], lambda place: self.change(CHANGED, place),
                      lambda place: ["rollback", place.address, "--yes"], check, step=2)  # fmt: skip


def prepare(engine):
    begin(engine, SCRATCH)


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, what="changes of a container that are interrupted"))

#!/usr/bin/env python3
"""Ctrl-C on the way, a folder that cannot be removed, Liftlock's own folder in the wrong place, a half-migrated database.

usage: interruptions.py [--build FOLDER] [--only TEXT]... [--list]

Needs liftlock-faults, which can send itself the Ctrl-C at a chosen effect on a file. Last line: the summary.
"""

import json
import sys

from hard_cases import HEAD, NEEDS_HAND, REFUSED, TARGET, Place, Skipped, main

CANCELLED = 130


def with_faults(place):
    place.liftlock = place.liftlock.with_name("liftlock-faults")
    if not place.liftlock.exists():
        raise Skipped("liftlock-faults is not built")
    place.before = ["setsid", "--wait"]  # a process group of its own: the Ctrl-C goes to the whole group
    return place.from_fixture()


def points_of(place, *arguments):
    """The names of all effects on files, in order."""
    log = place.folder / "points"
    place.environment = {"LIFTLOCK_FAULT": f"count:{log}"}
    place.run(*arguments).check(0)
    place.environment = {}
    return log.read_text().splitlines()


def leftovers(place):
    found = [path.name for path in place.data.rglob("*") if ".liftlock-" in path.name and not path.name.endswith("-before")]
    found += [str(path) for path in place.home.glob("*/.*")] + [str(path) for path in place.home.glob("*/changes/*/scratch")]
    return found


def interrupted_at(place, number, point):
    """One Ctrl-C. Returns the exit status, which is 130 where the data is as it was, or 0 where the change is done."""
    one = Place(place.liftlock, place.folder / f"at-{number}").from_fixture()
    one.before, one.environment = place.before, {"LIFTLOCK_FAULT": f"interrupt@{number}"}
    before, meaning = one.contents(), one.meaning()
    answer = one.change()
    one.environment = {}
    where = f"Ctrl-C at point {number} ({point})"
    assert answer.status in (0, CANCELLED), f"{where}: exit {answer.status}\n{answer.text}"
    assert "Stopping at the next safe place" in answer.err, where
    assert not leftovers(one), f"{where}: left over: {leftovers(one)}"
    if answer.status == CANCELLED:
        assert one.contents() == before, f"{where}: files changed"
        assert "nothing was changed" in answer.text.lower(), f"{where}: does not say what state things are in\n{answer.text}"
        after = one.run("resume", f"dir:{one.data}").check(0)
        assert one.contents() == before, f"{where}: resume changed files\n{after.text}"
    else:
        assert one.revision() == HEAD, where
        one.run("rollback", f"dir:{one.data}").check(0)
        assert one.meaning() == meaning, f"{where}: the rollback brought something else back"
    return answer.status


def stages(points):
    """The numbers of the points of each stage, told by effects that only it has: the migrated file's, and the swap's."""
    migrated = points.index("database-write") + 1
    rehearsed = len(points) - points[::-1].index("migration-fsync")
    swap = points.index("link", rehearsed) + 1
    return {"snapshot": range(1, migrated - 7), "rehearsal": range(migrated - 7, rehearsed + 1), "cutover": range(swap - 9, len(points) + 1)}


def interrupted_in(place, stage, count):
    points = points_of(with_faults(place), "change", f"dir:{place.data}", TARGET)
    numbers = stages(points)[stage]
    return [interrupted_at(place, n, points[n - 1]) for n in numbers[:: max(1, len(numbers) // count)]]


def interrupted_in_the_snapshot(place):
    statuses = interrupted_in(place, "snapshot", 8)
    assert set(statuses) == {CANCELLED}, statuses


def interrupted_in_the_rehearsal(place):
    statuses = interrupted_in(place, "rehearsal", 6)
    assert set(statuses) == {CANCELLED}, statuses


def interrupted_in_the_cutover(place):
    """Before the exchange of the files it is cancelled; from then on it is done at once."""
    statuses = interrupted_in(place, "cutover", 12)
    assert statuses == sorted(statuses, reverse=True), f"cancelled after it could not be any more: {statuses}"
    assert set(statuses) == {0, CANCELLED}, statuses


def another_run_after_ctrl_c(place):
    """The lock is free, and the same change works."""
    with_faults(place).environment = {"LIFTLOCK_FAULT": "interrupt@20"}
    place.change().check(CANCELLED)
    place.environment = {}
    place.change().check(0)
    assert place.revision() == HEAD


def scratch_that_stays(place):
    """The change is done, whatever becomes of its scratch: a warning names the folder, and the next command removes it."""
    with_faults(place).environment = {"LIFTLOCK_FAULT": "fail(remove-folder)@1"}
    answer = place.change().check(0, says=["Warning", "-scratch", "could not be removed", "liftlock resume"])
    assert answer.status != NEEDS_HAND
    place.environment = {}
    assert place.revision() == HEAD
    assert [path for path in place.data.iterdir() if path.name.endswith("-scratch")], "nothing was left: the test shows nothing"
    place.run("resume", f"dir:{place.data}").check(0)
    assert not leftovers(place), leftovers(place)


def home_in_the_data(place):
    place.from_fixture()
    before = place.contents()
    for home in (place.data, place.data / "backups" / "liftlock"):
        place.home = home
        for command in (["plan", f"dir:{place.data}", TARGET], ["backup", f"dir:{place.data}"], ["change", f"dir:{place.data}", TARGET]):
            place.run(*command).check(REFUSED, says=["lies in the data directory", "LIFTLOCK_HOME=", "Nothing was changed"])
        assert place.contents() == before, "files changed"
        assert not (place.data / "backups").exists(), "a folder was made"


def half_migrated(place):
    """Killed in the middle of 0.9.6's migration, the chats stranded: explained, completed, and brought back as it was."""
    healthy = Place(place.liftlock, place.folder / "healthy").from_fixture("open-webui-0.3.35")
    place.from_fixture("half-migrated-0.3.35-by-0.9.6")
    files, meaning = place.contents(), place.meaning()
    plan = place.run("plan", f"dir:{place.data}", TARGET, "--json").check(0)
    findings = {finding["id"]: finding for finding in json.loads(plan.out)["findings"]}
    assert "half-migrated" in findings and findings["half-migrated"]["severity"] == "warning", sorted(findings)
    assert place.contents() == files, "the plan changed files"

    place.change().check(0)
    healthy.change().check(0)
    assert place.revision() == HEAD
    for sql in (
        "SELECT count(*) FROM chat WHERE chat IS NOT NULL",
        "SELECT count(*) FROM chat_message",
        "SELECT id, title, chat FROM chat ORDER BY id",
        "SELECT id, email, name FROM user ORDER BY id",
        "SELECT id, user_id, name FROM tag ORDER BY id, user_id",
        "SELECT id, filename, path FROM file ORDER BY id",
    ):
        assert place.rows(sql) == healthy.rows(sql), f"not what the healthy database becomes: {sql}"
    status = json.loads(place.run("status", f"dir:{place.data}", "--json").check(0).out)
    assert "half" not in json.dumps(status.get("leftovers", "")), status

    place.rollback().check(0)
    assert place.meaning() == meaning, "the rollback brought something else back"
    again = place.run("plan", f"dir:{place.data}", TARGET, "--json").check(0)
    assert json.loads(again.out)["findings"] and "half-migrated" in again.out


CASES = {
    "Ctrl-C in the snapshot": interrupted_in_the_snapshot,
    "Ctrl-C in the rehearsal": interrupted_in_the_rehearsal,
    "Ctrl-C in the cutover": interrupted_in_the_cutover,
    "after Ctrl-C, again": another_run_after_ctrl_c,
    "scratch that cannot be removed": scratch_that_stays,
    "LIFTLOCK_HOME in the data directory": home_in_the_data,
    "a half-migrated database there and back": half_migrated,
}

if __name__ == "__main__":
    sys.exit(main(CASES))

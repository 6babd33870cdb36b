#!/usr/bin/env python3
"""The menu, as a person uses it: on a terminal that tmux draws, with a real Docker Engine and simulated programs.

Usage: tests/docker/menu.py [TEST …]   (LIFTLOCK: the program, by default build/liftlock)
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import time

import engine as engines
import suite
from place import FROM, PROGRAM, TO, Case, begin, names, rows
from terminal import Terminal, plain

ENGINE = None
SCRATCH = None
NO_REGISTRY = {"HTTPS_PROXY": "http://127.0.0.1:9"}  # nobody answers there: no network is used


class MenuCase(Case):
    def menu(self, place, *words, width=80, height=40, **environment):
        environment = place.environment | NO_REGISTRY | {"TERM": "screen"} | environment
        terminal = Terminal(self.folder, [PROGRAM, *words], environment, width, height)
        self.addCleanup(terminal.close)
        terminal.sees(r"Choice \[r\]: $")
        return terminal

    def choose(self, terminal, *lines):
        """One after the other, each once the menu asks."""
        for line in lines:
            terminal.types(line)
            terminal.sees(r"(Choice \[\w\]|cancel\)): $")

    def answers(self, place):
        suite.until(lambda: place.inspect()["State"]["Health"]["Status"] == "healthy")


class ByChoosing(MenuCase):
    def test_a_backup_a_restore_and_a_change(self):
        place = self.place()
        self.answers(place)
        terminal = self.menu(place)
        self.choose(terminal, "1")
        terminal.types("3")
        terminal.sees("same as: liftlock backup docker:open-webui")
        terminal.sees("Proven by restoring it")
        terminal.sees(r"Choice \[0\]: $")
        (backup,) = place.home.glob("*/backup-*")

        # What was written since goes aside, and what was there is back; first Enter, which is no.
        connection = sqlite3.connect(place.database)
        connection.execute("UPDATE chat SET title = 'spoilt'")
        connection.commit()
        connection.close()
        spoilt = rows(place.database)
        self.choose(terminal, "4")
        terminal.types("1")
        terminal.sees(f"same as: liftlock restore docker:open-webui {backup.name}")
        terminal.sees(r"Make docker:open-webui what .* holds\? \[y/N\] $")
        terminal.types("")
        terminal.sees("Cancelled")
        terminal.sees(r"Choice \[0\]: $")
        self.assertEqual(rows(place.database), spoilt)
        self.choose(terminal, "4")
        terminal.types("1")
        terminal.sees(r"\[y/N\] $")
        terminal.types("y")
        terminal.sees("Restored: the database")
        terminal.sees(r"Choice \[0\]: $")
        self.assert_as_it_was(place)

        # The registry cannot be asked: the releases are those that the engine has.
        self.choose(terminal, "2", "3")
        terminal.types("1")
        terminal.sees(f"same as: liftlock change docker:open-webui v{TO}")
        terminal.sees(r"\[y/N\] $")
        terminal.types("")
        terminal.sees("Cancelled")
        terminal.sees(r"Choice \[0\]: $")
        self.assert_as_it_was(place)
        self.choose(terminal, "2", "3")
        terminal.types("1")
        terminal.sees(r"\[y/N\] $")
        terminal.types("y")
        terminal.sees(f"Changed: docker:open-webui is now at {TO}, verified")
        terminal.sees(rf"docker:open-webui  {TO}, running")
        terminal.sees("8  roll back change 0001-")
        terminal.sees(r"Choice \[0\]: $")
        self.assert_changed(place)

        terminal.types("1")
        terminal.sees("can still be rolled back:\n *liftlock rollback docker:open-webui")
        terminal.sees(r"Choice \[0\]: $")
        terminal.types("7")
        terminal.sees(r"change-unsettled\]")
        terminal.sees(r"Choice \[0\]: $")
        terminal.types("5")
        terminal.sees("0001-.*changed")
        terminal.sees(r"Choice \[0\]: $")
        terminal.types("8")
        terminal.sees(r"\[y/N\] $")
        terminal.types("yes")
        terminal.sees(rf"docker:open-webui  {FROM}, running")
        self.assert_as_it_was(place)
        self.choose(terminal, "")
        terminal.types("0")
        terminal.sees("ended with 0")

    def test_what_cannot_be_is_said_and_the_menu_is_back(self):
        place = self.place()
        terminal = self.menu(place, "menu")
        self.choose(terminal, "nonsense", "99", "1", "2", "4", "two words", "-x")
        terminal.types("v9.9.9")
        terminal.sees("same as: liftlock change docker:open-webui v9.9.9")
        terminal.sees(r"(Usage|Refused|Failed) \[[a-z-]+\]")
        terminal.sees(r"Choice \[0\]: $")
        self.choose(terminal, "0", "a")
        terminal.types("docker:nobody")
        terminal.sees("instance-unknown")
        terminal.sees(r"Choice \[r\]: $")
        self.choose(terminal, "a")
        terminal.types(str(place.data))
        terminal.sees(f"dir:{place.data}")
        terminal.sees(r"Choice \[0\]: $")
        self.assert_as_it_was(place)


class Leaving(MenuCase):
    def test_ctrl_c_in_every_list_and_question(self):
        place = self.place()
        self.answers(place)
        terminal = self.menu(place)
        self.choose(terminal, "1", "2", "3")
        terminal.keys("C-c")
        terminal.sees(r"Choice \[0\]: $")
        self.choose(terminal, "2")
        terminal.types("4")
        terminal.sees("cancel\\): $")
        terminal.keys("C-c")
        terminal.sees(r"Choice \[0\]: $")
        self.choose(terminal, "2")
        terminal.types("4")
        terminal.sees("cancel\\): $")
        terminal.types(f"v{TO}")
        terminal.sees(r"\[y/N\] $")
        terminal.keys("C-c")
        terminal.sees("Cancelled")
        terminal.sees(r"Choice \[0\]: $")
        self.assert_as_it_was(place)
        self.assertEqual(names(), ["open-webui"])
        terminal.keys("C-c")
        terminal.sees(r"Choice \[r\]: $")
        terminal.keys("C-c")
        terminal.sees("ended with 130")
        self.assertNotIn("next safe place", terminal.bytes().decode())

    def test_ctrl_c_while_a_change_is_under_way(self):
        """Of a program that never answers: what was done is undone, and the menu is back."""
        place = self.place()
        self.answers(place)
        terminal = self.menu(place)
        self.choose(terminal, "1", "2", "4")
        terminal.types("v0.12.2")
        terminal.sees(r"\[y/N\] $")
        terminal.types("y")

        def hangs():
            return any(container["Id"] != place.id for container in ENGINE.json("GET", "/containers/json"))

        suite.until(hangs, 60)
        time.sleep(0.5)
        terminal.keys("C-c")
        terminal.sees("Stopping at the next safe place")
        terminal.sees(r"Cancelled|rolled back")
        terminal.sees(rf"docker:open-webui  {FROM}, running")
        terminal.sees(r"Choice \[0\]: $")
        self.assert_as_it_was(place)
        terminal.types("1")  # the interrupt is over: commands work as before
        terminal.sees("secret key")
        terminal.sees(r"Choice \[0\]: $")

    def test_the_end_of_the_input(self):
        place = self.place()
        for lines in ((), ("1",), ("1", "2"), ("1", "2", "4"), ("a",)):
            with self.subTest(lines=lines):
                terminal = self.menu(place)
                self.choose(terminal, *lines)
                terminal.keys("C-d")
                terminal.sees("ended with 0")
                terminal.close()
                terminal.record.unlink()
        terminal = self.menu(place)
        self.choose(terminal, "1", "2", "4")
        terminal.types(f"v{TO}")
        terminal.sees(r"\[y/N\] $")
        terminal.keys("C-d")
        terminal.sees("Cancelled")
        terminal.sees(r"Choice \[0\]: $")
        terminal.keys("C-d")
        terminal.sees("ended with 0")
        self.assert_as_it_was(place)

    def test_whoever_is_told_to_end_ends(self):
        place = self.place()
        terminal = self.menu(place)
        self.choose(terminal, "1")
        (pid,) = subprocess.run(["pgrep", "-f", f"^{PROGRAM}$"], capture_output=True, text=True).stdout.split()
        subprocess.run(["kill", pid], check=True)
        terminal.sees("ended with 130")


class Terminals(MenuCase):
    def test_a_dumb_one_gets_no_escape_sequence(self):
        place = self.place(Env=["WEBUI_SECRET_KEY="])
        terminal = self.menu(place, TERM="dumb")
        self.choose(terminal, "1", "1", "7", "6", "3", "5", "2", "3", "0", "2", "0", "4")
        self.choose(terminal, "0", "2", "4")
        terminal.types(f"v{TO}")
        terminal.sees(r"\[y/N\] $")
        terminal.types("y")
        terminal.sees("Changed: ")
        terminal.sees(r"Choice \[0\]: $")
        self.assertNotIn(b"\x1b", terminal.bytes())
        self.assert_changed(place)

    def test_no_colours_where_none_are_wanted(self):
        place = self.place()
        terminal = self.menu(place, NO_COLOR="1")
        self.choose(terminal, "1", "1", "7")
        self.assertNotRegex(terminal.bytes(), rb"\x1b\[[0-9;]*m")
        self.assertNotIn("--no-color", terminal.bytes().decode())
        terminal.close()
        terminal.record.unlink()
        terminal = self.menu(place)
        self.assertRegex(terminal.bytes(), rb"\x1b\[[0-9;]*m")

    def test_the_next_drawing_fits_the_new_width(self):
        place = self.place(name="open-webui-with-a-name-that-is-rather-long-for-a-container")
        terminal = self.menu(place)
        for width in (40, 24, 120):
            terminal.resize(width, 30)
            self.choose(terminal, "r")
            drawn = plain(terminal.bytes().decode()).split("\nDeployments")[-1]
            self.assertLessEqual(max(map(len, drawn.split("\n")[1:])), width, drawn)
            self.assertEqual("…" in drawn, width < 100, drawn)


class WithoutOne(MenuCase):
    def test_nobody_is_there(self):
        """A pipe gets the help that it always got; and who asks for the menu is told what it needs."""
        place = self.place(start=False)
        done = self.expect(0, place)
        self.assertIn("Usage: liftlock [OPTIONS] COMMAND", done.stdout)
        done = self.expect(2, place, "menu")
        self.assertIn("ssh -t", done.stderr)
        self.assertEqual(json.loads(self.expect(2, place, "menu", "--json").stdout)["error"]["id"], "option-invalid")


def prepare(engine):
    if shutil.which("tmux") is None:
        raise engines.Unavailable("there is no tmux (scripts/setup --tests installs it)")
    begin(engine, SCRATCH)


if __name__ == "__main__":
    sys.exit(suite.main(sys.modules[__name__], prepare, what="the menu"))

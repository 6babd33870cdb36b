"""A program on a terminal that tmux draws: what a person would type, and every byte that the program has answered with."""

import os
import pathlib
import re
import shlex
import subprocess
import time


class Terminal:
    """Runs `command` once the recording has begun; when it ends, "ended with STATUS" is shown."""

    def __init__(self, folder, command, environment, width=80, height=40):
        self.socket, self.record = folder / "tmux.sock", folder / "record"
        self.seen = 0
        assignments = " ".join(shlex.quote(f"{name}={value}") for name, value in environment.items())
        # Ctrl-C reaches the shell, too, which must live on.
        script = f"read go; trap : INT; env -i {assignments} {shlex.join(map(str, command))}; echo ended with $?; read go"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", width, "-y", height, "sh", "-c", script)
        self.tmux("pipe-pane", f"exec cat > {shlex.quote(str(self.record))}")
        self.keys("Enter")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *map(str, words)], check=True, capture_output=True, text=True).stdout

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def types(self, text):
        """A line, and Enter."""
        if text:
            self.tmux("send-keys", "-l", "--", text)
        self.keys("Enter")

    def resize(self, width, height, seconds=30):
        """Until the program's side has the new size: tmux passes it on when it finds the time."""
        self.tmux("resize-window", "-x", width, "-y", height)
        tty = self.tmux("display-message", "-p", "#{pane_tty}").strip()
        end = time.monotonic() + seconds
        while True:
            with open(tty) as side:
                if tuple(os.get_terminal_size(side.fileno())) == (width, height):
                    return
            if time.monotonic() > end:
                raise AssertionError(f"the terminal did not become {width} by {height} in {seconds} s")
            time.sleep(0.05)

    def bytes(self):
        return self.record.read_bytes() if self.record.exists() else b""

    def sees(self, pattern, seconds=30):
        """Waits until what has come since the last call matches; the next call looks at what follows the match."""
        end = time.monotonic() + seconds
        while True:
            text = plain(self.bytes().decode(errors="replace"))
            found = re.compile(pattern).search(text, self.seen)
            if found:
                self.seen = found.end()
                return
            if time.monotonic() > end:
                raise AssertionError(f"{pattern!r} was not seen in {seconds} s, but:\n{text[self.seen :]}")
            time.sleep(0.05)

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True)
        pathlib.Path(self.socket).unlink(missing_ok=True)


def plain(text):
    """Without colours, and without what a line is drawn over with."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r", "", text)

"""A program on a terminal that tmux draws: what a person would type, and every byte that the program has answered with."""

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

    def resize(self, width, height):
        self.tmux("resize-window", "-x", width, "-y", height)

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

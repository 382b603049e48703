# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A terminal of a chosen size, made by tmux; a test types into it and reads what it shows."""

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import unicodedata

from tracer import LOCK_PATIENCE_S, PATIENCE_S


class Terminal:
    def __init__(self, width, height, script):
        # A server of its own: the one of the test before may still be about to end.
        self._directory = tempfile.TemporaryDirectory(prefix="tvtraced-terminal-")
        self.tmux = ["tmux", "-S", f"{self._directory.name}/socket", "-f", "/dev/null"]
        # The shell outlives the program, so that what it leaves on the screen can be read.
        self._session = int(self._tmux(
            "new-session", "-d", "-P", "-F", "#{pane_pid}", "-x", str(width), "-y", str(height),
            "sh", "-c", script + "\nexec cat"))

    def _tmux(self, *arguments):
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        return subprocess.run([*self.tmux, *arguments], stdout=subprocess.PIPE, text=True,
                              env=environment, timeout=PATIENCE_S, check=True).stdout

    def lines(self):
        """What is on the screen; a line that was too long for it comes in one piece."""
        return [line.rstrip() for line in self._tmux("capture-pane", "-p", "-J").splitlines()]

    def raw(self):
        """What is on the screen with its colours, as escape sequences."""
        return self._tmux("capture-pane", "-p", "-e")

    def type(self, keys):
        self._tmux("send-keys", keys)

    def resize(self, width, height):
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def tell(self, what):
        """A format of tmux, for the state of the terminal."""
        return self._tmux("display-message", "-p", what).strip()

    def wait_for(self, condition):
        start = time.monotonic()
        deadline = start + PATIENCE_S
        while not condition(lines := self.lines()):
            if any("another tvtraced runs" in line for line in lines):
                deadline = min(time.monotonic() + PATIENCE_S, start + LOCK_PATIENCE_S)
            assert time.monotonic() < deadline, "\n".join(lines)
            time.sleep(0.05)
        return lines

    def close(self):
        """Ends the terminal, and all that was started in it: what is stopped outlives a hang-up."""
        subprocess.run([*self.tmux, "kill-server"], stderr=subprocess.DEVNULL, timeout=PATIENCE_S,
                       check=False)
        for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(pid) == self._session:
                    os.kill(pid, signal.SIGKILL)
        self._directory.cleanup()


def columns(line):
    """How wide a terminal shows it."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line
               if not unicodedata.combining(c))

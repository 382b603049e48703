# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
A terminal of which the test itself is the other end: it may read what the program draws or leave
it, change its size, type, and hang up.
"""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading
import time

from tracer import ALREADY_RUNS, LOCK_PATIENCE_S, PATIENCE_S, TVTRACED

# What a full-screen program leaves a terminal with, at the very end.
LEAVE = b"\x1b[?1049l"


class Pty:
    """A program on a terminal of its own, in a session of its own."""

    def __init__(self, *command, size=(24, 80), controlling=True, read=True, environment=None):
        self.command, self.controlling, self.environment = command, controlling, environment
        self.master, self.slave = pty.openpty()
        self.resize(*size)
        self.modes = termios.tcgetattr(self.slave)
        self.output = b""
        self._reading = threading.Event()
        if read:
            self._reading.set()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._launch()

    def _launch(self):
        def own_terminal():
            os.setsid()
            if self.controlling:
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen(
            self.command, stdin=self.slave, stdout=self.slave, stderr=self.slave,
            preexec_fn=own_terminal, env={**os.environ, "TERM": "xterm-256color",
                                          **(self.environment or {})})

    def _read(self):
        master = self.master
        with contextlib.suppress(OSError):
            while self._reading.wait():
                self.output += os.read(master, 65536)

    def wait_for(self, condition):
        """Until the condition holds; started again while somebody else's tvtraced runs."""
        start = time.monotonic()
        deadline = start + PATIENCE_S
        while not condition():
            if self.process.poll() == ALREADY_RUNS and time.monotonic() < start + LOCK_PATIENCE_S:
                time.sleep(0.5)
                self._launch()
                deadline = time.monotonic() + PATIENCE_S
            assert time.monotonic() < deadline, self.output[-2000:]
            time.sleep(0.02)

    def wait_for_screen(self):
        """Until something is drawn."""
        self.wait_for(lambda: b"switch/s" in self.output or b"tvtrace top" in self.output)

    def resize(self, rows, columns):
        """The foreground process group gets SIGWINCH, where this is a controlling terminal."""
        fcntl.ioctl(self.slave if self.slave >= 0 else self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys)

    def children(self):
        """The process that draws: the one that was started only waits for it."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="ascii") as file:
            return list(map(int, file.read().split()))

    def restored(self):
        return termios.tcgetattr(self.slave) == self.modes and self.output.rfind(
            LEAVE) > self.output.rfind(b"\x1b[?1049h")

    def hang_up(self):
        """The other end goes: nothing can be read, typed or drawn any more."""
        os.close(self.slave)
        self._reading.clear()
        os.close(self.master)
        self.master = self.slave = -1

    def close(self):
        for pid in (*self._pids(), self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        if self.slave >= 0:
            self.hang_up()

    def _pids(self):
        with contextlib.suppress(OSError):
            return self.children()
        return []


def live_view(*options, interval=0.3, **keywords):
    return Pty(TVTRACED, "--interval", str(interval), *map(str, options), **keywords)

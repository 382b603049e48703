# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Looks all the time at whether the event loop comes to its turn: a daemon that does not answer at
once leaves its rings alone as well.
"""

import threading
import time

from control import SOCKET, Client
from tracer import SANITIZED
from workloads import GUEST

# Of these, no more than milliseconds are the daemon's.
MOST_S = 10 if SANITIZED or GUEST else 1


class Watchdog:
    """While it is entered, a daemon must answer; how long it took at most stands in `longest_s`."""

    def __init__(self, path=SOCKET):
        self.path = path
        self.longest_s, self.looks = 0, 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self):
        with Client(self.path) as client:
            while not self._end.wait(0.02):
                start = time.monotonic()
                self.last = client.snapshot("accounting")["accounting"]
                self.longest_s = max(self.longest_s, time.monotonic() - start)
                self.looks += 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind, *_):
        self._end.set()
        self._thread.join(MOST_S + 5)
        if kind:
            return
        assert not self._thread.is_alive(), "the daemon does not answer"
        assert self.looks > 2 and self.longest_s < MOST_S, (self.looks, self.longest_s)

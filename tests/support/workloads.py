# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The workload programs (tests/workload/), and the kernel's own counters of their tasks."""

import collections
import json
import os
import queue
import subprocess
import threading
import time

from tracer import GUEST, PATIENCE_S, ROOT

PROGRAMS = ROOT / "build" / "tests"
# A guest's CPUs are emulated, and many times slower: there large loads are divided by this.
SLOWNESS = 5 if GUEST else 1
# The last CPU: interrupts and everybody else's work tend to be on the first.
CPU = max(os.sched_getaffinity(0))
FIRST_CPU = min(os.sched_getaffinity(0))

Counters = collections.namedtuple("Counters", "voluntary preempted")


def counters(tid):
    """Switches out of a task so far, as the kernel counts them."""
    with open(f"/proc/{tid}/status", encoding="ascii", errors="replace") as file:
        fields = dict(line.split(":", 1) for line in file)
    return Counters(int(fields["voluntary_ctxt_switches"]),
                    int(fields["nonvoluntary_ctxt_switches"]))


def growth(before, after):
    return Counters(*(b - a for a, b in zip(before, after)))


def settled(tracer, tids):
    """A publication, and the counters of tasks that did not move while it was made."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        before = {tid: counters(tid) for tid in tids}
        publication = tracer.fresh()
        if before == {tid: counters(tid) for tid in tids}:
            return before, publication
        assert time.monotonic() < deadline, "the tasks do not come to rest"


def endless_pair(kind, how, cpu):
    """Two tasks that switch to each other until they are killed."""
    return subprocess.Popen([PROGRAMS / "pair", kind, how, str(cpu), str(10**9), "resting"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


class Workload:
    """One run of a workload program; its lines arrive in the background."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen(
            [PROGRAMS / program, *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.line = self.next_line()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def next_line(self, timeout=PATIENCE_S):
        self.line = self._lines.get(timeout=timeout)
        assert self.line is not None, "the workload has ended"
        return self.line

    def go(self):
        """Lets the tasks go; returns what the program says when they are through."""
        self.send_line()
        return self.next_line()

    def send_line(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    @property
    def tasks(self):
        return self.line["tasks"]

    @property
    def tids(self):
        return [task["tid"] for task in self.tasks]

    def end(self):
        if self.process.returncode is None:
            self.process.stdin.close()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Tasks that wait for a CPU, and what the kernel says of their waits."""

import subprocess
import sys
import time

import identities
from tracer import PATIENCE_S
from workloads import counters

# Runs and sleeps by turns, for a time, and then waits for the end of its input.
RESTLESS = """
import sys, time
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    until = time.monotonic() + 0.003
    while time.monotonic() < until:
        pass
    time.sleep(0.0007)
sys.stdin.read()
"""
TASKS = 7
SECONDS = 3


def schedstat(tid):
    """run_delay and pcount of a task: how long it has waited for CPUs, and how often it got one."""
    with open(f"/proc/{tid}/schedstat", encoding="ascii") as file:
        _, run_delay, pcount = map(int, file.read().split())
    return run_delay, pcount


class Crowd:
    """More restless tasks than CPUs, so that they wait, are preempted, and are moved meanwhile."""

    def __init__(self):
        self.tasks = []

    def start(self):
        for _ in range(TASKS):
            self.tasks.append(subprocess.Popen([sys.executable, "-c", RESTLESS, str(SECONDS)],
                                               stdin=subprocess.PIPE))
        return [task.pid for task in self.tasks]

    def end(self):
        for task in self.tasks:
            task.stdin.close()
            task.wait(PATIENCE_S)


def settled(traced, tids):
    """A publication, and what the kernel says of tasks that did not move while it was made."""
    deadline = time.monotonic() + 10 * PATIENCE_S
    while True:
        before = {tid: (schedstat(tid), counters(tid)) for tid in tids}
        time.sleep(0.3)
        publication = traced.fresh()
        if before == {tid: (schedstat(tid), counters(tid)) for tid in tids}:
            return before, publication
        assert time.monotonic() < deadline, "the tasks do not come to rest"


def check_task(publication, tid, kernel):
    """All waits of a task that began under the tracer, and now sleeps."""
    (run_delay, pcount), switches = kernel
    task = identities.thread(publication, tid)
    unseen = publication["accounting"]["unseen"]
    assert sum(task["wait_ns"].values()) == run_delay
    # It arrives as often as it leaves. An arrival that no tracer can see lacks, and its wait is
    # part of the next one. A task that is preempted when it was about to sleep waits as well, and
    # the kernel counts neither this wait nor how long it is.
    waits = task["waits"]
    assert -waits["preempted"] / 20 - 1 <= pcount - sum(waits.values()) <= unseen
    assert waits["start"] <= 1
    assert abs(switches.preempted - waits["preempted"]) <= unseen
    assert abs(switches.voluntary - 1 - waits["woken"]) <= unseen
    assert waits["unknown"] <= 1 + unseen

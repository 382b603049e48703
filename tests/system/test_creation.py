# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""How many tasks are created, and of what kind: as the kernel counts them."""

import os
import subprocess
import sys
import threading

import pytest

from links import skipped_runs
from prom import Metrics
from workloads import PROGRAMS, SLOWNESS

pytestmark = pytest.mark.kernel

STORM = 4000 // SLOWNESS
N = 30


def forks():
    """Tasks created since the boot, of any kind."""
    with open("/proc/stat", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("processes "))


def created(publication):
    counts = {c["kind"]: c["count"] for c in publication["creations"]}
    assert tuple(counts) == ("thread", "process", "vm_process", "kernel")
    return counts


class Growth:
    """What tvtraced counts between two publications, and between what bounds the kernel's lies."""

    def __init__(self, traced):
        self.traced = traced
        self.before = forks()
        self.first = created(traced.fresh())
        self.after = forks()

    def end(self):
        before = forks()
        last = created(self.traced.fresh())
        after = forks()
        return ({kind: last[kind] - self.first[kind] for kind in last},
                (before - self.after, after - self.before))


@pytest.mark.parametrize("kind", ["process", "thread"])
def test_a_storm_is_counted_exactly(tracer, kind):
    traced = tracer(interval=1)
    growth = Growth(traced)
    subprocess.run([PROGRAMS / "storm", kind, str(STORM)], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=60, check=True)
    counts, (least, most) = growth.end()
    # Where one run of the program interrupts another, the kernel skips it, and says so.
    assert least - skipped_runs() <= sum(counts.values()) <= most
    assert STORM - skipped_runs() <= counts[kind] <= STORM + most - least + N
    assert most >= STORM


def test_each_kind(tracer):
    """A thread, a fork, and a child that shares the address space until it executes a program."""
    traced = tracer(interval=1)
    growth = Growth(traced)
    for _ in range(N):
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
    for _ in range(2 * N):
        if not (pid := os.fork()):
            os._exit(0)
        os.waitpid(pid, 0)
    for _ in range(3 * N):
        os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "--version"], os.environ,
                                  file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null",
                                                 os.O_WRONLY, 0)]), 0)
    counts, (least, most) = growth.end()
    assert least - skipped_runs() <= sum(counts.values()) <= most
    # Whatever else was created meanwhile is in the difference.
    rest = sum(counts.values()) - 6 * N
    for kind, number in (("thread", N), ("process", 2 * N), ("vm_process", 3 * N)):
        assert number - skipped_runs() <= counts[kind] <= number + max(rest, 0) + skipped_runs()


def test_the_textfile_has_them(tracer, textfile):
    traced = tracer("--textfile", textfile, interval=0.2)
    subprocess.run([PROGRAMS / "storm", "process", "100"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=60, check=True)
    before = created(traced.fresh())
    traced.fresh()
    metrics = Metrics(textfile.read_bytes())
    for kind, count in before.items():
        assert metrics.value("tvtraced_task_creations_total", kind=kind) >= count

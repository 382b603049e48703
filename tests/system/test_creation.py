# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""How many tasks are created, of what kind, and how long that takes: as the kernel counts them, and as
their creators see it."""

import collections
import functools
import math
import os
import shutil
import subprocess
import sys
import threading

import pytest

from links import skipped_runs
from control import tvtrace
from creations import KINDS, MIB, created_by, timing
from prom import Metrics
from tracer import run
from workloads import GUEST, PROGRAMS, SLOWNESS

pytestmark = pytest.mark.kernel

TRUE = shutil.which("true")
STORM = (2000 if GUEST else 4000) // SLOWNESS
N = 10 if GUEST else 30


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
    traced = tracer()
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
    traced = tracer()
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
        os.waitpid(os.posix_spawn(TRUE, ["true"], os.environ), 0)
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


SOURCES = ["fentry", "kprobe", "timer", "syscalls"]


def traced_with(tracer, source):
    """A tracer with this source; skips where the kernel has it not."""
    said = run("--once", "--json", "--interval", "0.05", f"--creation-cost={source}")
    if said.returncode:
        assert f"no {source} on this kernel" in said.stderr
        pytest.skip(said.stderr.strip())
    return tracer(f"--creation-cost={source}")


def quantile_ns(before, after, kind, q):
    """Of the creations between two publications; the upper bound of its bucket."""
    counts = collections.Counter()
    for publication, sign in ((after, 1), (before, -1)):
        for bucket in timing(publication, kind)["buckets"]:
            counts[bucket["le_ns"] or math.inf] += sign * bucket["count"]
    rank, so_far = math.ceil(sum(counts.values()) * q), 0
    for le_ns in sorted(counts):
        so_far += counts[le_ns]
        if so_far >= rank:
            return le_ns


def check_durations(how, source, own, said, bias):
    """
    Of the calls of one kind: what their caller's own clock said, and tvtraced's. No means: whether the
    creator or the child runs first is chance. On emulated CPUs the child often does, and the creator's
    clock has the child's run, too.
    """
    q = 0.1 if GUEST else 0.5
    said_ns, seen_ns = said(q), sorted(own)[math.ceil(len(own) * q) - 1]
    if how == "vfork":
        # Its caller waits for the child, which naps: that is no part of the creation.
        assert said_ns < 1e6 < seen_ns
        return
    # What is missing is not negative (but for the width of a bucket), and near the bias.
    assert -0.1 * seen_ns < seen_ns - said_ns
    assert said_ns > 0.25 * seen_ns
    # The timer's creation ends before the creator goes on, which takes long where all is emulated.
    if not (GUEST and source == "timer"):
        assert seen_ns - said_ns < 3 * bias + (0.5 if GUEST else 0.25) * seen_ns


@pytest.mark.parametrize("source", SOURCES)
def test_the_creator_sees_the_same(tracer, workload, source):
    """Each call of one program of each kind, by its own clock and by tvtraced's."""
    traced = traced_with(tracer, source)
    for how, kind in KINDS.items():
        program = workload("create", how, 200 // SLOWNESS, 0)
        before = traced.fresh()
        own = program.go()["call_ns"]
        publication = traced.fresh()
        assert publication["creation_source"] == source
        created = created_by(publication, program.process.pid)
        assert created["count"][kind] == len(own)
        assert created["timed"][kind] >= len(own) - skipped_runs()
        check_durations(how, source, own,
                        functools.partial(quantile_ns, before, publication, kind),
                        publication["creation_bias_ns"])


def test_every_creation_is_timed(tracer):
    traced = tracer()
    if traced.fresh()["creation_reason"]:
        pytest.skip(traced.fresh()["creation_reason"])
    before = traced.fresh()
    for kind in ("thread", "process"):
        subprocess.run([PROGRAMS / "storm", kind, str(STORM // 4)], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=60, check=True)
    after = traced.fresh()
    for kind in ("thread", "process", "vm_process"):
        count, timed = (timing(after, kind)[what] - timing(before, kind)[what]
                        for what in ("count", "timed"))
        assert count - skipped_runs() - N <= timed <= count
        assert timing(after, kind)["timed"] == sum(b["count"] for b in timing(after, kind)["buckets"])
    # All that is charged to groups, those that ended and all others.
    charged = [group["created"] for group in (*after["groups"], after["other"]) if group["created"]]
    for kind in created(after):
        assert sum(c["count"][kind] for c in charged) == created(after)[kind]
        assert sum(c["timed"][kind] for c in charged) == timing(after, kind)["timed"]
        assert sum(c["duration_ns"][kind] for c in charged) == timing(after, kind)["sum_ns"]


def test_fork_grows_with_memory(tracer, workload):
    """The page tables of what is resident are copied; the resident size is said beside it."""
    traced = tracer()
    if traced.fresh()["creation_reason"]:
        pytest.skip(traced.fresh()["creation_reason"])
    means = []
    # A guest is slow at all but copying page tables.
    for mib in (1, 512 if GUEST else 64):
        program = workload("create", "fork", 50 // SLOWNESS, mib)
        program.go()
        said = created_by(traced.fresh(), program.process.pid)
        means.append(said["duration_ns"]["process"] / said["timed"]["process"])
        with open(f"/proc/{program.process.pid}/statm", encoding="ascii") as file:
            resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        # Each CPU keeps some of the count to itself.
        assert abs(said["resident_bytes"] - resident) < 4 * MIB
        program.end()
    assert means[1] > (1.5 if GUEST else 3) * means[0]


def test_first_waits_by_kind(tracer):
    """Every new task waits once for its first CPU."""
    traced = tracer()
    if timing(traced.fresh(), "thread")["start"] is None:
        pytest.skip("no waits here")
    before = traced.fresh()
    for kind in ("thread", "process"):
        subprocess.run([PROGRAMS / "storm", kind, str(STORM // 8)], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=60, check=True)
    after = traced.fresh()
    for kind in ("thread", "process"):
        count = created(after)[kind] - created(before)[kind]
        waits = timing(after, kind)["start"]["count"] - timing(before, kind)["start"]["count"]
        # Some may not have run yet, or were created before and ran only now.
        assert count - skipped_runs() - N <= waits <= count + N


TIMERS = """
import ctypes
create, close = ctypes.CDLL(None).timerfd_create, ctypes.CDLL(None).close
while True:
    close(create(1, 0))
"""


@pytest.mark.skipif(GUEST, reason="too slow there to set up as many timers")
@pytest.mark.alone
def test_the_timer_stands_aside(tracer):
    """Where very many timers are set up, timing creations by a timer would cost too much."""
    traced = tracer()
    if traced.fresh()["creation_source"] != "timer":
        pytest.skip("another source is better here")
    load = subprocess.Popen([sys.executable, "-c", TIMERS])
    try:
        for _ in range(20):
            reason = traced.fresh()["creation_reason"]
            if reason:
                break
        assert reason and "timers/s" in reason
        assert reason in tvtrace("status").stdout
        refused = tvtrace("hist", "--of", "creation")
        assert refused.returncode == 1 and reason in refused.stderr
    finally:
        load.kill()
        load.wait()


@pytest.mark.skipif(GUEST, reason="too slow there to set up as many timers")
@pytest.mark.alone
def test_a_timer_that_was_asked_for_stays(tracer):
    """Whoever names it has decided what it may cost."""
    traced = traced_with(tracer, "timer")
    load = subprocess.Popen([sys.executable, "-c", TIMERS])
    try:
        for _ in range(10):
            assert traced.fresh()["creation_reason"] is None
    finally:
        load.kill()
        load.wait()


def test_what_cannot_be(tracer):
    assert run("--once", "--creation-cost=nothing").returncode == 2
    traced = tracer("--creation-cost=none")
    publication = traced.fresh()
    assert publication["creation_source"] == "none"
    assert "--creation-cost=none" in publication["creation_reason"]
    subprocess.run(["true"], check=True)
    after = traced.fresh()
    assert sum(created(after).values()) > sum(created(publication).values())
    assert not any(c["timed"] for c in after["creations"])
    refused = tvtrace("hist", "--of", "creation")
    assert refused.returncode == 1 and "--creation-cost=none" in refused.stderr

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""How long tasks wait for a CPU: the same as the kernel's own count, to the nanosecond."""

import subprocess
import sys
import time

import pytest

import identities
from tracer import PATIENCE_S
from workloads import CPU, counters

pytestmark = pytest.mark.kernel

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


@pytest.fixture(name="crowd")
def _crowd():
    """More restless tasks than CPUs, so that they wait, are preempted, and are moved meanwhile."""
    started = []

    def start():
        for _ in range(TASKS):
            started.append(subprocess.Popen([sys.executable, "-c", RESTLESS, str(SECONDS)],
                                            stdin=subprocess.PIPE))
        return [task.pid for task in started]
    yield start
    for task in started:
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
    # part of the next one.
    waits = task["waits"]
    assert 0 <= pcount - sum(waits.values()) <= unseen
    assert waits["start"] <= 1
    assert abs(switches.preempted - waits["preempted"]) <= unseen
    assert abs(switches.voluntary - 1 - waits["woken"]) <= unseen
    assert waits["unknown"] <= 1 + unseen


def test_waits_equal_the_kernels(tracer, crowd):
    """Identity 7."""
    traced = tracer()
    if traced.fresh()["wait"] is None:
        pytest.skip("this kernel does not count waits")
    tids = crowd()
    time.sleep(SECONDS)
    kernel, publication = settled(traced, tids)
    identities.check_publication(publication)
    assert sum(run_delay for (run_delay, _), _ in kernel.values()) > SECONDS * 1e9
    for tid in tids:
        check_task(publication, tid, kernel[tid])


def test_waits_of_tasks_that_were_there_before(tracer, crowd):
    """What was waited under the tracer, to the nanosecond, of each that was at rest at the start."""
    tids = crowd()
    time.sleep(0.1)
    traced = tracer()
    time.sleep(SECONDS)
    first = {}
    for _ in range(2):
        kernel, publication = settled(traced, tids)
        for tid in tids:
            waited = sum(identities.thread(publication, tid)["wait_ns"].values())
            first.setdefault(tid, kernel[tid][0][0] - waited)
            # What it had waited before the start stays the same.
            assert kernel[tid][0][0] - waited == first[tid] >= 0


@pytest.mark.parametrize("relation", ["thread", "process"])
def test_a_pair_waits_for_each_other(tracer, workload, relation):
    """Two that share one CPU: who is preempted waits for the other's turn."""
    traced = tracer()
    program = workload("pair", relation, "yield", CPU, 3000, "normal")
    before = {tid: schedstat(tid) for tid in program.tids}
    program.go()
    after = {tid: schedstat(tid) for tid in program.tids}
    publication = traced.fresh()
    identities.check_publication(publication)
    for tid in program.tids:
        task = identities.thread(publication, tid)
        assert sum(task["wait_ns"].values()) == schedstat(tid)[0]
        assert task["waits"]["preempted"] <= counters(tid).preempted
        assert after[tid][1] > before[tid][1]


def test_no_wait(tracer):
    """--no-wait measures none, and says so."""
    traced = tracer("--no-wait")
    publication = traced.fresh()
    assert publication["wait"] is None and publication["wait_by_after"] is None
    assert all(not any(g["waits"].values()) for g in publication["groups"])
    identities.check_publication(publication)

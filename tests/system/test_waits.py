# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""How long tasks wait for a CPU: the same as the kernel's own count, to the nanosecond."""

import time

import pytest

import identities
from waiting import SECONDS, check_task, schedstat, settled
from workloads import CPU, counters

pytestmark = pytest.mark.kernel

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

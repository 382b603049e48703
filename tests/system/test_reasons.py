# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Voluntary or preempted: the same as getrusage says, to the task itself."""

import pytest

import identities
from workloads import CPU, Counters, counters, growth, settled

pytestmark = pytest.mark.kernel

N = 3000


def rusage_growth(task):
    """ru_nvcsw and ru_nivcsw of the thread between the barriers, as it read them itself."""
    before, after = task["before"], task["after"]
    return Counters(after["voluntary"] - before["voluntary"],
                    after["preempted"] - before["preempted"])


def out(publication, tid):
    reasons = identities.thread(publication, tid)["out"]
    return Counters(reasons["voluntary"], reasons["preempted"])


def check_reasons(traced, program):
    at_start, before = settled(traced, program.tids)
    program.go()
    at_end, after = settled(traced, program.tids)
    for task in program.tasks:
        tid = task["tid"]
        traced_growth = growth(out(before, tid), out(after, tid))
        assert traced_growth == growth(at_start[tid], at_end[tid])
        # What the task itself did not see are its steps into and out of the barriers.
        hidden = growth(rusage_growth(task), traced_growth)
        assert min(hidden) >= 0 and sum(hidden) <= 6


@pytest.mark.parametrize("via, mode", [("futex", ()), ("yield", ()), ("pipe", ("normal",)),
                                       ("yield", ("normal",))])
@pytest.mark.parametrize("relation", ["thread", "process"])
def test_reasons_equal_getrusage(tracer, workload, relation, via, mode):
    program = workload("pair", relation, via, CPU, N, *mode)
    traced = tracer()
    # Who yields goes on all the same while the scheduler owes it time: then there was no load.
    for _ in range(5):
        check_reasons(traced, program)
        made = min(sum(rusage_growth(task)) for task in program.tasks)
        if made >= (N / 20 if via == "yield" else N - 6):
            return
        program = workload("pair", relation, via, CPU, N, *mode)
    pytest.fail(f"no load: {made} switches")


def test_counters_from_birth(tracer, workload):
    """A task that is born under the tracer agrees with the kernel from its first switch on."""
    traced = tracer()
    program = workload("pair", "process", "pipe", CPU, 100, "normal")
    program.go()
    kernel, publication = settled(traced, program.tids)
    for tid in program.tids:
        assert out(publication, tid) == kernel[tid] == counters(tid)
        entered = sum(identities.thread(publication, tid)["in"].values())
        identities.check_in_and_out(entered, sum(kernel[tid]), publication)

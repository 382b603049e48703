# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Tasks with the same pid, one after the other, are never mixed up."""

import pytest

import identities
from identities import KINDS
from workloads import counters, settled

pytestmark = pytest.mark.kernel


def check_life(traced, tid, number):
    """The life that is held now: its figures are its own, from its birth on, and nobody else's."""
    kernel, publication = settled(traced, [tid])
    thread = identities.thread(publication, tid)
    group = identities.group(publication, tid)
    assert thread["comm"] == group["comm"] == f"life-{number}"
    assert (thread["out"]["voluntary"], thread["out"]["preempted"]) == kernel[tid]
    assert (group["voluntary"], group["preempted"]) == kernel[tid]
    identities.check_in_and_out(sum(thread["in"].values()), sum(kernel[tid]), publication)
    assert group["switches"] == {kind: thread["in"][kind] for kind in KINDS}
    assert group["start_ns"] == thread["start_ns"]
    return thread


def test_lives_that_are_looked_at_one_by_one(tracer, workload):
    lives = 4
    traced = tracer()
    program = workload("pid_reuse", "all", lives, 50)
    tid, = program.tids
    starts = []
    for number in range(1, lives + 1):
        assert program.tids == [tid]
        starts.append(check_life(traced, tid, number)["start_ns"])
        if number < lives:
            program.go()
    assert starts == sorted(set(starts))
    program.end()
    assert not [t for t in traced.fresh()["threads"] if t["tid"] == tid]
    traced.stop()
    identities.check_all(traced.publications)


def test_many_lives_between_two_publications(tracer, workload):
    lives = 200
    traced = tracer(interval=1)
    program = workload("pid_reuse", "last", lives, 0)
    check_life(traced, program.tids[0], lives)
    traced.stop()
    identities.check_all(traced.publications)


def test_pid_of_an_earlier_process_of_another_program(tracer, workload):
    """The dead one's switches stay counted when it has gone from the list."""
    traced = tracer()
    program = workload("pid_reuse", "all", 2, 400)
    tid, = program.tids
    check_life(traced, tid, 1)
    before = traced.publications[-1]["other"]
    made = counters(tid)
    assert made.voluntary > 300
    program.go()
    check_life(traced, tid, 2)
    after = traced.fresh()["other"]
    assert after["voluntary"] - before["voluntary"] >= made.voluntary
    traced.stop()
    identities.check_all(traced.publications)

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Exec keeps the task and renames it, also when a thread that is not the leader calls it."""

import pytest

import identities
from workloads import CPU, PROGRAMS, growth, settled

pytestmark = pytest.mark.kernel

N = 500


def out(publication, tid):
    reasons = identities.thread(publication, tid)["out"]
    return reasons["voluntary"], reasons["preempted"]


def test_exec_by_a_thread_that_is_not_the_leader(tracer, workload):
    traced = tracer()
    program = workload("exec_thread", CPU, N)
    leader = program.line["pid"]
    thread, = program.tids
    assert thread != leader
    program.go()
    _, before = settled(traced, [leader, thread])
    group_before = identities.group(before, leader)
    assert group_before["threads"] == 2

    program.send_line()  # to exec
    program.next_line()
    at_start, publication = settled(traced, [leader])
    assert [t["tid"] for t in publication["threads"] if t["tgid"] == leader] == [leader]
    group = identities.group(publication, leader)
    assert (group["threads"], group["start_ns"]) == (1, group_before["start_ns"])
    assert group["comm"] == "exe"  # it was called as /proc/self/exe
    assert group["cmdline"].startswith(f"exec_thread {CPU} {N} after")
    # What the group had, both threads', it keeps.
    assert sum(group["switches"].values()) >= sum(group_before["switches"].values()) >= N * 0.9

    program.go()
    at_end, later = settled(traced, [leader])
    kernel = growth(at_start[leader], at_end[leader])
    # A nap whose time is up before the task sleeps is no switch.
    assert sum(kernel) >= N * 0.9
    assert growth(out(publication, leader), out(later, leader)) == kernel
    assert (identities.group(later, leader)["voluntary"] - group["voluntary"],
            identities.group(later, leader)["preempted"] - group["preempted"]) == kernel
    traced.stop()
    identities.check_all(traced.publications)


def test_exec_by_the_leader_takes_the_new_name(tracer, workload):
    """A shell that becomes another program."""
    traced = tracer()
    command = f"{PROGRAMS}/sleeper timer {CPU} 10"
    program = workload("/bin/sh", "-c", f"exec {command}")
    pid = program.line["pid"]
    group = identities.group(traced.fresh(), pid)
    assert group["comm"] == "sleeper"
    assert group["cmdline"] == command

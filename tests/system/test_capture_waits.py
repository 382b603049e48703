# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What captures tell of waiting: how long, after what, and when a task had become ready to run."""

import bisect
import collections
import json
import statistics
import time

import pytest

import identities
from captures import AFTER, Trace
from control import OK, tvtrace
from waiting import SECONDS, check_task, settled
from workloads import CPU

HARDIRQ = 8


def read(path, *arguments):
    result = tvtrace("capture", "-o", path, *arguments)
    assert result.returncode == OK, result.stderr
    return Trace(path.read_bytes()).check()


def waits_of(trace):
    """tid: {after: [ns of each wait]}"""
    result = collections.defaultdict(lambda: collections.defaultdict(list))
    for cpu, switches in trace.switches.items():
        for switch, instant in zip(switches, trace.instants[cpu]):
            assert (instant.wait is None) == (instant.kind == "idle")
            if instant.wait:
                after, ns = instant.wait
                result[switch.next_tid][after].append(ns)
    return result


def departures(trace):
    """tid: [(when it left a CPU, its state)] in order of time"""
    result = collections.defaultdict(list)
    for switches in trace.switches.values():
        running = None
        for switch in switches:
            left = switch.full.prev_pid if switch.full else running
            result[left].append((switch.ts, switch.prev_state))
            running = switch.next_tid
    return {tid: sorted(states) for tid, states in result.items()}


def check_wakings(trace):
    """
    A reader takes a waking for the end of a sleep, if the task's last state was not that of one that
    can run; so it must lie between the task's last departure, asleep, and the switch to it.
    """
    left, seen = departures(trace), 0
    for cpu, switches in trace.switches.items():
        expected = sorted(
            (switch.ts - instant.wait[1], switch.next_tid, switch.next_prio, switch.next_comm)
            for switch, instant in zip(switches, trace.instants[cpu])
            if instant.wait and instant.wait[0] == "woken" and instant.wait[1]
            and switch.ts - instant.wait[1] >= switches[0].ts)
        wakings = trace.wakings[cpu]
        assert sorted((w.ts, w.tid, w.prio, w.comm) for w in wakings) == expected
        assert all(w.cpu == cpu and w.flags == HARDIRQ for w in wakings)
        for waking in wakings:
            states = left.get(waking.tid, [])
            at = bisect.bisect_left(states, (waking.ts, -1))
            if at:
                assert states[at - 1][1] not in (0, 0x100), "a waking of a task that can run"
                seen += 1
    return seen


def test_waits_of_a_capture(tracer, crowd, tmp_path):
    """Of each task, as long as the kernel says that it waited."""
    traced = tracer(interval=1)
    tids = crowd()
    time.sleep(SECONDS)
    kernel, publication = settled(traced, tids)
    trace = read(tmp_path / "t.pftrace", "--last", 60)
    waits = waits_of(trace)
    for tid in tids:
        check_task(publication, tid, kernel[tid])
        said = {after: sum(waits[tid][after]) for after in AFTER}
        assert said == identities.thread(publication, tid)["wait_ns"]
        assert sum(said.values()) == kernel[tid][0][0]
    assert check_wakings(trace) > 100
    # tvtrace report finds the same in it.
    result = tvtrace("report", tmp_path / "t.pftrace", "--json")
    groups = {group["tgid"]: group for group in json.loads(result.stdout)["groups"]}
    for tid in tids:
        everything = [ns for of_one in waits[tid].values() for ns in of_one]
        assert groups[tid]["wait_mean_ns"] == pytest.approx(statistics.fmean(everything))
        for after in ("woken", "preempted"):
            assert (groups[tid][f"{after}_wait_mean_ns"]
                    == pytest.approx(statistics.fmean(waits[tid][after])))


def test_wakings_of_a_group(tracer, workload, tmp_path):
    """A task that the filter leaves out is not woken, either."""
    tracer(interval=1)
    program = workload("pair", "process", "pipe", CPU, 2000, "normal")
    program.go()
    trace = read(tmp_path / "t.pftrace", "--last", 60, "--tgid", program.tids[0])
    assert {w.tid for wakings in trace.wakings.values() for w in wakings} <= {program.tids[0]}
    for switches in trace.switches.values():
        assert {s.next_tid for s in switches} <= {0, program.tids[0]}


def test_no_waits(tracer, workload, tmp_path):
    """--no-wait leaves them out of captures."""
    tracer("--no-wait", interval=1)
    workload("pair", "process", "pipe", CPU, 200, "normal").go()
    trace = read(tmp_path / "t.pftrace", "--last", 60)
    assert not any(i.wait for instants in trace.instants.values() for i in instants)
    assert not any(trace.wakings.values())

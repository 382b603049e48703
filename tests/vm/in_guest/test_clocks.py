# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The wall clock jumps, or the machine sleeps; tvtraced measures on a clock that does neither."""

import json
import pathlib
import platform
import time

import pytest

import identities
from control import tvtrace
from tracer import TVTRACED
from workloads import CPU, Workload, growth, settled

HOUR = 3600
N = 1000
ALARM = pathlib.Path("/sys/class/rtc/rtc0/wakealarm")
STATE = pathlib.Path("/sys/power/state")
ASLEEP_S = 5


def load():
    """Switches between a pair of processes; returns their ids."""
    program = Workload("pair", "process", "pipe", CPU, N)
    program.go()
    tids = program.tids
    program.end()
    return tids


def check(traced, longest_s=300):
    last = traced.stop()
    identities.check_all(traced.publications)
    # Far below an hour, and above the time that a guest's CPU may be taken away.
    assert all(cost["max_ns"] < 1e9 for cost in last["cost"])
    assert last["uptime_ns"] < longest_s * 10**9


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_wall_clock_that_jumps(tracer, jump):
    traced = tracer()
    load()
    time.clock_settime(time.CLOCK_REALTIME, time.time() + jump)
    try:
        load()
        traced.fresh()
    finally:
        time.clock_settime(time.CLOCK_REALTIME, time.time() - jump)
    load()
    traced.fresh()
    identities.check_unseen(traced)
    check(traced)


def lead():
    """How far CLOCK_BOOTTIME is ahead: all suspensions so far."""
    now = time.monotonic_ns()
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) - now


def suspend():
    """To memory, until the clock's alarm. Returns how long that took by CLOCK_BOOTTIME alone."""
    if not (ALARM.exists() and STATE.exists() and "mem" in STATE.read_text(encoding="ascii")):
        pytest.skip("this guest has no suspend to memory, or no clock that wakes it")
    before = lead()
    ALARM.write_text("0", encoding="ascii")
    ALARM.write_text(f"+{ASLEEP_S}", encoding="ascii")
    STATE.write_text("mem", encoding="ascii")
    return lead() - before


def report(path, *options):
    result = tvtrace("report", "--threads", "--json", *options, path)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def switches_into(said, tids):
    return sum(row["switches"] for row in said["threads"] if row["lwp"] in tids)


def test_suspend(tracer, tmp_path):
    """What was on either side of it stays there, and the stretch between is marked."""
    traced = tracer()
    early = load()
    lead_before = lead()
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    asleep = suspend()
    after = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    if platform.machine() == "aarch64" and asleep < 10**8:
        pytest.skip("this kernel found no clock that tells it how long it was suspended")
    assert asleep > 10**9
    late = load()
    path = tmp_path / "t.pftrace"
    asked = time.monotonic_ns()
    result = tvtrace("capture", "--last", "100", "-o", path)
    assert result.returncode == 0, result.stderr
    whole = report(path)
    assert abs(whole["suspended_ns"] - asleep) < 5 * 10**6
    assert switches_into(whole, early) >= N and switches_into(whole, late) >= N
    # In seconds from the beginning of what was asked for, 100 s of CLOCK_MONOTONIC before.
    origin = max(0, asked - 100 * 10**9) + lead_before
    until = report(path, "--to", str((before - origin) / 1e9 + 0.5))
    since = report(path, "--from", str((after - origin) / 1e9 - 0.5))
    assert switches_into(until, early) == switches_into(whole, early)
    assert switches_into(until, late) == 0
    assert switches_into(since, late) == switches_into(whole, late)
    assert switches_into(since, early) == 0
    # One that begins only now speaks of one time only.
    result = tvtrace("capture", "--for", "0.2", "-o", tmp_path / "u.pftrace")
    assert result.returncode == 0 and report(tmp_path / "u.pftrace")["suspended_ns"] == 0
    # Of each CPU that went and came a switch or two is not told (see test_hotplug.py).
    assert 0 <= traced.fresh()["accounting"]["unseen"] <= 8
    check(traced)


def test_tasks_that_only_proc_shows_after_a_suspend(tracer, workload):
    """Their start times in /proc go on by a clock that did not stop."""
    older = workload("pair", "thread", "futex", CPU, N)
    suspend()
    younger = workload("pair", "thread", "futex", CPU, N)
    tids = older.tids + younger.tids
    traced = tracer(command=("unshare", "--pid", "--fork", "--kill-child", TVTRACED))
    at_start, _ = settled(traced, tids)
    older.go()
    younger.go()
    at_end, publication = settled(traced, tids)
    for tid in tids:
        task = identities.thread(publication, tid)
        assert task["comm"] == "pair"
        assert sum(task["out"].values()) >= sum(growth(at_start[tid], at_end[tid]))
    identities.check_publication(publication)
    traced.kill()

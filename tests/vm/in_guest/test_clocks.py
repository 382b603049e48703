# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The wall clock jumps, or the machine sleeps; tvtraced measures on a clock that does neither."""

import pathlib
import subprocess
import time

import pytest

import identities
from workloads import PROGRAMS

HOUR = 3600


def load():
    subprocess.run([PROGRAMS / "pair", "process", "pipe", "0", "2000"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=60, check=True)


def check(traced):
    last = traced.stop()
    identities.check_all(traced.publications)
    identities.check_unseen(traced)
    # Far below an hour, and above the time that a guest's CPU may be taken away.
    assert all(cost["max_ns"] < 1e9 for cost in last["cost"])
    assert last["uptime_ns"] < 300 * 10**9


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
    check(traced)


def test_suspend(tracer):
    """Suspend to idle, with the real-time clock to wake it."""
    alarm = pathlib.Path("/sys/class/rtc/rtc0/wakealarm")
    states = pathlib.Path("/sys/power/state")
    if not alarm.exists() or not states.exists() or "freeze" not in states.read_text("ascii"):
        pytest.skip("this guest's kernel cannot suspend, or has no clock that wakes it")
    traced = tracer()
    load()
    suspended = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
    alarm.write_text("+3", encoding="ascii")
    try:
        states.write_text("freeze", encoding="ascii")
    except OSError as error:
        pytest.skip(f"this guest does not suspend: {error}")
    suspended = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic() - suspended
    load()
    traced.fresh()
    assert suspended > 0.5
    check(traced)

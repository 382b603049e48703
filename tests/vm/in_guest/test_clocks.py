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
    """As far as a guest can: all tasks are frozen and all devices stopped for five seconds."""
    mode = pathlib.Path("/sys/power/pm_test")
    if not mode.exists():
        pytest.skip("this guest's kernel has no test of suspend (CONFIG_PM_DEBUG)")
    traced = tracer()
    load()
    mode.write_text("devices", encoding="ascii")
    pathlib.Path("/sys/power/state").write_text("freeze", encoding="ascii")
    mode.write_text("none", encoding="ascii")
    load()
    traced.fresh()
    check(traced)

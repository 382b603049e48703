# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""CPUs go and come, and every switch is still counted."""

import os
import pathlib
import subprocess

import identities
from workloads import PROGRAMS

ROUNDS = 6


def online(cpu, value):
    pathlib.Path(f"/sys/devices/system/cpu/cpu{cpu}/online").write_text(str(value),
                                                                        encoding="ascii")


def test_cpus_that_go_and_come(tracer):
    cpu = max(os.sched_getaffinity(0))
    traced = tracer(interval=0.2)
    load = subprocess.Popen([PROGRAMS / "pair", "process", "pipe", "0", str(10**9), "normal"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _ in range(ROUNDS):
            online(cpu, 0)
            traced.fresh()
            online(cpu, 1)
            traced.fresh()
        # Something must run there again.
        os.sched_setaffinity(load.pid, {cpu})
        before = traced.fresh()["accounting"]["seen"]
        assert traced.fresh()["accounting"]["seen"] > before
    finally:
        load.kill()
        load.wait()
        online(cpu, 1)
    traced.stop()
    identities.check_all(traced.publications)
    assert traced.publications[-1]["accounting"]["spilled"] == 0
    # No tracepoint fires on a CPU that is not online, and one switch or two come before it is.
    unseen = [p["accounting"]["unseen"] for p in traced.publications]
    assert unseen == sorted(unseen)
    assert 0 <= unseen[-1] <= 2 * ROUNDS


def test_cpu_that_comes_up_after_the_start(tracer):
    """It has no ring at first: what it does until it has one is spilled, and counted."""
    cpu = max(os.sched_getaffinity(0))
    online(cpu, 0)
    try:
        traced = tracer(interval=0.2)
        rings = traced.publication(0)["ring"]["count"]
    finally:
        online(cpu, 1)
    subprocess.run([PROGRAMS / "pair", "thread", "futex", str(cpu), "5000"],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60, check=True)
    traced.fresh()
    subprocess.run([PROGRAMS / "pair", "thread", "futex", str(cpu), "5000"],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60, check=True)
    last = traced.fresh()
    assert last["ring"]["count"] == rings + 1
    assert last["accounting"]["spilled"] > 0
    traced.stop()
    identities.check_all(traced.publications)
    identities.check_unseen(traced)

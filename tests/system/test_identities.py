# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The identities hold at every publication, whatever the host does."""

import shutil
import subprocess
import time

import pytest

import identities
from tracer import INTERVAL_S
from workloads import PROGRAMS, SLOWNESS

pytestmark = pytest.mark.alone

TURNS = 50000 // SLOWNESS
LOADS = {
    "idle": ["sleep", "3"],
    "messaging": ["perf", "bench", "sched", "messaging", "--group", "10", "--nr_loops", "150"],
    "messaging_threads": ["perf", "bench", "sched", "messaging", "--thread", "--group", "10",
                          "--nr_loops", "150"],
    "pipe": ["perf", "bench", "sched", "pipe", "--loop", "150000"],
    "pipe_threads": ["perf", "bench", "sched", "pipe", "--threaded", "--loop", "150000"],
    "stress_ng_switch": ["stress-ng", "--switch", "4", "--timeout", "3"],
    "stress_ng_fork": ["stress-ng", "--fork", "2", "--timeout", "3"],
    "pair_processes": [PROGRAMS / "pair", "process", "pipe", "0", str(TURNS), "normal"],
    "pair_threads": [PROGRAMS / "pair", "thread", "futex", "0", str(TURNS), "normal"],
    "process_storm": [PROGRAMS / "storm", "process", str(TURNS // 10)],
    "thread_storm": [PROGRAMS / "storm", "thread", str(TURNS // 5)],
}


# Those that give the daemon tasks to keep, not switches alone.
TASKS = ("messaging", "messaging_threads", "stress_ng_fork", "process_storm", "thread_storm")


def needs(load):
    program = LOADS[load][0]
    marks = [pytest.mark.skipif(not shutil.which(program),
                                reason=f"{program} is not on this machine")]
    return pytest.param(load, marks=marks + ([] if load in TASKS else [pytest.mark.kernel]))


@pytest.mark.parametrize("load", map(needs, LOADS))
def test_identities_under_load(tracer, load):
    traced = tracer(interval=0.2)
    subprocess.run(LOADS[load], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=60, check=True)
    lost = identities.check_task_events(traced)
    final = traced.stop()
    assert final["final"]
    assert len(traced.publications) >= 3
    identities.check_all(traced.publications)
    identities.check_kernel_count(traced)
    identities.check_unseen(traced)
    assert final["accounting"]["spilled"] == 0
    assert final["accounting"]["task_events_lost"] == lost


@pytest.mark.kernel
def test_no_cost_goes_missing(tracer):
    """
    Where the switch end is a tracepoint of its own, every switch has its cost: also one that was
    between its beginning and its end when the records were fetched, so fetch them often. Only
    where switches were kept from tvtraced is the one before them without an end.
    """
    traced = tracer(interval=INTERVAL_S / 2)
    if traced.publication(0)["cost_source"] not in ("sched_exit_tp", "fentry"):
        pytest.skip("this kernel's switch end is a kprobe, which misses some, or there is none")
    for _ in range(3):
        subprocess.run(LOADS["pair_processes"], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=60, check=True)
    traced.stop()
    for publication in traced.publications:
        accounting = publication["accounting"]
        assert accounting["unmeasured"] <= accounting["unseen"]


@pytest.mark.kernel
def test_no_cost_is_longer_than_its_switch(tracer):
    """
    The end that is seen after a switch may not be its own, where switches are kept from tvtraced:
    then what lies between is no cost. Here a thread of PID 1 would be charged with its run time.
    """
    traced = tracer()
    time.sleep(3)
    last = traced.stop()
    pid_1 = [t for t in last["threads"] if t["tgid"] == 1]
    if not last["accounting"]["unseen"]:
        pytest.skip("no switch is kept from tvtraced on this machine")
    assert sum(sum(t["in"].values()) for t in pid_1) > 0
    assert sum(sum(t["cost_ns"].values()) for t in pid_1) == 0


@pytest.mark.kernel
def test_the_kernels_count_is_matched_closely(tracer):
    """Quiet moments before and after much switching pin identity 4 down to a few switches."""
    traced = tracer(interval=INTERVAL_S / 2)
    for _ in range(3):
        time.sleep(0.3)
        subprocess.run(LOADS["pair_processes"], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, timeout=60, check=True)
    time.sleep(0.3)
    seen = traced.stop()["accounting"]["seen"]
    assert seen > 2 * TURNS
    assert identities.check_kernel_count(traced) < seen / 100

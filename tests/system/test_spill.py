# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A ring that is full loses no count: what did not fit is in every total, and only there."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

import identities
from tracer import PATIENCE_S, TVTRACED
from workloads import CPU, PROGRAMS, SLOWNESS, growth, settled

pytestmark = pytest.mark.alone

N = 100000
TINY = 4096
# How long the daemon waits for the last switch of a task that has ended (tasks.c), and some.
EXIT_PATIENCE_S = 10


def stopped(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "T"


def stop_reader(traced):
    traced.send(signal.SIGSTOP)
    deadline = time.monotonic() + PATIENCE_S
    while not stopped(traced.pid):
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_reader_that_is_stopped_under_load(tracer, workload):
    traced = tracer("--ring-size", TINY)
    program = workload("pair", "thread", "futex", CPU, N)
    kernel_before, before = settled(traced, program.tids)
    stop_reader(traced)
    program.go()
    traced.send(signal.SIGCONT)
    kernel_after, after = settled(traced, program.tids)
    final = traced.stop()

    identities.check_all(traced.publications)
    identities.check_kernel_count(traced)
    assert final["ring"]["bytes"] == TINY and final["ring"]["high_water_bytes"] <= TINY
    spilled = after["accounting"]["spilled"] - before["accounting"]["spilled"]
    assert spilled > N

    # The totals have all of them: counts by label, and the histogram.
    made = sum(sum(growth(kernel_before[tid], kernel_after[tid])) for tid in program.tids)
    assert made >= 2 * N
    old, new = identities.labels(before), identities.labels(after)
    assert new["thread", "user", "voluntary"] - old["thread", "user", "voluntary"] >= 1.9 * N
    measured = identities.costs(after)["thread"]["count"] - identities.costs(before)["thread"]["count"]
    assert measured >= 1.9 * N or final["cost_source"] == "none"

    # The group lacks some, no more than were spilled.
    into = sum(sum(identities.thread(p, tid)["in"].values()) * sign
               for tid in program.tids for p, sign in ((after, 1), (before, -1)))
    assert made - spilled <= into < made


def test_stopped_again_and_again(tracer):
    traced = tracer("--ring-size", TINY)
    load = subprocess.Popen([PROGRAMS / "pair", "thread", "futex", str(CPU), str(10**9), "normal"],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _ in range(15):
            stop_reader(traced)
            time.sleep(0.1)
            traced.send(signal.SIGCONT)
            traced.fresh()
        assert load.poll() is None
    finally:
        load.kill()
        load.wait()
    final = traced.stop()
    assert final["accounting"]["spilled"] > 0
    assert final["accounting"]["received"] > 0
    identities.check_all(traced.publications)
    identities.check_kernel_count(traced)


def test_smallest_ring_with_a_reader_at_work(tracer):
    traced = tracer("--ring-size", TINY)
    subprocess.run([PROGRAMS / "pair", "process", "pipe", str(CPU), str(N // SLOWNESS), "normal"],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=60, check=True)
    final = traced.stop()
    # A ring has at least one page, whatever the size of that.
    assert final["ring"]["bytes"] == max(TINY, os.sysconf("SC_PAGE_SIZE"))
    identities.check_all(traced.publications)
    identities.check_kernel_count(traced)


def test_tasks_that_ended_unseen_do_not_stay(tracer, workload):
    """Last switches, and exits and births, that did not come through: the kernel is asked."""
    traced = tracer("--ring-size", TINY)
    stop_reader(traced)
    program = workload("storm", "process", 30000)
    program.go()
    program.end()
    traced.send(signal.SIGCONT)
    final = traced.fresh()
    assert final["accounting"]["spilled"] > 0 and final["accounting"]["task_events_lost"] > 0
    ghosts = {(t["tid"], t["start_ns"]) for t in final["threads"] if t["tid"]
              and not os.path.exists(f"/proc/{t['tid']}")}
    deadline = time.monotonic() + EXIT_PATIENCE_S + PATIENCE_S
    while ghosts:
        assert time.monotonic() < deadline, f"{len(ghosts)} ended tasks are still listed"
        ghosts &= {(t["tid"], t["start_ns"]) for t in traced.fresh()["threads"]}
    traced.stop()
    identities.check_all(traced.publications)


def test_tasks_whose_last_switch_was_spilled_do_not_stay(tracer, workload):
    """Their exits came through and their last switches did not: nothing else tells of the end."""
    traced = tracer("--ring-size", TINY)
    stop_reader(traced)
    program = workload("storm", "process", 500)
    program.go()
    program.end()
    traced.send(signal.SIGCONT)
    first = traced.fresh()
    assert first["accounting"]["spilled"] > 0 and first["accounting"]["task_events_lost"] == 0
    deadline = time.monotonic() + EXIT_PATIENCE_S + PATIENCE_S
    left = [t for t in first["threads"] if t["comm"] == "storm"]
    assert len(left) > 100
    while left:
        assert time.monotonic() < deadline, f"{len(left)} ended tasks are still listed"
        left = [t for t in traced.fresh()["threads"] if t["comm"] == "storm"]
    traced.stop()
    identities.check_all(traced.publications)


@pytest.mark.uninstrumented
def test_who_only_switches_does_not_keep_the_reader_from_its_rings(tracer):
    """
    Pairs that do nothing but switch on every CPU, and the reader in another scheduling group, as
    services are. It must be woken each time that a ring fills, and then get its CPU soon. They come
    to an end by themselves: until then everybody else may be kept from the CPUs, this test included.
    """
    turns = 1_000_000 // SLOWNESS**2
    traced = tracer(interval=2, command=("setsid", TVTRACED))
    before = traced.fresh()["accounting"]
    pairs = " & ".join(f"{PROGRAMS}/pair process pipe {cpu} {turns} normal"
                       for cpu in os.sched_getaffinity(0))
    with subprocess.Popen(["sh", "-c", f"{pairs} & wait"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, start_new_session=True) as load:
        try:
            assert load.wait(PATIENCE_S) == 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(load.pid, signal.SIGKILL)
    after = traced.fresh()["accounting"]
    seen = after["seen"] - before["seen"]
    assert seen > 2 * turns * len(os.sched_getaffinity(0)) * 0.9
    assert after["spilled"] - before["spilled"] < 0.05 * seen

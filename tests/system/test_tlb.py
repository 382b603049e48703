# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What switches do to the TLB: --tlb."""

import contextlib
import re
import signal
import subprocess
import sys
import time

import pytest

import identities
from tracer import PATIENCE_S, run
from workloads import CPU

pytestmark = pytest.mark.kernel

YIELDING = "import os\nos.sched_setaffinity(0, {%d})\nwhile True:\n\tos.sched_yield()\n" % CPU
SECONDS = 1.0


def cpu_flags():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        return next((line.split() for line in file if line.startswith("flags")), [])


@contextlib.contextmanager
def rotating(number):
    """So many processes that hand one CPU to each other."""
    tasks = [subprocess.Popen([sys.executable, "-c", YIELDING], stdin=subprocess.DEVNULL)
             for _ in range(number)]
    try:
        time.sleep(0.5)
        yield
    finally:
        for task in tasks:
            task.kill()
            task.wait(PATIENCE_S)


@pytest.fixture(name="counting")
def _counting(tracer):
    try:
        return tracer("--tlb", interval=1)
    except AssertionError as error:
        pytest.skip(f"no tracepoint tlb_flush here: {error}")


def of_processes(publication):
    by_kind = {entry["kind"]: entry for entry in publication["tlb"]}
    assert tuple(by_kind) == identities.KINDS
    switches = identities.labels(publication)
    for kind, entry in by_kind.items():
        outcomes = entry["flush"] + entry["reuse"] + entry["none"]
        # A CPU may have been looked at inside of a switch.
        assert 0 <= outcomes - identities.total(switches, kind) <= 8
    assert by_kind["thread"]["flush"] + by_kind["thread"]["reuse"] <= by_kind["thread"]["none"] / 50
    return by_kind["process"]


def growth(traced, number):
    with rotating(number):
        before = of_processes(traced.fresh())
        time.sleep(SECONDS)
        after = of_processes(traced.fresh())
    return {outcome: after[outcome] - before[outcome] for outcome in ("flush", "reuse", "none")}


def test_few_and_many_address_spaces(counting):
    """The CPU keeps the entries of a few (PCID); of more it must drop those of the oldest."""
    few, many = growth(counting, 2), growth(counting, 16)
    for outcomes in (few, many):
        assert outcomes["flush"] + outcomes["reuse"] > 1000
        # Another address space always needs its page tables.
        assert outcomes["none"] <= sum(outcomes.values()) / 50
    few_flushed, many_flushed = (o["flush"] / sum(o.values()) for o in (few, many))
    if "pcid" in cpu_flags():
        assert few_flushed < 0.1 and many_flushed > 0.3
    else:
        assert few_flushed > 0.9 and many_flushed > 0.9


def test_perf_counts_the_same(counting):
    """perf sees these events, and those outside of switches."""
    perf = subprocess.Popen(["perf", "stat", "-a", "-x", ",", "-e", "tlb:tlb_flush", "--filter",
                             "reason == 0"], stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    outcomes = growth(counting, 2)
    perf.send_signal(signal.SIGINT)
    output = perf.communicate(timeout=PATIENCE_S)[1]
    found = re.search(r"^(\d+),", output, re.MULTILINE)
    if not found:
        pytest.skip(f"perf does not count tlb_flush: {output}")
    ours = outcomes["flush"] + outcomes["reuse"]
    # It runs for longer, about twice as long.
    assert int(found[1]) / 4 < ours <= int(found[1])


def test_it_is_off_unless_asked_for(tracer):
    assert tracer(interval=1).fresh()["tlb"] is None


def test_no_end_of_a_switch():
    result = run("--tlb", "--cost-source=none", "--once")
    assert result.returncode == 2
    assert result.stderr.strip().endswith("leave out --cost-source=none")
    assert result.stderr.count("\n") == 1

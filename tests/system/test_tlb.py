# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What switches do to the TLB: --tlb."""

import contextlib
import json
import re
import signal
import subprocess
import sys
import time

import pytest

import identities
from control import TVTRACE, group_file, tvtrace
from tracer import PATIENCE_S, run
from workloads import CPU, endless_pair

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
    # A thread that has slept while its address space changed elsewhere may have to flush.
    assert by_kind["thread"]["flush"] + by_kind["thread"]["reuse"] <= 8 + by_kind["thread"]["none"] / 50
    return by_kind["process"]


def growth(traced, number):
    with rotating(number):
        before = of_processes(traced.fresh())
        time.sleep(SECONDS)
        after = of_processes(traced.fresh())
    return {outcome: after[outcome] - before[outcome] for outcome in ("flush", "reuse", "none")}


@pytest.mark.alone
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


def turn(how):
    said = tvtrace("tlb", how, "--json")
    if said.returncode and "does not tell" in said.stderr:
        pytest.skip(said.stderr.strip())
    assert said.returncode == 0, said.stderr
    said = json.loads(said.stdout)
    assert said["tlb_counting"] == (how == "on")
    return said


def test_switched_while_it_runs(tracer, tmp_path):
    """What was counted stays, what comes while it is off does not count, and outputs say which."""
    traced = tracer()
    file = tmp_path / "t.pftrace"
    assert traced.fresh()["tlb"] is None and "not counted" in tvtrace("tlb").stdout
    pair = endless_pair("process", "yield", CPU)
    try:
        turn("on")
        assert "60 ns" not in tvtrace("hist", "--of", "wait").stdout
        time.sleep(SECONDS)
        assert "60 ns" in tvtrace("hist", "-i", "0.2", "-n", "1").stdout
        assert tvtrace("capture", "--last", "1", "-o", file).returncode == 0
        assert "of process about 60 ns" in tvtrace("report", file).stdout
        assert tvtrace("capture", "--for", "0.2", "-o", file, "--force").returncode == 0
        assert "of process about 60 ns" in tvtrace("report", file).stdout
        assert "of --tlb" in tvtrace("groups").stdout and "of --tlb" in tvtrace("groups", "--app").stdout
        assert "of --tlb" not in tvtrace("groups", "--csv").stdout
        off = turn("off")
        last = next(entry for entry in off["tlb"] if entry["kind"] == "process")
        assert last["flush"] + last["reuse"] > 1000
        before = traced.fresh()
        time.sleep(SECONDS)
        after = traced.fresh()
        assert after["tlb"] == before["tlb"] == off["tlb"]
        assert after["tlb_counted_ns"] == off["tlb_counted_ns"] >= SECONDS * 1e9
        assert "60 ns" in tvtrace("hist").stdout  # since the start
        assert "60 ns" not in tvtrace("hist", "-i", "0.2", "-n", "1").stdout
        assert "of --tlb" not in tvtrace("groups").stdout
        assert tvtrace("capture", "--last", "0.5", "-o", file, "--force").returncode == 0
        assert "about 60 ns" not in tvtrace("report", file).stdout
        # Of the whole time counted, each switch did one of the three.
        turn("on")
        time.sleep(SECONDS)
        again = next(entry for entry in turn("off")["tlb"] if entry["kind"] == "process")
        grown = {outcome: again[outcome] - last[outcome] for outcome in ("flush", "reuse", "none")}
        assert grown["none"] <= 8 + sum(grown.values()) / 50 and sum(grown.values()) > 1000
    finally:
        pair.kill()
        pair.wait(PATIENCE_S)


def test_who_may_switch_and_when(tracer, tmp_path):
    tracer(interval=1)
    turn("on")
    turn("on")
    turn("off")
    capturing = subprocess.Popen([TVTRACE, "capture", "--for", "30", "-o", tmp_path / "t.pftrace"],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while json.loads(tvtrace("status", "--json").stdout)["captures"] < 1:
            assert time.monotonic() < deadline
        refused = tvtrace("tlb", "on")
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "not while captures run" in refused.stderr
        assert tvtrace("tlb").returncode == 0
    finally:
        capturing.send_signal(signal.SIGINT)
        capturing.wait(PATIENCE_S)
    for arguments in (("x",), ("on", "off")):
        refused = tvtrace("tlb", *arguments)
        assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
    # It is one look, of no interval.
    for arguments in (("--csv",), ("-i", "1")):
        assert tvtrace("tlb", *arguments).returncode == 3


def test_a_member_of_the_group_may_only_look(tracer, public_client, tmp_path):
    """Switching lengthens the costs that everybody sees."""
    with group_file(tmp_path, "tvtrace:x:54321:") as command:
        tracer(command=command, interval=1)
        member = ("setpriv", "--reuid", "65534", "--regid", "65534", "--groups", "54321",
                  public_client)
        assert tvtrace("tlb", command=member).returncode == 0
        refused = tvtrace("tlb", "on", command=member)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1) and "only root" in refused.stderr
        assert not json.loads(tvtrace("tlb", "--json").stdout)["tlb_counting"]


def test_it_is_off_unless_asked_for(tracer):
    assert tracer(interval=1).fresh()["tlb"] is None


def test_no_end_of_a_switch():
    result = run("--tlb", "--cost-source=none", "--once")
    assert result.returncode == 2
    assert result.stderr.strip().endswith("leave out --cost-source=none")
    assert result.stderr.count("\n") == 1

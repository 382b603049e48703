# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
A daemon in namespaces of its own: its clocks, its pids and its /proc are not the host's, those of
the records are.
"""

import contextlib
import json
import os
import signal
import subprocess
import time

import pytest

import identities
from captures import Trace
from control import Client, tvtrace
from tracer import PATIENCE_S, TVTRACED
from workloads import CPU, SLOWNESS, growth, settled

N = 1000
PERIODIC = 100
DAYS_10 = 864000
OTHER_PROC = ("/proc shows another pid namespace than the host's: command lines, cgroups and units are "
              "not known")


@pytest.fixture(name="inside")
def tracer_in_namespaces():
    """tvtraced in new namespaces; signals are sent to itself, not to the one that made them."""
    with contextlib.ExitStack() as stack:
        def start(tracer, *unshare, options=(), **keywords):
            traced = tracer(*options, command=("unshare", *unshare, "--fork", TVTRACED), **keywords)
            path = f"/proc/{traced.pid}/task/{traced.pid}/children"
            with open(path, encoding="ascii") as file:
                traced.pid, = map(int, file.read().split())
            return traced
        yield start
        stack.close()


CLOCKS = {
    "boottime": ("--time", "--boottime", "1"),
    "boottime, far": ("--time", "--boottime", str(DAYS_10)),
    "monotonic": ("--time", "--monotonic", str(DAYS_10)),
    "monotonic, earlier": ("--time", "--monotonic", "-60"),
}


@pytest.mark.parametrize("clocks", CLOCKS)
def test_tasks_that_only_proc_shows(tracer, workload, inside, clocks):
    """In a pid namespace the iterator shows none of them; they are told apart by their start times."""
    program = workload("pair", "thread", "futex", CPU, N)
    traced = inside(tracer, "--pid", *CLOCKS[clocks])
    at_start, before = settled(traced, program.tids)
    program.go()
    at_end, after = settled(traced, program.tids)
    for tid in program.tids:
        kernel = growth(at_start[tid], at_end[tid])
        old = [t for t in before["threads"] if t["tid"] == tid]
        new = identities.thread(after, tid)
        assert new["comm"] == "pair" and new["tgid"] == program.line["pid"]
        assert sum(new["out"].values()) - sum(sum(t["out"].values()) for t in old) == sum(kernel)
    assert identities.group(after, program.line["pid"])["cmdline"].endswith(str(N))
    traced.stop()
    identities.check_all(traced.publications)


@pytest.fixture(name="periodic")
def many_that_sleep_and_wake():
    program = ("import os, time\n"
               f"for i in range({PERIODIC}):\n"
               "    if not os.fork():\n"
               "        open('/proc/self/comm', 'w').write('periodic')\n"
               "        while True: time.sleep(0.01)\n"
               "print('ready', flush=True)\n"
               "time.sleep(1000)\n")
    with subprocess.Popen(["/usr/bin/python3", "-c", program], stdout=subprocess.PIPE,
                          start_new_session=True) as parent:
        assert parent.stdout.readline() == b"ready\n"
        yield
        os.killpg(parent.pid, signal.SIGKILL)


def test_they_are_known_soon_at_any_interval(tracer, inside, periodic):
    """Looking them up has a budget in time, not one for each publication."""
    traced = inside(tracer, "--pid", interval=3600)
    # Whoever asks makes it look at everything anew: nobody does meanwhile.
    time.sleep(3 * SLOWNESS)
    with Client() as client:
        reply = client.snapshot("groups", "other", "accounting")
    assert sum(g["comm"] == "periodic" for g in reply["groups"]) == PERIODIC
    assert reply["other"]["unattributed"] < reply["accounting"]["received"] / 4
    traced.stop()
    assert periodic is None


@pytest.mark.parametrize("clocks", CLOCKS)
def test_captures_by_another_clock(tracer, workload, inside, clocks, tmp_path):
    traced = inside(tracer, *CLOCKS[clocks])
    program = workload("pair", "thread", "futex", CPU, N)
    start = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    program.go()
    with Client() as client:
        before = client.snapshot("accounting")["accounting"]["seen"]
        path = tmp_path / "t.pftrace"
        result = tvtrace("capture", "--last", "60", "--for", "0.5", "-o", path)
        status = client.snapshot("captures", "host")
    assert result.returncode == 0, result.stderr
    trace = Trace(path.read_bytes()).check()
    assert before <= trace.count()
    seconds = float(result.stderr.split(": ")[1].split(" s")[0])
    assert 60 < seconds < 60 + PATIENCE_S
    # By the host's clocks, as everybody else outside reads them.
    now = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    of_pair = [s.ts for s in trace.switches[CPU]
               if s.next_tid in program.tids and start <= s.ts <= now]
    assert len(of_pair) >= N
    for number, clock in ((1, time.CLOCK_REALTIME), (3, time.CLOCK_MONOTONIC),
                          (6, time.CLOCK_BOOTTIME)):
        assert abs(trace.clocks[number] - time.clock_gettime_ns(clock)) < PATIENCE_S * 10**9
    assert status["captures"]["recorder_span_ns"] <= status["host"]["uptime_ns"] + 10**9
    traced.stop()


def test_clients_are_answered_by_another_clock(tracer, inside):
    """Nothing waits for a time that is days away, or long over."""
    traced = inside(tracer, "--time", "--monotonic", str(DAYS_10), interval=1)
    start = time.monotonic()
    for _ in range(3):
        assert tvtrace("status").returncode == 0
        rows = json.loads(tvtrace("groups", "--json", "-i", "0.2", "-n", "1").stdout)
        assert 0.1e9 < rows["interval_ns"] < PATIENCE_S * 1e9
    assert time.monotonic() - start < PATIENCE_S / 2
    traced.stop()


def test_another_proc(tracer, workload, inside):
    """Its numbers are other processes' numbers: nothing of them is believed, and that is told."""
    traced = inside(tracer, "--pid", "--mount-proc")
    program = workload("pair", "thread", "futex", CPU, N)
    program.go()
    publication = traced.fresh()
    group = identities.group(publication, program.line["pid"])
    assert group["comm"] == "pair" and sum(group["switches"].values()) >= N
    for group in publication["groups"]:
        assert group["cmdline"] is None and (group["cgroup"] is None or group["tgid"] == 0), group
        assert group["application"]["kind"] == "comm"
    said = traced.stderr()
    traced.stop(expected_stderr=said)
    assert said.count("\n") == 1 and OTHER_PROC in said
    identities.check_all(traced.publications)


def test_the_hosts_proc_in_another_pid_namespace(tracer, inside):
    """What it shows is true, whatever this process goes by inside."""
    traced = inside(tracer, "--pid")
    group = identities.group(traced.fresh(), os.getpid())
    assert "pytest" in group["cmdline"] and group["cgroup"]
    traced.stop()


def test_what_is_measured_at_the_start(tracer, inside):
    """The daemon finds its own thread among all others by the id that the host gives it."""
    outside = tracer(interval=1)
    there = outside.fresh()
    outside.stop()
    here = inside(tracer, "--pid", interval=1).fresh()
    assert (here["cost_bias_ns"] > 0) == (there["cost_bias_ns"] > 0)
    assert here["cost_bias_ns"] < 3 * there["cost_bias_ns"] + 100
    assert here["creation_source"] == there["creation_source"]
    assert (here["creation_bias_ns"] > 0) == (there["creation_bias_ns"] > 0)


def test_cgroup_namespace(tracer, inside):
    """Paths begin with ".." there; units are found all the same."""
    outside = tracer(interval=0.2)
    units = {g["tgid"]: g["application"] for g in outside.fresh()["groups"]
             if g["application"]["kind"] != "comm"}
    outside.stop()
    traced = inside(tracer, "--cgroup")
    after = {g["tgid"]: g["application"] for g in traced.fresh()["groups"]}
    for tgid, application in units.items():
        if tgid in after and application["kind"] in ("unit", "container"):
            assert after[tgid] == application
    traced.stop()

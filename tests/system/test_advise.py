# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""tvtrace advise: what it rests on, against what the tasks themselves did and /proc shows."""

import contextlib
import itertools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest

import cgroups
from control import FAILED, NO_DAEMON, OK, TVTRACE, USAGE, tvtrace
from tracer import PATIENCE_S, SANITIZED
from workloads import CPU, PROGRAMS, Workload

# It measures pairs in real time on the last CPU.
pytestmark = pytest.mark.alone

TURNS = 20000
KIB = 1024
numbers = itertools.count()

SPIN = """
import {module}, os, time
def spin(until, cpu):
    os.sched_setaffinity(0, (cpu,))
    while time.monotonic() < until:
        sum(range(1000))
if __name__ == "__main__":
    until = time.monotonic() + {seconds}
    cpus = sorted(os.sched_getaffinity(0))
    tasks = [{module}.{kind}(target=spin, args=(until, cpus[i % len(cpus)])) for i in range(4)]
    for task in tasks: task.start()
    for task in tasks: task.join()
    print(sum(os.times()[:4]), flush=True)
"""


def advise(*options, **keywords):
    result = tvtrace("advise", "--json", *options, **keywords)
    assert (result.returncode, result.stderr) == (OK, "")
    reply = json.loads(result.stdout)
    assert reply["schema"] == 1 and reply["time_ns"] > 0
    return reply


def about(name, *options):
    reply = advise("--app", name, *options)
    assert [row["application"] for row in reply["applications"]] == [name]
    return reply["applications"][0], reply


def total(row, key):
    return row["evidence"][key] * row["evidence"]["seconds"]


@pytest.fixture(name="place")
def cgroup_of_its_own():
    """
    The name of an application, and a command that runs another one in it and lives until its input
    ends: what has ended is of the application of its parent.
    """
    name = f"tvt-advise-{os.getpid()}-{next(numbers)}.service"
    with cgroups.cgroups_of(cgroups.available()[0]) as made:
        procs = made.make(f"system.slice/{name}")
        yield name, ("/bin/sh", "-c", 'echo $$ >"$0" && "$@" && read line', procs)


def await_name(name):
    """A process is of its parent's application until its cgroup has been read."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        rows = json.loads(tvtrace("groups", "--app", "--json", "-n", "1").stdout)["applications"]
        if any(row["application"] == name for row in rows):
            return
        assert time.monotonic() < deadline, f"{name} is not known"


@contextlib.contextmanager
def started(place, program, *arguments):
    load = Workload(*place[1], PROGRAMS / program, *arguments)
    try:
        await_name(place[0])
        yield load
    finally:
        load.end()


@pytest.mark.kernel
@pytest.mark.parametrize("relation, how", [("thread", "futex"), ("thread", "yield"),
                                           ("process", "pipe"), ("process", "yield")])
def test_who_followed_whom(standing, place, relation, how):
    """Each of a pair hands the CPU over so many times."""
    assert standing.fresh()
    with started(place, "pair", relation, how, CPU, TURNS) as load:
        load.go()
        row, reply = about(place[0])
    same, sibling = total(row, "same_group_per_s"), total(row, "sibling_per_s")
    inside, across = (same, sibling) if relation == "thread" else (sibling, same)
    # Those who block leave the CPU to others in between, who are few.
    assert (0.98 if how == "yield" else 0.6) * 2 * TURNS < inside < 1.02 * 2 * TURNS
    assert across <= 20
    price, spread = reply["prices"]["direct_ns"]["value"], reply["prices"]["direct_ns"]["spread"]
    for change, rate in (("as_threads", "sibling_per_s"), ("as_processes", "same_group_per_s")):
        assert row[change]["switches_per_s"] == row["evidence"][rate]
        assert row[change]["switches_cpus"] == pytest.approx(row["evidence"][rate] * price / 1e9)
        assert row[change]["switches_spread_cpus"] == pytest.approx(
            row["evidence"][rate] * spread / 1e9)
    # Two threads on one CPU do not show whether a lock keeps them apart.
    assert row["shape"] == ("threads" if relation == "thread" else "processes")
    assert row["evidence"]["overlap_share"] is None
    assert row["evidence"]["busy_groups"] == (1 if relation == "thread" else 2)


@pytest.mark.kernel
@pytest.mark.parametrize("module, kind, shape", [
    ("threading", "Thread", "threads_by_turns"), ("multiprocessing", "Process", "processes")])
def test_the_gil_and_how_long_they_ran(standing, place, module, kind, shape):
    assert standing.fresh()
    with subprocess.Popen([*place[1], sys.executable, "-c",
                           SPIN.format(module=module, kind=kind, seconds=3)],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        await_name(place[0])
        used_s = float(process.stdout.readline())
        row, _ = about(place[0])
    assert process.returncode == 1  # `read` has met the end of its input
    # /proc counts ticks, and interrupts are the task's there.
    assert total(row, "cpus") == pytest.approx(used_s, rel=0.05, abs=0.05)
    if os.cpu_count() > 1:
        assert row["shape"] == shape, row["evidence"]
    assert row["runtime"] == "python"


@pytest.mark.kernel
@pytest.mark.parametrize("how, creates, key", [("thread", "threads", "new_threads_per_s"),
                                               ("fork", "processes", "forks_per_s"),
                                               ("vfork", "processes", "spawns_per_s")])
def test_creators(standing, place, how, creates, key):
    assert standing.fresh()
    with started(place, "create", how, 400, 1) as load:
        load.go()
        row, _ = about(place[0])
    assert total(row, key) == pytest.approx(400, abs=1)
    assert row["creates"] == creates
    # What lives briefly is left out: there are the creator and its shell.
    assert row["evidence"]["busy_groups"] <= 2 and row["evidence"]["busy_threads"] == 1


def rollup(pid):
    fields = dict(re.findall(r"^(\w+): +(\d+) kB$", pathlib.Path(
        f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE))
    return {"pss_bytes": int(fields["Pss"]) * KIB,
            "uss_bytes": (int(fields["Private_Clean"]) + int(fields["Private_Dirty"])) * KIB}


def test_memory_is_that_of_proc(standing, place):
    assert standing.fresh()
    with started(place, "pair", "process", "pipe", CPU, TURNS) as load:
        load.go()
        row, _ = about(place[0])
        pids = {int(pid) for pid in pathlib.Path(place[1][-1]).read_text(encoding="ascii").split()}
        rollups = [rollup(pid) for pid in pids]
    memory = row["memory"]
    assert memory["processes"] == len(pids) == row["evidence"]["groups"]
    assert memory["unread_processes"] == 0 and memory["reason"] is None
    # Who else maps the libraries at that moment has its part: tvtrace itself, for one.
    for key, rel in (("pss_bytes", 0.35), ("uss_bytes", 0.1)):
        assert memory[key] == pytest.approx(sum(one[key] for one in rollups), rel=rel)
        assert memory[key] == sum(process[key] for process in memory["each"])
    assert {process["tgid"] for process in memory["each"]} == pids
    shared = memory["as_threads_surely_bytes"] + memory["as_threads_perhaps_bytes"]
    assert 0 < shared < memory["uss_bytes"] + 2**20


def test_too_little_is_said_to_be(standing, place):
    assert standing.fresh()
    with started(place, "pair", "thread", "pipe", CPU, 10) as load:
        load.go()
        row, _ = about(place[0])
        text = tvtrace("advise", "--app", place[0]).stdout
    assert row["shape"] == "idle"
    assert "too little ran to tell" in text and "--for" in text


def test_text_says_what_json_says(standing, place):
    assert standing.fresh()
    with started(place, "pair", "process", "yield", CPU, TURNS) as load:
        load.go()
        row, _ = about(place[0])
        one = tvtrace("advise", "--app", place[0])
        everything = tvtrace("advise")
    assert one.returncode == everything.returncode == OK
    assert one.stdout.splitlines()[2] == f"{place[0]}: processes"
    for word in ("rests on", "switching", "memory", "as threads", "as processes",
                 "not known"):
        assert re.search(f"^  {word} ", one.stdout, re.MULTILINE), word
    assert row["shape"] == "processes"
    assert re.search(rf"^{place[0][:20]}\S* +processes ", everything.stdout, re.MULTILINE)
    assert all(len(line.encode()) <= 82 for line in one.stdout.splitlines()[2:])


def test_next_seconds_and_told_to_stop(standing):
    """Ctrl-C ends the looking, and what was seen is told."""
    assert standing.fresh()
    reply = advise("--for", "0.5")
    assert 0.3 < reply["window_s"] < 2 + PATIENCE_S * SANITIZED
    with subprocess.Popen([TVTRACE, "advise", "--json", "--for", "1000"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (OK, b"")
    assert 0.3 < json.loads(out)["window_s"] < PATIENCE_S


def test_what_cannot_be_said(standing):
    assert standing.fresh()
    for options, status, words in (
            (("--app", "no\x01such"), FAILED, r"--app: no application 'no\x01such' ran in these"),
            (("--app", ""), USAGE, "--app: the name is empty"),
            (("--for", "0"), USAGE, "--for"),
            (("--last", "x"), USAGE, "--last"),
            (("nginx",), USAGE, "'nginx': there is nothing to name here; --app names"),
            (("--socket", "/nowhere"), NO_DAEMON, "/nowhere")):
        result = tvtrace("advise", *options)
        assert (result.returncode, result.stdout) == (status, ""), options
        assert result.stderr.startswith("tvtrace: ") and result.stderr.count("\n") == 1
        assert words in result.stderr, result.stderr

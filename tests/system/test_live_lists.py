# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Lists show what lives, as /proc does at that moment; what has ended has a line of its own."""

import json
import os
import subprocess
import time

import pytest

from control import OK, TVTRACE, Client, tvtrace
from identities import KINDS, REASONS
from tracer import PATIENCE_S, SANITIZED
from workloads import CPU, SLOWNESS

pytestmark = pytest.mark.kernel

STORM = 3000 // SLOWNESS


def rows(*arguments):
    """One interval of a listing that takes long enough to hold what goes on meanwhile."""
    result = tvtrace(*arguments, "--json", "-n", "1")
    assert (result.returncode, result.stderr) == (OK, "")
    reply = json.loads(result.stdout)
    return next(value for value in reply.values() if isinstance(value, list))


def tasks_of(pid):
    return {int(tid) for tid in os.listdir(f"/proc/{pid}/task")}


def while_it_lists(program, *arguments):
    """Rows of an interval in which the workload does all that it has to do."""
    listing = subprocess.Popen(
        [os.fspath(arguments[0]), *map(str, arguments[1:]), "--json", "-i", "3", "-n", "1"],
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    time.sleep(0.7)
    program.go()
    output, _ = listing.communicate(timeout=PATIENCE_S)
    assert listing.returncode == OK
    reply = json.loads(output)
    return reply, next(value for value in reply.values() if isinstance(value, list))


@pytest.fixture
def storm(tracer, workload):
    """Nothing is published while the lists are asked for."""
    def start(kind):
        tracer(interval=3600)
        return workload("storm", kind, STORM)
    return start


def test_threads_that_end_are_one_line(storm):
    program = storm("thread")
    reply, listed = while_it_lists(program, TVTRACE, "threads", program.line["pid"])
    living = [row for row in listed if row["lwp"] is not None]
    ended, = [row for row in listed if row["lwp"] is None]
    assert {row["lwp"] for row in living} == tasks_of(program.line["pid"])
    assert ended["comm"] == "(ended)"
    seconds = reply["interval_ns"] / 1e9
    assert round(ended["ended_per_s"] * seconds) == STORM
    # Each of them left its CPU at least once, and came to it.
    assert ended["voluntary"] + ended["preempted"] >= STORM
    assert ended["switches"] >= STORM
    # Later there is no such line any more.
    assert all(row["lwp"] is not None for row in rows("threads", program.line["pid"], "-i", "0.2"))


@pytest.mark.alone
def test_processes_that_end_are_one_line(storm):
    program = storm("process")
    reply, listed = while_it_lists(program, TVTRACE, "groups")
    ended, = [row for row in listed if row["tgid"] is None and row["comm"] == "storm"]
    seconds = reply["interval_ns"] / 1e9
    assert round(ended["ended_per_s"] * seconds) == ended["threads"] == STORM
    assert ended["voluntary"] + ended["preempted"] >= STORM
    living = [row for row in listed if row["comm"] == "storm" and row["tgid"] is not None]
    assert [row["tgid"] for row in living] == [program.line["pid"]]


def test_applications_do_not_count_the_dead(storm):
    program = storm("process")
    with Client() as client:
        pid = program.line["pid"]
        application = client.snapshot("group_names", tgid=pid)["group_names"][0]["application"]
    _, listed = while_it_lists(program, TVTRACE, "groups", "--app")
    row, = [row for row in listed if (row["application"], row["kind"]) == (
        application["name"], application["kind"])]
    assert row["ended_per_s"] > 0
    with Client() as client:
        groups = client.snapshot("groups", application=application["name"])["groups"]
    assert abs(row["groups"] - len(groups)) < 5
    assert row["groups"] < STORM / 2


def test_what_children_were_charged_with_agrees_with_the_kernel(tracer):
    """getrusage counts the switches of children that were waited for; theirs have ended."""
    tracer(interval=3600)
    name = "ended-children"

    def ended():
        with Client() as client:
            found = [e for e in client.snapshot("ended")["ended"] if e["comm"] == name[:15]]
        return {key: sum(e[key] for e in found) for key in (*REASONS, "groups", "threads")}
    program = (
        "import os, resource, sys, time\n"
        f"open('/proc/self/comm', 'w').write('{name}')\n"
        "for i in range(50):\n"
        "    pid = os.fork()\n"
        "    if not pid:\n"
        "        for _ in range(20): time.sleep(0.0005)\n"
        "        os._exit(0)\n"
        "    os.waitpid(pid, 0)\n"
        "r = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(r.ru_nvcsw, r.ru_nivcsw, flush=True)\n"
        "sys.stdin.read()\n")
    before = ended()
    with subprocess.Popen(["/usr/bin/python3", "-c", program], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        voluntary, preempted = map(int, process.stdout.readline().split())
        after = ended()
        process.stdin.close()
    grown = {key: after[key] - before[key] for key in after}
    assert grown["groups"] == grown["threads"] == 50
    # A parent on the other CPU may have waited for it before its last switch.
    assert 50 * 20 <= voluntary <= grown["voluntary"] <= voluntary + 50
    assert preempted <= grown["preempted"] <= preempted + 50


def test_a_tid_that_is_used_again_is_listed_once(tracer, workload):
    tracer(interval=3600)
    program = workload("pid_reuse", "all", 6, 50)
    tid, = program.tids
    for number in range(1, 7):
        with Client() as client:
            reply = client.snapshot("groups", "threads")
        group, = [g for g in reply["groups"] if g["tgid"] == tid]
        thread, = [t for t in reply["threads"] if t["tid"] == tid]
        assert group["comm"] == thread["comm"] == f"life-{number}"
        if number < 6:
            program.go()


def test_lists_are_equal_to_proc_at_any_interval(tracer, workload):
    """Threads come and go; when nothing does, each list has what /proc has."""
    tracer(interval=3600)
    for kind in ("thread", "process"):
        storm = workload("storm", kind, STORM)
        storm.go()
        deadline = time.monotonic() + PATIENCE_S
        while True:
            before = {int(pid): tasks_of(pid) for pid in os.listdir("/proc") if pid.isdigit()
                      and os.path.isdir(f"/proc/{pid}/task")}
            with Client() as client:
                reply = client.snapshot("groups", "threads", "nr_groups", "nr_threads", "tables")
            after = {int(pid): tasks_of(pid) for pid in os.listdir("/proc") if pid.isdigit()
                     and os.path.isdir(f"/proc/{pid}/task")}
            if before == after:
                break
            assert time.monotonic() < deadline, "tasks come and go all the time"
        listed = {}
        for thread in reply["threads"]:
            listed.setdefault(thread["tgid"], set()).add(thread["tid"])
        assert listed.pop(0) == {0}
        # PID 1's threads may be hidden, and zombies have ended.
        living = {pid: tids for pid, tids in before.items() if pid != 1 and not is_zombie(pid)}
        assert {pid: listed.get(pid) for pid in living} == living
        assert {g["tgid"]: g["threads"] for g in reply["groups"]} == {
            0: 1, **{pid: len(tids) for pid, tids in listed.items()}}
        assert reply["nr_groups"] == reply["tables"]["groups"] == len(reply["groups"])
        assert reply["nr_threads"] == reply["tables"]["threads"] == len(reply["threads"])


def is_zombie(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "Z"


@pytest.mark.skipif(SANITIZED, reason="the sanitized daemon is too slow for such a storm")
def test_tables_do_not_fill_with_the_dead(tracer, workload):
    """Far more than the table holds, published to nobody for an hour."""
    threads = 250000 // SLOWNESS
    tracer(interval=3600)
    program = workload("storm", "thread", threads)
    most = 0
    program.send_line()
    deadline = time.monotonic() + 5 * PATIENCE_S
    while program.process.poll() is None and time.monotonic() < deadline:
        with Client() as client:
            reply = client.snapshot("tables", "other", "accounting")
        most = max(most, reply["tables"]["threads"])
        try:
            program.next_line(0.05)
            break
        except Exception:  # pylint: disable=broad-exception-caught
            continue
    with Client() as client:
        reply = client.snapshot("tables", "other", "accounting")
    assert most < 5000
    group_switches = reply["accounting"]["received"]
    assert reply["other"]["unattributed"] <= reply["accounting"]["task_events_lost"]
    assert group_switches > threads


@pytest.mark.alone
def test_growth_of_those_that_ended_is_that_of_the_interval(tracer, workload):
    """What a group was charged with before the interval is no growth of what has ended."""
    tracer(interval=3600)
    program = workload("pair", "process", "pipe", CPU, 2000)
    program.go()
    tgids = {task["tgid"] for task in program.tasks}
    with Client() as client:
        known = {g["tgid"]: g for g in client.snapshot("groups")["groups"]}
    charged = sum(known[tgid]["switches"][kind] for tgid in tgids for kind in KINDS)
    assert charged > 2000
    listing = subprocess.Popen([TVTRACE, "groups", "--json", "-i", "2", "-n", "1"],
                               stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    time.sleep(0.7)
    program.end()
    output, _ = listing.communicate(timeout=PATIENCE_S)
    listed = json.loads(output)["groups"]
    ended, = [row for row in listed if row["tgid"] is None and row["comm"] == "pair"]
    seconds = json.loads(output)["interval_ns"] / 1e9
    grown = (ended["thread_per_s"] + ended["process_per_s"] + ended["other_per_s"]) * seconds
    assert 0 < grown < charged / 4
    assert ended["switches"] >= charged

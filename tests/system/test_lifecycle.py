# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Tasks come, are renamed, and go; the lists follow, and stay bounded."""

import contextlib
import os
import time

import pytest

import identities
from tracer import PATIENCE_S
from workloads import SLOWNESS

pytestmark = pytest.mark.kernel

STORM = 10000 // SLOWNESS

NAMES = {
    b"plain": "plain",
    b'"quo\'te"': '"quo\'te"',
    b"back\\slash": "back\\\\slash",
    b"new\nline": "new\\x0aline",
    b"\xff\xfe\xff": "\\xff\\xfe\\xff",
    b"\x1b[31mred": "\\x1b[31mred",
    b"": "(empty)",
    "gr\u00fc\u00df".encode(): "gr\u00fc\u00df",
}


def test_renamed_tasks_bear_their_new_name(tracer, workload):
    traced = tracer()
    program = workload("names", *(name.hex() for name in NAMES))
    before = traced.fresh()
    for tid in program.tids:
        assert identities.thread(before, tid)["comm"] == "names"
    program.go()
    after = traced.fresh()
    for tid, shown in zip(program.tids, NAMES.values()):
        assert identities.thread(after, tid)["comm"] == shown
        assert identities.group(after, tid)["comm"] == shown


def test_tasks_that_existed_before_are_known(tracer, workload):
    """Every task that /proc has is listed, with its name, group and start."""
    program = workload("pair", "thread", "futex", 0, 10)
    traced = tracer()
    publication = traced.publication(0)
    listed = {t["tid"]: t for t in publication["threads"]}
    for tid in program.tids:
        with open(f"/proc/{tid}/stat", encoding="ascii") as file:
            start_ticks = int(file.read().rsplit(")", 1)[1].split()[19])
        assert listed[tid]["comm"] == "pair"
        assert listed[tid]["tgid"] == program.line["pid"]
        # Both clocks run alike unless the machine was suspended.
        assert abs(listed[tid]["start_ns"] / 1e9 - start_ticks / os.sysconf("SC_CLK_TCK")) < 0.05
    group = identities.group(publication, program.line["pid"])
    assert group["threads"] == 3
    assert group["ppid"] == os.getpid()
    assert group["cmdline"].endswith("pair thread futex 0 10")


def test_a_storm_leaves_nothing_behind(tracer, workload):
    traced = tracer()
    first = traced.fresh()
    for kind in ("process", "thread"):
        program = workload("storm", kind, STORM)
        program.go()
        program.end()
    # Others start and end programs meanwhile.
    deadline = time.monotonic() + PATIENCE_S
    while True:
        last = traced.fresh()
        if (len(last["threads"]) < len(first["threads"]) + 50
                and len(last["groups"]) < len(first["groups"]) + 50):
            break
        assert time.monotonic() < deadline, "ended tasks are still listed"
    lost = identities.check_task_events(traced)
    assert last["other"]["unattributed"] == 0 or lost
    # What they were charged with is kept.
    assert sum(last["other"]["switches"].values()) >= STORM
    traced.stop()
    identities.check_all(traced.publications)


def test_thread_counts_of_groups(tracer, workload):
    """A group counts its living threads, as /proc does."""
    program = workload("pair", "thread", "futex", 0, 10)
    traced = tracer()
    program.go()
    publication = traced.fresh()
    agree = []
    for group in publication["groups"]:
        if group["tgid"] <= 1:  # PID 1's threads may be hidden (doc/manual.md, "Limits")
            continue
        with contextlib.suppress(FileNotFoundError):
            agree.append(group["threads"] == len(os.listdir(f"/proc/{group['tgid']}/task")))
    # Others start and end threads meanwhile.
    assert agree.count(True) >= len(agree) * 0.9
    assert identities.group(publication, program.line["pid"])["threads"] == 3


def test_the_idle_tasks_are_one_thread_of_one_group(tracer):
    publication = tracer().fresh()
    thread, = [t for t in publication["threads"] if t["tid"] == 0]
    group, = [g for g in publication["groups"] if g["tgid"] == 0]
    assert thread["comm"] == group["comm"] == "idle"
    assert thread["in"] == group["switches"]

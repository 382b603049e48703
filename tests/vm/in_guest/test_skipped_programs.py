# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Programs of task events that the kernel does not run, since they would interrupt a run of themselves
(it does so where tracepoints' callbacks are preemptible): each is told of as a lost event, and what it
would have said is asked for.
"""

import os
import pathlib
import shutil
import subprocess
import time

import identities
from links import skipped_runs
from tracer import PATIENCE_S
from workloads import PROGRAMS

ROUNDS = 100
# So many skipped runs are enough; where programs cannot be preempted, there are none to wait for.
ENOUGH, MOST_STORMS = 20, 5
TRUE = shutil.which("true")


def storms():
    """Forks, threads, execs and renames on all CPUs, which preempt each other."""
    commands = [[PROGRAMS / "storm", kind, str(ROUNDS)] for kind in ("process", "thread")] * 4
    commands += [["sh", "-c", f"i=0; while [ $i -lt {ROUNDS // 10} ]; do {TRUE}; i=$((i+1)); done"]] * 4
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
               for command in commands]
    for program in running:
        program.communicate(b"\n\n", timeout=PATIENCE_S * 3)


def names():
    """What the tasks are called that /proc has (of kernel threads it tells more)."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/task/[0-9]*/comm"):
        try:
            found[int(path.parent.name)] = path.read_bytes().rstrip(b"\n").decode()[:15]
        except OSError:
            continue
    return found


def test_storms(tracer):
    traced = tracer("--ring-size", 1 << 20)
    before = skipped_runs()
    missed = 0
    for _ in range(MOST_STORMS):
        storms()
        missed = skipped_runs() - before
        if missed >= ENOUGH:
            break
    print(f"{missed} runs were skipped")
    last = traced.fresh()
    assert last["accounting"]["task_events_lost"] >= missed
    assert missed or not last["accounting"]["task_events_lost"]
    # Whatever was lost, soon the list is that of /proc.
    deadline = time.monotonic() + PATIENCE_S
    while True:
        there = names()
        publication = traced.fresh()
        kernel = {g["tgid"] for g in publication["groups"] if g["application"]["name"] == "kernel"}
        listed = {t["tid"]: t["comm"] for t in publication["threads"] if t["tid"]}
        if there == names() and all(tid in listed and (tid in kernel or listed[tid] == name)
                                    for tid, name in there.items()):
            break
        assert time.monotonic() < deadline, set(there.items()) ^ set(listed.items())
    assert set(listed) == set(there) and os.getpid() in listed
    traced.stop()
    identities.check_all(traced.publications)
    identities.check_unseen(traced)

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What BPF links exist and who holds them, and runs of programs that the kernel skipped."""

import glob
import json
import os
import subprocess
import time


# Programs of task events, by bpf/lifecycle.bpf.c and bpf/clocks.bpf.c.
PROGRAMS_OF_TASKS = ("task_newtask", "sched_process_fork", "sched_process_exec", "task_rename",
                     "sched_process_exit", "cgroup_attach_task", "suspend_resume")


def bpftool(what):
    for _ in range(100):
        result = subprocess.run(["/usr/sbin/bpftool", what, "list", "-j"], timeout=60,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        # It fails when one goes while it lists them.
        if result.returncode == 0:
            return json.loads(result.stdout or b"[]")
        time.sleep(0.02)
    raise RuntimeError(f"bpftool cannot list: {what}")


def links():
    """The ids of all BPF links."""
    return {link["id"] for link in bpftool("link")}


def skipped_runs():
    """
    Runs of programs of task events that would have interrupted a run of themselves, as the kernel
    has counted them (where tracepoints' callbacks are preemptible).
    """
    return sum(program.get("recursion_misses", 0) for program in bpftool("prog")
               if any(name.startswith(program.get("name") or "?") for name in PROGRAMS_OF_TASKS))


def held():
    """The ids of the links that some process has open."""
    ids = set()
    for path in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            if "bpf" not in os.readlink(path):
                continue
            with open(path.replace("/fd/", "/fdinfo/"), encoding="ascii") as file:
                info = dict(line.split(":", 1) for line in file if ":" in line)
        except OSError:
            continue
        if "link_id" in info:
            ids.add(int(info["link_id"]))
    return ids


def left_behind(before):
    """Links that came since `before` and that no process holds: nobody will ever detach them."""
    deadline = time.monotonic() + 5
    while left := links() - before - held():
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return left

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Processes and threads as /proc, ps, top and tvtrace list them."""

import collections
import contextlib
import json
import os
import pathlib
import subprocess
import time

from control import OK, TVTRACE
from tracer import PATIENCE_S

Task = collections.namedtuple("Task", "pid ppid lwp nlwp")


def tasks_of(pids):
    """{pid: {tid: name}} of those that live."""
    found = {}
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found[pid] = names_of(pid)
    return found


def names_of(pid):
    names = {}
    for path in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            names[int(path.name)] = (path / "comm").read_text(
                encoding="utf-8", errors="replace").rstrip("\n")
    return names


def output(*command):
    # top shows 15 bytes of a name in any width that it is given.
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "512", "HOME": "/nonexistent"}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          timeout=PATIENCE_S, env=environment).stdout.decode(errors="replace")


def by_ps(pids):
    rows = [line.split(None, 9) for line in output("ps", "-eLf").splitlines()[1:]]
    tasks = {Task(int(row[1]), int(row[2]), int(row[3]), int(row[5])) for row in rows}
    return {task for task in tasks if task.pid in pids}


def by_top(tids):
    """{tid: name}"""
    rows = [line.split(None, 11) for line in output("top", "-H", "-b", "-n1", "-w512").splitlines()]
    named = {int(row[0]): row[11].rstrip() for row in rows if len(row) == 12 and row[0].isdigit()}
    return {tid: name for tid, name in named.items() if tid in tids}


def by_tvtrace(pids):
    """The rows of each of these groups' threads, asked for side by side."""
    running = [subprocess.Popen([TVTRACE, "threads", str(pid), "--json", "-i", "0.05", "-n", "1"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE) for pid in pids]
    rows = []
    for process in running:
        out, errors = process.communicate(timeout=PATIENCE_S)
        # A group that has ended meanwhile is an error, and the lists are made again.
        if process.returncode == OK:
            rows += [row for row in json.loads(out)["threads"] if row["lwp"] is not None]
        else:
            assert b"group" in errors, errors
    return rows


Lists = collections.namedtuple("Lists", "proc ps top tvtrace own")


def lists(system):
    """All of them, of a moment in which no task came or went or changed its name; None: of none."""
    deadline = time.monotonic() + 6
    while time.monotonic() < deadline:
        before = tasks_of(system.pids())
        tids = {tid for names in before.values() for tid in names}
        made = Lists(before, by_ps(before), by_top(tids), by_tvtrace(before), system.own_pids())
        if before == tasks_of(system.pids()):
            return made
    return None

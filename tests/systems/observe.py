# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Runs one system under its load, and takes down what tvtrace says of it and what the kernel and the
program say. What is right is asked later: when the system has ended, nothing waits for it.
"""

import contextlib
import functools
import json
import os
import signal
import subprocess
import time

import listing
from control import OK, TVTRACE, Client, tvtrace
from expected import EXPECTED
from identities import AFTER, KINDS
from replay import Replay
from system import children, wait_until
from tracer import PATIENCE_S
from workloads import counters

WINDOW_S = 2
TRIES = 3
# Of a busy system only the last part is captured: python3-protobuf is slow.
LEAST_S, MOST_SWITCHES = 0.4, 20000
MOST_S = 30


@functools.cache
def has_advise():
    return tvtrace("help", "advise").returncode == OK


def start(*command):
    return subprocess.Popen([TVTRACE, *map(str, command), "--json"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def has_seen(advising):
    """Whether it has what it looks at: then it measures its prices, with tasks of its own."""
    return (advising.poll() is not None or children(advising.pid)
            or len(os.listdir(f"/proc/{advising.pid}/task")) > 1)


class Bracket:
    """A snapshot of the daemon's, and the kernel's counters just before and just after it."""

    def __init__(self, client, system):
        for _ in range(TRIES):
            self._take(client, system)
            # What is on its way out of a CPU is counted by the kernel first.
            if not self.wrong():
                break

    def _take(self, client, system):
        self.before = self._counters(system.pids())
        self.reply = client.snapshot("groups", "threads", "accounting")
        self.after = self._counters(system.pids())
        self.threads = {t["tid"]: t for t in self.reply["threads"]}
        self.groups = [g for g in self.reply["groups"]
                       if g["application"]["name"] == system.application]

    def _counters(self, pids):
        found = {}
        for names in listing.tasks_of(pids).values():
            for tid in names:
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    found[tid] = counters(tid)
        return found

    def surviving(self):
        """(tid, before, tvtraced's, after) of each thread that lived all the while."""
        for tid in self.before.keys() & self.after.keys():
            out = self.threads[tid]["out"]
            yield tid, self.before[tid], (out["voluntary"], out["preempted"]), self.after[tid]

    def wrong(self):
        """Those of which tvtraced has counted more than the kernel did, or less."""
        spilled = self.reply["accounting"]["spilled"]
        return [one for one in self.surviving()
                if not all(least - spilled <= counted <= most
                           for least, counted, most in zip(*one[1:]))]


class Seen:
    """What was taken down."""

    def __init__(self, system, tmp_path):
        self.name, self.application = system.name, system.application
        self.system_pid = system.process.pid
        with Client() as client:
            self.early = Bracket(client, system)
            self._window(system)
            # Both look at what has just been.
            capture = self._capture(system, tmp_path)
            advising = self._begin_to_advise()
            self.late = Bracket(client, system)
            self._take_structure(system)
            self._replay(capture)
            if advising:
                wait_until(lambda: has_seen(advising), "advise does not see anything")
            system.check_load()
            system.end_load()
            self.lists = listing.lists(system)
            self.rest = Bracket(client, system)
        self.own_tasks = system.own_tasks()
        # It looks at the processes, too, when it has measured its prices.
        self.advised = self._end_of(advising) if advising else None
        self._advise_for_longer(system)

    def _advise_for_longer(self, system):
        """As it asks for, when too little ran; with the load over, nothing more will."""
        advice = self.advice
        if not advice or advice["shape"] != "idle" or system.load_needs:
            return
        seconds = min(1.5 * (advice["enough_s"] or 0), MOST_S)
        if seconds:
            self.advised = self._end_of(
                start("advise", "--app", self.application, "--for", seconds))

    def _window(self, system):
        """Groups and applications of the same seconds."""
        pids_before = system.pids()
        running = [start(*command, "-i", WINDOW_S, "-n", 1)
                   for command in (("groups",), ("groups", "--app"))]
        groups, applications = map(self._end_of, running)
        self.pids_always = pids_before & system.pids()
        self.pids_ever = pids_before | system.pids()
        # Both have lines of what ended, too.
        self.groups = [row for row in groups["groups"] if row["application"] == self.application]
        self.row, = [row for row in applications["applications"]
                     if row["application"] == self.application]

    def _capture(self, system, tmp_path):
        path = tmp_path / f"{self.name}.pftrace"
        rate = sum(self.row[key] for key in ("thread_per_s", "process_per_s", "other_per_s"))
        self.captured_s = min(WINDOW_S, max(LEAST_S, MOST_SWITCHES / max(rate, 1)))
        result = tvtrace("capture", "--last", self.captured_s, "--app", self.application, "--force",
                         "-o", path)
        assert result.returncode == OK, result.stderr
        return path

    def _begin_to_advise(self):
        if not has_advise():
            return None
        return start("advise", "--app", self.application, "--last", WINDOW_S)

    @staticmethod
    def _end_of(process):
        output, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == OK, errors.decode()
        return json.loads(output)

    def _take_structure(self, system):
        during = listing.tasks_of(system.pids())
        self.tasks = {pid: set(names) for pid, names in during.items()}
        self.names = {tid: name for names in during.values() for tid, name in names.items()}

    def _replay(self, path):
        pid_of = {tid: pid for pid, tids in self.tasks.items() for tid in tids}
        self.replay = Replay(path.read_bytes(), pid_of)
        path.unlink()

    @property
    def whole(self):
        """Whether the capture and the advice are of the same seconds."""
        return self.captured_s == WINDOW_S

    @property
    def pids_of_snapshots(self):
        """What came and went while groups were listed, where tasks come and go."""
        return {g["tgid"] for bracket in (self.early, self.late) for g in bracket.groups} | {
            self.replay.tgids[tid] for tid in self.replay.tgids}

    @property
    def advice(self):
        """What `tvtrace advise` says of this application; None: there is no such command."""
        if self.advised is None:
            return None
        told, = [entry for entry in self.advised["applications"]
                 if entry["application"] == self.application]
        return told

    @functools.cached_property
    def from_user(self):
        """{kind: growth} of switches from a task of a program, between both looks under load."""
        return {kind: self._grown("from_user", kind) for kind in KINDS}

    def _grown(self, key, kind):
        earlier = {(g["tgid"], g["start_ns"]): g for g in self.early.groups}
        return sum(g[key][kind] - (earlier[g["tgid"], g["start_ns"]][key][kind]
                                   if (g["tgid"], g["start_ns"]) in earlier else 0)
                   for g in self.late.groups)

    @property
    def wait_p99_ns(self):
        """Of the group whose waits are most: that of the waits after it was woken or preempted."""
        busiest = max(self.late.groups, key=lambda g: sum(g["waits"].values()), default=None)
        return max((busiest["wait_p99_ns"][after] for after in AFTER), default=0) if busiest else 0

    @property
    def creations_per_s(self):
        return sum(self.row[key] or 0
                   for key in ("new_threads_per_s", "forks_per_s", "spawns_per_s"))


def interrupt(*_):
    raise KeyboardInterrupt


def observe(name, kind, places, tmp_path):
    """What was seen of a system, which has ended, also when this is ended meanwhile."""
    before = signal.signal(signal.SIGTERM, interrupt)
    started = time.monotonic()
    system = kind(name, places)
    try:
        system.start()
        system.start_load()
        seen = Seen(system, tmp_path)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{system.said()}") from error
    finally:
        system.end()
        signal.signal(signal.SIGTERM, before)
    seen.system, seen.expected = system, EXPECTED[name]
    seen.took_s = time.monotonic() - started
    return seen

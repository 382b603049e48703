# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
What the creation of a task takes: as its creator's own clock sees it, without tvtraced and with it,
and as tvtraced says. All take turns. And what switches do to the TLB, by how many address spaces
take turns on a CPU.
"""

import contextlib
import json
import statistics
import subprocess
import sys

import tracing
from tracers import tvtraced

# What is created, how often, and how much memory is resident in the creator, in MiB.
CASES = (("thread", 400, 1), ("fork", 200, 1), ("fork", 60, 100), ("fork", 12, 1000),
         ("vfork", 100, 1))
KINDS = {"thread": "thread", "fork": "process", "vfork": "vm_process"}
SOURCES = ("none", "fentry", "kprobe", "timer", "syscalls")
ADDRESS_SPACES = (2, 4, 6, 7, 8, 16)
YIELDING = "import os\nos.sched_setaffinity(0, {%d})\nwhile True:\n    os.sched_yield()\n"
SECONDS = 2


def create(build, how, number, mib):
    """The creator's own times; it waits until it is told to end."""
    program = subprocess.Popen([f"{build}/tests/create", how, str(number), str(mib)], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    program.stdout.readline()
    program.stdin.write("\n")
    program.stdin.flush()
    return program, json.loads(program.stdout.readline())["call_ns"]


def end(program):
    program.stdin.close()
    program.wait()
    program.stdout.close()


class Source:
    """All rounds with one source; None: without tvtraced."""

    def __init__(self, name):
        self.name = name
        self.tracer = name and tvtraced("--json", "--interval", "0.5", f"--creation-cost={name}",
                                        ready=r"^\{")
        self.unavailable = None
        self.bias_ns = None
        self.own = {case: [] for case in CASES}       # medians
        self.own_means = {case: [] for case in CASES}
        self.said = {case: [] for case in CASES}      # means
        self.resident = {}

    def _case(self, build, case, running):
        program, own = create(build, *case)
        try:
            self.own[case].append(statistics.median(own))
            self.own_means[case].append(statistics.mean(own))
            if self.name in (None, "none"):
                return
            publication = tracing.next_publication(running)
            group = next(g for g in publication["groups"] if g["tgid"] == program.pid)
            created, kind = group["created"], KINDS[case[0]]
            self.bias_ns = publication["creation_bias_ns"]
            self.said[case].append(created["duration_ns"][kind] / created["timed"][kind])
            self.resident[case] = created["resident_bytes"]
        finally:
            end(program)

    def round(self, build):
        running = None
        if self.tracer:
            try:
                running = tracing.start(self.tracer, build)
            except tracing.Disturbed:
                raise
            except tracing.Unavailable as reason:
                self.unavailable = str(reason)
                return
        try:
            for case in CASES:
                self._case(build, case, running)
        finally:
            if running:
                running.stop()

    def result(self, without):
        cases = []
        for case in CASES:
            said = self.said[case]
            cases.append({
                "creates": case[0], "mib": case[2],
                "own_ns": statistics.median(self.own[case]),
                "added_ns": statistics.median(
                    mine - other for mine, other in zip(self.own[case], without.own[case])),
                "own_mean_ns": statistics.median(self.own_means[case]),
                "said_mean_ns": statistics.median(said) if said else None,
                "resident_bytes": self.resident.get(case)})
        return {"source": self.name, "bias_ns": self.bias_ns, "cases": cases}


def creations(build, rounds):
    without, sources = Source(None), [Source(name) for name in SOURCES]
    tracing.wait_alone()
    for _ in range(rounds):
        for source in [without, *sources]:
            if not source.unavailable:
                source.round(build)
    return {"rounds": rounds, "without": without.result(without),
            "sources": [s.result(without) for s in sources if not s.unavailable],
            "unavailable": {s.name: s.unavailable for s in sources if s.unavailable}}


@contextlib.contextmanager
def rotating(number, cpu):
    tasks = [subprocess.Popen([sys.executable, "-c", YIELDING % cpu], stdin=subprocess.DEVNULL)
             for _ in range(number)]
    try:
        yield
    finally:
        for task in tasks:
            task.kill()
            task.wait()


def tlb(build, cpu):
    """{how many: share of cross-mm switches that flushed, in percent}"""
    running, shares = tracing.start(tvtraced("--json", "--interval", "0.5", "--tlb", ready=r"^\{"),
                                    build), {}
    try:
        for number in ADDRESS_SPACES:
            with rotating(number, cpu):
                tracing.next_publication(running)
                first = tracing.next_publication(running)
                running.wait_lines(len(running.lines) + SECONDS * 2, 10)
                last = json.loads(running.lines[-1])
            grown = {}
            for publication, sign in ((first, -1), (last, 1)):
                entry = next(e for e in publication["tlb"] if e["kind"] == "process")
                for outcome in ("flush", "reuse", "none"):
                    grown[outcome] = grown.get(outcome, 0) + sign * entry[outcome]
            shares[number] = grown["flush"] / sum(grown.values()) * 100
    finally:
        running.stop()
    return shares

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
Do others see the same waits? tvtraced runs at the same time as another tracer of run-queue latency,
on the same load, and the two distributions are compared.
"""

import collections
import contextlib
import json
import math
import re
import statistics
import subprocess
import sys
import time

import tracing
from tracers import WHEN_ATTACHED, Tracer, tvtraced

# Runs for 3 ms and sleeps for 0.7 ms by turns.
RESTLESS = """
import time
while True:
    until = time.monotonic() + 0.003
    while time.monotonic() < until:
        pass
    time.sleep(0.0007)
"""
TASKS_PER_CPU = 4
LONG = 4  # from 32 µs on: where reading the clock a little later or not makes no difference
QUANTILES = (0.5, 0.9, 0.99)

RUNQLAT = Tracer("runqlat (libbpf-tools)", "histogram of run-queue latency",
                 ["stdbuf", "-oL", "/usr/sbin/runqlat"], "Hit Ctrl-C", keeps_output=True)
# It prints each wait that is longer than it is told.
RUNQSLOWER = Tracer("runqslower (libbpf-tools)", "long run-queue latencies",
                    ["stdbuf", "-oL", "/usr/sbin/runqslower", str(2 ** (LONG + 1))], "^TIME",
                    keeps_output=True)
PERF_SCHED = Tracer("perf sched record", "file of all scheduler events",
                    ["sh", "-c", f"trap : INT; perf sched record -o {{dir}}/perf.data -- "
                     f"{WHEN_ATTACHED}; perf sched latency -i {{dir}}/perf.data"],
                    keeps_output=True)
OURS = tvtraced("--json", "--interval", "1", ready=r"^\{")


@contextlib.contextmanager
def restless_tasks(cpus):
    tasks = [subprocess.Popen([sys.executable, "-c", RESTLESS], stdin=subprocess.DEVNULL)
             for _ in range(TASKS_PER_CPU * len(cpus))]
    try:
        yield
    finally:
        for task in tasks:
            task.kill()
            task.wait()


def octaves_of_tvtraced(publication):
    """{octave in µs: count}: 0 is below 2 µs, e is 2^e µs to twice that, as runqlat has them."""
    counts = {}
    for wait in publication["wait"]:
        for bucket in wait["buckets"]:
            ns = 1 << 30 if bucket["le_ns"] is None else bucket["le_ns"]
            octave = max(0, (ns // 1000).bit_length() - 1)
            counts[octave] = counts.get(octave, 0) + bucket["count"]
    return counts


def grown(counts, before):
    return {octave: n - before.get(octave, 0) for octave, n in counts.items()}


def octaves_of_runqlat(lines):
    counts = {}
    for line in lines:
        found = re.match(r"\s*(\d+) -> (\d+)\s*: (\d+)", line)
        if found and int(found[3]):
            counts[max(0, int(found[2]).bit_length() - 1)] = int(found[3])
    return counts


def octaves_of_runqslower(lines):
    counts = collections.Counter()
    for line in lines:
        found = re.match(r"\d+:\d+:\d+ .* (\d+)\s*$", line)
        if found:
            counts[int(found[1]).bit_length() - 1] += 1
    return counts


def mean_of_perf(lines):
    """Mean delay in ns, and how many delays: of `perf sched latency`, over all tasks."""
    total = number = 0
    for line in lines:
        found = re.search(r"\|\s*([\d.]+) ms \|\s*(\d+) \| avg:\s*([\d.]+) ms", line)
        if found:
            number += int(found[2])
            total += int(found[2]) * float(found[3]) * 1e6
    return (total / number if number else math.nan), number


def largest_difference(a, b, from_octave=0):
    """
    Of the two cumulative shares at the upper bounds of octaves, in points: the statistic of
    Kolmogorov and Smirnov.
    """
    sums, below, result = (sum(a.values()), sum(b.values())), [0, 0], 0
    for octave in range(max([*a, *b]) + 1):
        for i, counts in enumerate((a, b)):
            below[i] += counts.get(octave, 0)
        if octave >= from_octave:
            result = max(result, abs(below[0] / sums[0] - below[1] / sums[1]))
    return result * 100


def quantile(counts, q):
    """The upper bound of its octave, in µs."""
    rank, below = math.ceil(q * sum(counts.values())), 0
    for octave in sorted(counts):
        below += counts[octave]
        if below >= rank:
            return 2 ** (octave + 1)
    return 0


def together(tracer, build, cpus, seconds):
    """What two said of the same load: two publications of tvtraced, and the lines of the other."""
    tracing.wait_alone()
    ours = tracing.start(OURS, build)
    try:
        other = tracing.start(tracer, build)
        try:
            first = json.loads(ours.lines[-1])
            with restless_tasks(cpus):
                time.sleep(seconds)
            last = tracing.next_publication(ours)
        finally:
            other.stop()
    finally:
        ours.stop()
    return first, last, other.lines


def against_runqlat(build, cpus, seconds, rounds):
    found = []
    for _ in range(rounds):
        first, last, lines = together(RUNQLAT, build, cpus, seconds)
        ours = grown(octaves_of_tvtraced(last), octaves_of_tvtraced(first))
        theirs = octaves_of_runqlat(lines)
        found.append({
            "count": (sum(ours.values()), sum(theirs.values())),
            "difference_points": largest_difference(ours, theirs),
            "difference_of_long_points": largest_difference(ours, theirs, LONG),
            "quantiles_us": {str(q): (quantile(ours, q), quantile(theirs, q))
                             for q in QUANTILES}})
    return sorted(found, key=lambda f: f["difference_points"])[len(found) // 2]


def against_runqslower(build, cpus, seconds, rounds):
    """Of the long waits only."""
    found = []
    for _ in range(rounds):
        first, last, lines = together(RUNQSLOWER, build, cpus, seconds)
        ours = {octave: n for octave, n in grown(octaves_of_tvtraced(last),
                                                 octaves_of_tvtraced(first)).items()
                if octave > LONG}
        theirs = octaves_of_runqslower(lines)
        found.append({
            "above_us": 2 ** (LONG + 1),
            "count": (sum(ours.values()), sum(theirs.values())),
            "difference_points": largest_difference(ours, theirs),
            "quantiles_us": {str(q): (quantile(ours, q), quantile(theirs, q))
                             for q in QUANTILES}})
    return sorted(found, key=lambda f: f["difference_points"])[len(found) // 2]


def against_perf(build, cpus, seconds, rounds):
    ratios, latest = [], None
    for _ in range(rounds):
        first, last, lines = together(PERF_SCHED, build, cpus, seconds)
        number, total = (sum(w[key] for w in last["wait"]) - sum(w[key] for w in first["wait"])
                         for key in ("count", "sum_ns"))
        mean = total / number
        theirs, their_number = mean_of_perf(lines)
        ratios.append(mean / theirs)
        latest = {"count": (number, their_number), "mean_ns": (mean, theirs)}
    return {**latest, "ratio_median": statistics.median(ratios)}


def measure(build, cpus, seconds, rounds):
    """Of each other tracer what the median round found, or why there is none."""
    result = {"seconds": seconds, "rounds": rounds, "tasks": TASKS_PER_CPU * len(cpus)}
    for name, compare in (("runqlat", against_runqlat), ("runqslower", against_runqslower),
                          ("perf", against_perf)):
        try:
            result[name] = compare(build, cpus, seconds, rounds)
        except tracing.Unavailable as reason:
            result[name] = {"unavailable": str(reason)}
    return result

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""
The benchmark of tvtraced: what it adds to a switch, beside other tracers; what the daemon takes;
whether the costs it measures are true, and what they leave out. Prints tables in Markdown, or JSON.
Installs nothing. Times never make it fail: it exits 0 whenever it could measure. Run by
`make bench`, as root.
"""

import argparse
import functools
import json
import os
import platform
import signal
import sys
import time

import accuracy
import added
import capturing
import clients
import creating
import daemon
import outside
import report
import tracers
import waiting
from tracing import Unavailable
from workload import YieldPair

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Rounds and windows of the tracers' comparison, and of the accuracy; seconds of load, and how
# often; the same of the waits; rounds of the creations; seconds of idle; groups and threads of each in the crowd, snapshots
# of it, and seconds of `tvtrace top`.
FULL = {"rounds": 9, "windows": 40, "true_rounds": 15, "true_windows": 100, "load": (6, 5),
        "waits": (6, 3), "creations": 5, "idle": 30, "crowd": (10000, 10), "snapshots": 9, "top": 20}
QUICK = {"rounds": 2, "windows": 20, "true_rounds": 3, "true_windows": 50, "load": (4, 1),
         "waits": (3, 1), "creations": 1, "idle": 3, "crowd": (300, 5), "snapshots": 3, "top": 5}
PERIOD_MS = 10000  # in which each thread of the crowd wakes once
YIELDS = 1000  # of one window; twice as many switches


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def has_pcid():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return any(line.startswith("flags") and " pcid " in line for line in file)


def machine(cpus):
    return {"kernel": platform.release(), "processor": processor(), "cpus": len(cpus),
            "pcid": has_pcid(), "date": time.strftime("%Y-%m-%d"),
            "load_average_before": os.getloadavg()[0]}


def choose_tracers(names):
    if not names:
        return tracers.ALL
    return [tracers.NOTHING] + [t for t in tracers.ALL if any(name in t.name for name in names)]


def measure_added(pair, options, size, results):
    blocks = added.Blocks(pair, options.build, size["windows"], YIELDS)
    installed, absent = tracers.split_by_installed(choose_tracers(options.tracer))
    measurements = added.measure(installed, blocks, size["rounds"])
    results["baseline"] = added.baseline(measurements)
    results["added"] = [m.result() for m in measurements]
    results["not_run"] = tracers.NOT_RUN
    results["not_installed"] = {"tracers": [tracer.name for tracer in absent],
                                "packages": sorted({tracer.package for tracer in absent})}


def measure_one(tracer, pair, options, size):
    blocks = added.Blocks(pair, options.build, size["true_windows"], YIELDS)
    measurement, = added.measure([tracer], blocks, size["true_rounds"])
    if not measurement.rounds:
        raise Unavailable(measurement.unavailable or "no round was undisturbed")
    return measurement


def measure_accuracy(pair, options, size, results):
    results["accuracy"] = accuracy.result(measure_one(tracers.TVTRACED, pair, options, size))


def measure_outside(pair, options, size, results):
    probe = outside.probe(pair.process.pid)
    results["outside"] = outside.result(measure_one(probe, pair, options, size))


def measure_with_pair(part, cpus, options, size, results):
    """The parts around one yield pair; this process and all tracers leave it a CPU of its own."""
    workload_cpu = max(cpus)
    os.sched_setaffinity(0, cpus - {workload_cpu} or cpus)
    try:
        with YieldPair(f"{options.build}/bench", workload_cpu) as pair:
            part(pair, options, size, results)
    finally:
        os.sched_setaffinity(0, cpus)


def measure_load(cpus, options, size, results):
    results["load"] = daemon.loads(options.build, cpus, max(cpus), *size["load"])


def measure_waits(cpus, options, size, results):
    results["waits"] = waiting.measure(options.build, cpus, *size["waits"])


def measure_creations(cpus, options, size, results):
    results["creations"] = creating.creations(options.build, size["creations"])


def measure_tlb(cpus, options, size, results):
    results["tlb"] = creating.tlb(options.build, max(cpus))


def measure_idle(cpus, options, size, results):
    results["idle"] = daemon.idle(options.build, cpus, size["idle"])


def measure_clients(cpus, options, size, results):
    results["clients"] = clients.measure(options.build, cpus, *size["crowd"], PERIOD_MS,
                                         size["snapshots"], size["top"])


def measure_captures(cpus, options, size, results):
    results["captures"] = capturing.measure(options.build, cpus, max(cpus), *size["load"])


PARTS = {
    "added": functools.partial(measure_with_pair, measure_added),
    "accuracy": functools.partial(measure_with_pair, measure_accuracy),
    "outside": functools.partial(measure_with_pair, measure_outside),
    "waits": measure_waits,
    "creations": measure_creations,
    "tlb": measure_tlb,
    "load": measure_load,
    "idle": measure_idle,
    "clients": measure_clients,
    "captures": measure_captures,
}


def measure(options, size):
    """Runs the parts; one that cannot be measured leaves its reason and does not stop the rest."""
    cpus = os.sched_getaffinity(0)
    results = {"machine": machine(cpus), "failed": {}}
    for name in options.part or PARTS:
        added.say(f"part: {name}")
        try:
            PARTS[name](cpus, options, size, results)
        except Unavailable as reason:
            results["failed"][name] = str(reason)
    return results


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=os.path.join(REPOSITORY, "build"), metavar="DIR",
                        help="where the binaries are (default: build/ of the repository)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--quick", action="store_true", help="a minute, to see that all of it runs")
    parser.add_argument("--part", action="append", choices=list(PARTS),
                        help="measure only this; may be repeated")
    parser.add_argument("--tracer", action="append", metavar="TEXT",
                        help="compare only tracers with TEXT in their name; may be repeated")
    return parser.parse_args()


def main():
    options = arguments()
    if os.geteuid():
        print("bench.py: tracing needs root; run it with sudo", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # with clean-up
    options.build = os.path.abspath(options.build)
    if not os.path.exists(f"{options.build}/bench/yield_pair"):
        print(f"bench.py: nothing is built in {options.build}; run make bench", file=sys.stderr)
        return 1
    start = time.monotonic()
    results = measure(options, QUICK if options.quick else FULL)
    results["seconds"] = time.monotonic() - start
    results["verdicts"] = report.verdicts(results)
    if options.json:
        json.dump(results, sys.stdout, indent=1)
        print()
    else:
        print(report.markdown(results))
    return 1 if results["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the flight recorder costs, and what captures take: time, CPU and bytes of each switch."""

import dataclasses
import json
import os
import statistics
import subprocess
import tempfile
import time

import tracing
from clients import ask
from daemon import under_load
from tracers import SERVICE, TVTRACED
from workload import YieldPair

PATIENCE_S = 120


def with_recorder(tracer, size):
    return dataclasses.replace(tracer, command=[*tracer.command, "--recorder", size])


def recorder(build, cpu, others, seconds, times):
    """The daemon's CPU of a record with the flight recorder and without it, in turns."""
    runs = {"0": [], "64M": []}
    for _ in range(times):
        for size, results in runs.items():
            results.append(under_load(build, size, [cpu], 1, others, seconds,
                                      with_recorder(TVTRACED, size))["cpu_ns_per_record"])
    off, on = (statistics.median(results) for results in runs.values())
    return {"off_ns_per_record": off, "on_ns_per_record": on,
            "ratio_median": statistics.median(b / a for a, b in zip(*runs.values()))}


def daemon_now():
    reply, _, _ = ask(op="snapshot", parts=["probe", "accounting"])
    return reply["probe"]["own_cpu_ns"], reply["accounting"], reply["time_ns"]


def capture(build, directory, *options):
    """One capture; what it has, and the CPU that the daemon took meanwhile."""
    path = os.path.join(directory, "t.pftrace")
    cpu, accounting, start = daemon_now()
    try:
        subprocess.run([f"{build}/tvtrace", "capture", "--force", "-o", path, *options],
                       stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=PATIENCE_S,
                       check=True)
        cpu_after, accounting_after, end = daemon_now()
        report = subprocess.run([f"{build}/tvtrace", "report", "--json", path],
                                stdout=subprocess.PIPE, timeout=PATIENCE_S, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        raise tracing.Unavailable(f"tvtrace: {error}") from error
    switches = json.loads(report.stdout)["accounting"]["switches"]
    if not switches:
        raise tracing.Unavailable("a capture was empty")
    return {"switches": switches, "seconds": (end - start) / 1e9,
            "bytes_per_switch": os.path.getsize(path) / switches,
            "daemon_cpu_percent": (cpu_after - cpu) / (end - start) * 100,
            "daemon_cpu_ns_per_switch": (cpu_after - cpu) / switches,
            "spilled": accounting_after["spilled"] - accounting["spilled"]}


def writing(build, cpu, others, seconds):
    """What the recorder has after a load, written; and what comes during one."""
    result = {}
    running = tracing.start(SERVICE, build, others)
    try:
        with YieldPair(build + "/bench", cpu) as pair, tempfile.TemporaryDirectory() as directory:
            pair.start_load("thread", seconds)
            pair.finish_load()
            result["last"] = capture(build, directory, "--last", "3600")
            result["last, -z"] = capture(build, directory, "--last", "3600", "-z")
            pair.start_load("thread", seconds + 2)
            time.sleep(1)
            result["next, under load"] = capture(build, directory, "--for", str(seconds))
            pair.finish_load()
    finally:
        running.stop()
    return result


def measure(build, cpus, workload_cpu, seconds, times):
    others = cpus - {workload_cpu} or cpus
    return {"recorder": recorder(build, workload_cpu, others, seconds, times),
            "captures": writing(build, workload_cpu, others, seconds)}

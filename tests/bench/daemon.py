# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What tvtraced itself costs: CPU per record, the rate it keeps up with, and its idle needs."""

import contextlib
import glob
import json
import time

import tracing
from tracers import SERVICE, TVTRACED
from workload import YieldPair

SETTLE_S = 2


def thread_files(pid, name):
    for path in glob.glob(f"/proc/{pid}/task/*/{name}"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            with open(path, encoding="ascii", errors="replace") as file:
                yield file.read()


def cpu_ns(pid):
    """CPU time of all threads of a process, user and system."""
    return sum(int(text.split()[0]) for text in thread_files(pid, "schedstat"))


def fields(text):
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)


def own_switches(pid):
    counts = (fields(text) for text in thread_files(pid, "status"))
    return sum(int(count["voluntary_ctxt_switches"]) + int(count["nonvoluntary_ctxt_switches"])
               for count in counts)


def resident(pid):
    """Resident memory in bytes: all of it, and the anonymous part."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        status = fields(file.read())
    return {name: int(status[key].split()[0]) * 1024
            for name, key in (("rss_bytes", "VmRSS"), ("rss_anon_bytes", "RssAnon"))}


def host_switches():
    with open("/proc/stat", encoding="ascii") as file:
        for line in file:
            if line.startswith("ctxt "):
                return int(line.split()[1])
    raise RuntimeError("no ctxt in /proc/stat")


class Sample:
    """A publication as it arrived, and the CPU that the daemon had used by then."""

    def __init__(self, running, line):
        self.publication = json.loads(line)
        self.cpu_ns = cpu_ns(running.process.pid)

    def accounting(self, name):
        return self.publication["accounting"][name]


def next_sample(running):
    number = len(running.lines) + 1
    if not running.wait_lines(number, timeout=10):
        raise tracing.Unavailable("tvtraced published nothing for 10 s")
    return Sample(running, running.lines[number - 1])


def under_load(build, name, load_cpus, pairs_per_cpu, daemon_cpus, seconds, tracer=TVTRACED):
    """One step of load: yield pairs on some CPUs, the daemon on some, for some seconds."""
    with contextlib.ExitStack() as stack:
        pairs = [stack.enter_context(YieldPair(build + "/bench", cpu))
                 for cpu in load_cpus for _ in range(pairs_per_cpu)]
        running = tracing.start(tracer, build, daemon_cpus)
        try:
            end = time.monotonic() + seconds
            for pair in pairs:
                pair.start_load("thread", seconds)
            next_sample(running)  # the interval in which the load began
            first = last = next_sample(running)
            while time.monotonic() < end - 1:
                last = next_sample(running)
            for pair in pairs:
                pair.finish_load()
        finally:
            running.stop()
    final = json.loads(running.lines[-1])
    growth = {name: last.accounting(name) - first.accounting(name) for name in ("seen", "received")}
    used = last.cpu_ns - first.cpu_ns
    elapsed = last.publication["time_ns"] - first.publication["time_ns"]
    return {
        "load": name,
        "switches_per_s": growth["seen"] / elapsed * 1e9,
        "records": growth["received"],
        "cpu_ns_per_record": used / growth["received"],
        "cpu_percent": used / elapsed * 100,
        "spilled": final["accounting"]["spilled"],
        "seen": final["accounting"]["seen"],
        "ring": final["ring"],
    }


def loads(build, cpus, workload_cpu, seconds, times):
    """The steps of load; the first is the one whose CPU per record counts. Of each, the median run."""
    others = cpus - {workload_cpu} or cpus
    steps = [
        ("1 pair, daemon on another CPU", [workload_cpu], 1, others),
        ("1 pair on each CPU", sorted(cpus), 1, cpus),
        ("4 pairs on each CPU", sorted(cpus), 4, cpus),
    ]
    runs = [[under_load(build, name, load_cpus, pairs, daemon_cpus, seconds)
             for name, load_cpus, pairs, daemon_cpus in steps] for _ in range(times)]
    medians = [sorted(step, key=lambda run: run["cpu_ns_per_record"])[times // 2]
               for step in zip(*runs)]
    for median, step in zip(medians, zip(*runs)):
        median["spilled"] = sum(run["spilled"] for run in step)
    return medians


def idle_of(running, name, seconds):
    pid = running.process.pid
    time.sleep(SETTLE_S)
    start, cpu, own, host = time.monotonic(), cpu_ns(pid), own_switches(pid), host_switches()
    time.sleep(seconds)
    elapsed = time.monotonic() - start
    return {
        "options": name,
        "seconds": elapsed,
        "own_switches_per_s": (own_switches(pid) - own) / elapsed,
        "host_switches_per_s": (host_switches() - host) / elapsed,
        "cpu_percent": (cpu_ns(pid) - cpu) / elapsed / 1e9 * 100,
        **resident(pid),
    }


def idle(build, cpus, seconds):
    """What it takes on a host that does little: as a service, and with JSON every second."""
    results = []
    for tracer in (SERVICE, TVTRACED):
        running = tracing.start(tracer, build, cpus)
        try:
            options = " ".join(tracer.command[1:]).replace("{dir}/", "")
            results.append(idle_of(running, options, seconds))
        finally:
            running.stop()
    results[-1]["ring"] = json.loads(running.lines[-1])["ring"]
    return results

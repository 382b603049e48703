# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The tracers that are compared: one table row each."""

import dataclasses
import os
import shutil
import signal
import typing

# perf, trace-cmd and bpftrace start it once they are attached.
WHEN_ATTACHED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "when_attached.sh")

# Some machines refuse root to touch the function tracer, which trace-cmd resets although it does
# not use it. There, a private mount namespace puts plain files over those of the function tracer.
FUNCTION_TRACER = "/proc/sys/kernel/ftrace_enabled"
WITHOUT_FUNCTION_TRACER = r"""
for path in /proc/sys/kernel/ftrace_enabled /sys/kernel/tracing/set_ftrace_filter \
		/sys/kernel/tracing/set_ftrace_notrace /sys/kernel/tracing/set_ftrace_pid; do
	[ -e "$path" ] || continue
	: >"${path##*/}"
	mount --bind "${path##*/}" "$path"
done
exec "$@"
"""


# Of which Debian package each program is; together they are BENCH_PACKAGES of tools/packages.sh.
PACKAGES = {
    "/usr/sbin/cpudist": "libbpf-tools",
    "/usr/sbin/runqlat": "libbpf-tools",
    "/usr/sbin/runqslower": "libbpf-tools",
    "cpudist-bpfcc": "bpfcc-tools",
    "runqlat-bpfcc": "bpfcc-tools",
    "bpftrace": "bpftrace",
    "perf": "linux-perf",
    "trace-cmd": "trace-cmd",
}


@dataclasses.dataclass(frozen=True)
class Tracer:
    name: str
    gives: str  # what its user gets
    command: list  # {build}, {dir}: the build folder, a directory for the run's files
    ready: str = "^tracer is attached"  # in the line of output that tells that it is attached
    ready_file: typing.Optional[str] = None  # instead: in {dir}, there once it is attached
    role: str = "peer"  # "peer": to be undercut; "counter": only counts; "reference"
    stop_signal: signal.Signals = signal.SIGINT
    keeps_output: bool = False
    busy_status: typing.Optional[int] = None  # its exit status when another instance runs

    @property
    def package(self):
        """The Debian package of the program that it is, if it is none of this repository."""
        return next((PACKAGES[word] for word in self.command if word in PACKAGES), None)

    def is_installed(self):
        return all(shutil.which(word) for word in self.command if word in PACKAGES)

    def argv(self, build, directory):
        return [word.replace("{build}", build).replace("{dir}", directory)
                for word in self.command]


def trace_cmd(*arguments):
    command = ["trace-cmd", *arguments]
    try:
        with open(FUNCTION_TRACER, "r+", encoding="ascii") as file:
            value = file.read()
            file.seek(0)
            file.write(value)
    except FileNotFoundError:
        pass
    except OSError:
        return ["unshare", "-m", "/bin/sh", "-c", WITHOUT_FUNCTION_TRACER, "sh", *command]
    return command


def bpftrace(program):
    return ["bpftrace", "-e", program, "-c", f"/bin/sh {WHEN_ATTACHED}"]


def tvtraced(*options, name="tvtraced", **how_it_tells):
    """The daemon; how_it_tells: what Tracer calls ready or ready_file."""
    return Tracer(
        name, "labels, costs and histograms, by thread and group",
        ["{build}/tvtraced", *options], role="reference", stop_signal=signal.SIGTERM,
        keeps_output=True, busy_status=8, **how_it_tells)


NOTHING = Tracer("nothing", "the noise of this table", [WHEN_ATTACHED], role="reference",
                 stop_signal=signal.SIGTERM)
EMPTY = Tracer("empty programs", "the floor: BPF on both tracepoints",
               ["{build}/bench/attach", "{build}/bench/empty.bpf.o"], "ready", role="reference")
LIMIT = Tracer("two clock reads", "the limit: empty programs and a clock read in each",
               ["{build}/bench/attach", "{build}/bench/clocks.bpf.o"], "ready", role="reference")
TVTRACED = tvtraced("--json", "--interval", "1", ready=r"^\{")
WITHOUT_WAITS = tvtraced("--json", "--interval", "1", "--no-wait", ready=r"^\{",
                         name="tvtraced, no waits")
WITH_TLB = tvtraced("--json", "--interval", "1", "--tlb", ready=r"^\{", name="tvtraced, --tlb")
SERVICE = tvtraced("--quiet", "--textfile", "{dir}/tvtraced.prom", ready_file="tvtraced.prom")

PEERS = [
    Tracer("cpudist (libbpf-tools)", "histogram of time on CPU",
           ["stdbuf", "-oL", "/usr/sbin/cpudist"], "Hit Ctrl-C"),
    Tracer("runqlat (libbpf-tools)", "histogram of run-queue latency",
           ["stdbuf", "-oL", "/usr/sbin/runqlat"], "Hit Ctrl-C"),
    Tracer("runqslower (libbpf-tools)", "long run-queue latencies",
           ["stdbuf", "-oL", "/usr/sbin/runqslower"], "^TIME"),
    Tracer("cpudist (bcc)", "histogram of time on CPU", ["cpudist-bpfcc"], "Hit Ctrl-C"),
    Tracer("runqlat (bcc)", "histogram of run-queue latency", ["runqlat-bpfcc"], "Hit Ctrl-C"),
    Tracer("bpftrace, @ = count()", "one number",
           bpftrace("tracepoint:sched:sched_switch { @ = count(); }"), role="counter"),
    Tracer("bpftrace, @[next_comm] = count()", "switches by program name",
           bpftrace("tracepoint:sched:sched_switch { @[args->next_comm] = count(); }")),
    Tracer("perf stat -e sched:sched_switch", "one number",
           ["perf", "stat", "-a", "-e", "sched:sched_switch", "--", WHEN_ATTACHED],
           role="counter"),
    Tracer("perf record -e sched:sched_switch", "file of all switches",
           ["perf", "record", "-a", "-B", "-e", "sched:sched_switch", "-o", "{dir}/perf.data",
            "--", WHEN_ATTACHED]),
    Tracer("perf sched record", "file of all scheduler events",
           ["perf", "sched", "record", "-o", "{dir}/perf.data", "--", WHEN_ATTACHED]),
    Tracer("perf trace -e sched:sched_switch", "a line per switch",
           ["perf", "trace", "-a", "-e", "sched:sched_switch", "-o", "/dev/null",
            "--", WHEN_ATTACHED]),
    Tracer("trace-cmd record -e sched_switch", "file of all switches",
           trace_cmd("record", "-e", "sched_switch", "-o", "{dir}/trace.dat", WHEN_ATTACHED)),
]

NOT_RUN = {
    "lttng": "needs the kernel modules of lttng-modules",
    "sysdig": "needs the kernel module scap",
    "systemtap": "needs to build and load a kernel module",
}

ALL = [NOTHING, EMPTY, LIMIT, TVTRACED, WITHOUT_WAITS, WITH_TLB, *PEERS]


def split_by_installed(tracers):
    """Returns those that can be started here, and those whose program is missing."""
    return ([tracer for tracer in tracers if tracer.is_installed()],
            [tracer for tracer in tracers if not tracer.is_installed()])

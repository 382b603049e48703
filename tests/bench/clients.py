# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What clients cost on a crowded host: snapshots of all of it, and `tvtrace top`."""

import contextlib
import fcntl
import json
import os
import pty
import signal
import socket
import statistics
import struct
import subprocess
import tempfile
import termios
import threading
import time

import tracing
from daemon import cpu_ns
from tracers import SERVICE

PID_MAX = "/proc/sys/kernel/pid_max"
SOCKET = "/run/tvtraced/control.sock"
READY_TIMEOUT = 90
REPLY_TIMEOUT = 60
CAPTURES = 5


class TooMany(tracing.Unavailable):
    """So many tasks this machine does not hold."""


def read_number(path):
    with open(path, encoding="ascii") as file:
        return int(file.read())


def write_number(path, number):
    with open(path, "w", encoding="ascii") as file:
        file.write(str(number))


@contextlib.contextmanager
def room_for(tasks):
    """More pids than the host has by default, for as long as they are needed."""
    before = read_number(PID_MAX)
    if before < 2 * tasks:
        write_number(PID_MAX, 2 * tasks)
    try:
        yield
    finally:
        write_number(PID_MAX, before)


@contextlib.contextmanager
def crowd(build, groups, threads, period_ms):
    command = [f"{build}/bench/crowd", str(groups), str(threads), str(period_ms)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    killer = threading.Timer(READY_TIMEOUT, process.kill)
    killer.start()
    try:
        if process.stdout.readline() != "ready\n":
            raise TooMany(process.stderr.read().strip() or f"no crowd of {groups} gathers here")
        killer.cancel()
        yield process
    finally:
        killer.cancel()
        process.stdin.close()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@contextlib.contextmanager
def largest_crowd(build, groups, threads, period_ms):
    """
    Half as many groups of twice as many threads, while this machine does not hold so many, or does
    not fork them in time: where the kernel samples who uses which page (DAMON), that takes the
    longer the more processes there are.
    """
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(crowd(build, groups, threads, period_ms))
                break
            except TooMany:
                groups, threads = groups // 2, threads * 2
                if not groups:
                    raise
        yield


def ask(**members):
    """One reply, and the seconds until all of it was there."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(REPLY_TIMEOUT)
        connection.connect(SOCKET)
        start, reply = time.monotonic(), bytearray()
        connection.sendall(json.dumps({"version": 1, **members}).encode() + b"\n")
        while not reply.endswith(b"\n"):
            data = connection.recv(1 << 20)
            if not data:
                raise tracing.Unavailable("tvtraced closed the connection")
            reply += data
        return json.loads(reply), time.monotonic() - start, len(reply)


def snapshots(count):
    """All groups and all threads, again and again."""
    seconds, size = [], 0
    for _ in range(count):
        reply, elapsed, size = ask(op="snapshot",
                                   parts=["nr_groups", "nr_threads", "groups", "threads"])
        seconds.append(elapsed)
    return {"groups": len(reply["groups"]), "threads": len(reply["threads"]), "bytes": size,
            "seconds_median": statistics.median(seconds), "seconds_maximum": max(seconds)}


class OnTerminal:
    """A program on a terminal of 80 x 24 that somebody reads."""

    def __init__(self, *command):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave,
                                        env={**os.environ, "TERM": "xterm"}, start_new_session=True)
        os.close(slave)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        with contextlib.suppress(OSError):  # the other side is closed
            while os.read(self.master, 65536):
                pass

    def pids(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children",
                  encoding="ascii") as file:
            return [self.process.pid, *map(int, file.read().split())]

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.reader.join()
        os.close(self.master)


def top(build, daemon_pid, keys, seconds):
    """CPU that top takes, and that the daemon takes while it is asked."""
    screen = OnTerminal(f"{build}/tvtrace", "top")
    try:
        time.sleep(5)  # the first reply has all that there is
        os.write(screen.master, keys)
        pids = screen.pids()
        start, own, daemon = time.monotonic(), sum(map(cpu_ns, pids)), cpu_ns(daemon_pid)
        time.sleep(seconds)
        elapsed = (time.monotonic() - start) * 1e9
        own, daemon = sum(map(cpu_ns, pids)) - own, cpu_ns(daemon_pid) - daemon
        if screen.process.poll() is not None:
            raise tracing.Unavailable("tvtrace top ended")
    finally:
        screen.close()
    return {"cpu_percent": own / elapsed * 100, "daemon_cpu_percent": daemon / elapsed * 100}


def probe():
    return ask(op="snapshot", parts=["probe"])[0]["probe"]


def captures(build):
    """Short ones, of which each begins with the names of all tasks."""
    seconds, before = [], probe()["longest_pause_ns"]
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(CAPTURES):
            start = time.monotonic()
            subprocess.run([f"{build}/tvtrace", "capture", "--force", "--last", "1", "-o",
                            f"{directory}/t.pftrace"], stdin=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=REPLY_TIMEOUT, check=True)
            seconds.append(time.monotonic() - start)
        size = os.path.getsize(f"{directory}/t.pftrace")
    return {"seconds_median": statistics.median(seconds), "bytes": size,
            "longest_pause_before_ns": before}


def measure(build, cpus, groups, threads_per_group, period_ms, count, seconds):
    with room_for(groups * threads_per_group), \
            largest_crowd(build, groups, threads_per_group, period_ms):
        running = tracing.start(SERVICE, build, cpus)
        try:
            pid = running.process.pid
            time.sleep(5)
            before = cpu_ns(pid)
            time.sleep(seconds)
            alone = (cpu_ns(pid) - before) / seconds / 1e9 * 100
            result = snapshots(count)
            result["top"] = {"applications": top(build, pid, b"", seconds),
                             "groups": top(build, pid, b"\r", seconds)}
            result["captures"] = captures(build)
            last, _, _ = ask(op="snapshot", parts=["probe", "accounting", "ring", "tables"])
        finally:
            running.stop()
    return {**result, "period_ms": period_ms, "daemon_alone_cpu_percent": alone,
            "probe": last["probe"], "spilled": last["accounting"]["spilled"],
            "seen": last["accounting"]["seen"], "tables": last["tables"]}

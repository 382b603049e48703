# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The daemon under test, run as its users run it."""

import contextlib
import glob
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TVTRACED = os.path.abspath(os.environ.get("TVTRACED", ROOT / "build" / "tvtraced"))
SANITIZED = os.path.basename(os.path.dirname(TVTRACED)) in ("asan", "tsan")

# user/exit_status.h
OK, FAILED, USAGE, NO_PRIVILEGE, NO_BTF, NO_RINGBUF, NO_SWITCH, TEXTFILE, ALREADY_RUNS, SOCKET = (
    range(10))

# Sanitizers and a busy machine make everything slower; nothing here waits that long in vain.
# A guest is many times slower, and shares its CPU with others.
GUEST = "TVTRACED_GUEST" in os.environ
PATIENCE_S = 180 if GUEST else 60
LOCK_PATIENCE_S = 300
# How often a tracer publishes, unless a test says so: reading it keeps a guest busy.
INTERVAL_S = 0.25 if GUEST else 0.1


# Said at the start, where it is so; of no interest to what else is expected.
NO_GROUP = "tvtraced: there is no group tvtrace: only root may connect to "


def without_no_group(stderr):
    return "".join(line for line in stderr.splitlines(keepends=True)
                   if not line.startswith(NO_GROUP))


def host_switches():
    """The kernel's own count of all switches of the host since boot."""
    with open("/proc/stat", "rb") as file:
        for line in file:
            if line.startswith(b"ctxt "):
                return int(line.split()[1])
    raise RuntimeError("no ctxt in /proc/stat")


def run(*options, wait_for_lock=True, timeout=PATIENCE_S, command=(TVTRACED,), **popen):
    """Runs tvtraced to its end, once nobody else on this machine runs it."""
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while True:
        result = subprocess.run([*command, *options], stdin=subprocess.DEVNULL, timeout=timeout,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                check=False, **popen)
        if result.returncode != ALREADY_RUNS or not wait_for_lock:
            result.stderr = without_no_group(result.stderr)
            return result
        assert time.monotonic() < deadline, "another tvtraced does not end"
        time.sleep(0.5)


def switches_out_of_pid_1():
    """The kernel's own count for each thread of PID 1."""
    counts = {}
    for path in glob.glob("/proc/1/task/*/status"):
        with contextlib.suppress(OSError), open(path, "rb") as file:
            counts[path] = sum(int(line.split()[1]) for line in file if b"_ctxt_switches" in line)
    return counts


class Arrival:
    """When a publication arrived, and how many switches the kernel had counted by then."""

    def __init__(self, earlier=None):
        self.switches = host_switches()
        # Threads that have ended keep what they had.
        self.pid_1 = {**(earlier.pid_1 if earlier else {}), **switches_out_of_pid_1()}
        self.time_ns = time.monotonic_ns()


class Tracer:
    """A running tvtraced. With JSON its publications arrive in the background."""

    def __init__(self, *options, json_output=True, interval=INTERVAL_S, command=(TVTRACED,)):
        self.command = [*command, "--interval", str(interval), *map(str, options)]
        self.json_output = json_output
        self.rare = interval > 60  # its first publication is not waited for
        if json_output:
            self.command.append("--json")
        self.publications = []
        self.arrivals = []
        self._change = threading.Condition()
        self.reading = threading.Event()  # cleared: nobody reads what it says
        self.reading.set()
        try:
            self._start()
        except BaseException:
            self.kill()
            raise

    def _start(self):
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while True:
            self._launch()
            # The first output tells that everything is attached.
            if self.rare:
                started = self._await_socket()
            else:
                self._await(lambda: self.publications or self._over or self._failure)
                started = self.publications
            if started:
                return
            self._reader.join()
            status = self.process.wait(PATIENCE_S)
            if status != ALREADY_RUNS or time.monotonic() > deadline:
                raise AssertionError(f"tvtraced ended with {status}: {self.stderr()}")
            time.sleep(0.5)

    def _await_socket(self):
        """Whether it answers; it does from when everything is attached."""
        deadline = time.monotonic() + PATIENCE_S
        while not self._over:
            with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
                probe.settimeout(PATIENCE_S)
                probe.connect("/run/tvtraced/control.sock")
                probe.sendall(b'{"version":1,"op":"snapshot","parts":["tables"]}\n')
                if probe.recv(4096).startswith(b'{"version":1,"seq"'):
                    return True
            assert time.monotonic() < deadline, "tvtraced does not answer"
            time.sleep(0.02)
        return False

    def _launch(self):
        self._over, self._failure = False, None
        self.start = Arrival()
        self._stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self._stderr)
        self.pid = self.process.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        arrival = self.start
        for line in self.process.stdout:
            arrival = Arrival(arrival)
            try:
                publication = json.loads(line) if self.json_output else line.decode()
            except ValueError as error:
                self._failure = f"bad output: {error}: {line[:200]!r}"
                publication = None
            with self._change:
                if publication is not None:
                    self.publications.append(publication)
                    self.arrivals.append(arrival)
                self._change.notify_all()
            self.reading.wait()
        with self._change:
            self._over = True
            self._change.notify_all()

    def _await(self, condition, timeout=PATIENCE_S):
        with self._change:
            arrived = self._change.wait_for(condition, timeout)
        assert not self._failure, self._failure
        assert arrived, "tvtraced publishes nothing"

    def raw_stderr(self):
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="backslashreplace")

    def stderr(self):
        return without_no_group(self.raw_stderr())

    def publication(self, number):
        """The publication with that number, once it has arrived."""
        self._await(lambda: len(self.publications) > number or self._over)
        assert len(self.publications) > number, f"tvtraced ended: {self.stderr()}"
        return self.publications[number]

    def after(self, time_ns):
        """A publication about a moment that is certainly later than `time_ns`."""
        # Its figures are taken between the one before it and its own time stamp.
        number = len(self.publications)
        while number < 2 or self.publication(number - 2)["time_ns"] <= time_ns:
            number += 1
        return self.publication(number - 1)

    def fresh(self):
        return self.after(time.monotonic_ns())

    def send(self, number):
        os.kill(self.pid, number)

    def stop(self, number=signal.SIGTERM, expected_stderr=""):
        """Ends tvtraced, which must go in good order; returns the last publication."""
        if self.process.returncode is None:
            self.send(signal.SIGCONT)
            self.send(number)
            self.finish(expected_stderr)
        return self.publications[-1]

    def finish(self, expected_stderr=""):
        """Waits for tvtraced to end by itself."""
        try:
            status = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._reader.join(PATIENCE_S)
        assert (status, self.stderr()) == (OK, expected_stderr)
        assert not self._failure, self._failure

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)

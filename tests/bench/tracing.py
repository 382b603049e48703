# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A tracer as a running process: started, awaited until it is attached, stopped, cleaned up."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

READY_TIMEOUT = 15
STOP_TIMEOUT = 20
BUSY_TIMEOUT = 120  # another tvtraced on this machine
MAX_MESSAGES = 100
COMPLAINT = re.compile(r"error|cannot|unable|fail|not permitted", re.IGNORECASE)


class Unavailable(Exception):
    """The tracer does not run here; the text says why."""


class Disturbed(Unavailable):
    """Something else on this machine would be measured too."""


class Running:
    """One process of a tracer, in a process group and with a directory of its own."""

    def __init__(self, tracer, build, cpus=None):
        self.tracer = tracer
        self.directory = tempfile.mkdtemp(prefix="tvtraced-bench-")
        self.lines = []  # of standard output, if the tracer keeps it
        self.messages = []
        self.ready = False
        self.streams = 2
        self.changed = threading.Condition()
        try:
            self.process = subprocess.Popen(
                tracer.argv(build, self.directory), cwd=self.directory,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, errors="replace", start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"})
        except FileNotFoundError as error:
            shutil.rmtree(self.directory)
            raise Unavailable(f"{error.filename} is not installed") from error
        if cpus:
            os.sched_setaffinity(self.process.pid, cpus)
        self.readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, tracer.keeps_output)),
            threading.Thread(target=self._read, args=(self.process.stderr, False))]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, keep):
        for line in stream:
            with self.changed:
                if keep:
                    self.lines.append(line)
                elif len(self.messages) < MAX_MESSAGES:
                    self.messages.append(line.strip())
                self.ready = self.ready or bool(re.search(self.tracer.ready, line))
                self.changed.notify_all()
        with self.changed:
            self.streams -= 1
            self.changed.notify_all()

    def wait_ready(self):
        """Returns once the tracer is attached; raises Unavailable if it never is."""
        if self.tracer.ready_file:
            self._wait_file(os.path.join(self.directory, self.tracer.ready_file))
        with self.changed:
            self.changed.wait_for(lambda: self.ready or not self.streams, READY_TIMEOUT)
            if self.ready:
                return
        raise Unavailable(self._why())

    def _wait_file(self, path):
        deadline = time.monotonic() + READY_TIMEOUT
        while not self.ready and self.streams and time.monotonic() < deadline:
            time.sleep(0.05)
            self.ready = os.path.exists(path)

    def is_busy(self):
        """Whether it gave up because another instance runs on this machine; only after stop()."""
        return self.process.returncode == self.tracer.busy_status

    def wait_lines(self, count, timeout):
        """Waits until `count` lines of output are there; returns whether they are."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.lines) >= count, timeout)

    def _why(self):
        messages = [message for message in self.messages if message]
        complaints = [message for message in messages if COMPLAINT.search(message)]
        reason = (complaints or messages or ["it did not say that it is attached"])[0]
        return reason.split(". ")[0][:100]

    def _signal_group(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def stop(self):
        """Ends it as a terminal would, waits for the last output, removes the directory."""
        self._signal_group(self.tracer.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_TIMEOUT)
        self._signal_group(signal.SIGKILL)  # whatever is left
        self.process.wait()
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def next_publication(running):
    """The second one from now: the next may be on its way already."""
    running.wait_lines(len(running.lines) + 2, 5)
    return json.loads(running.lines[-1])


def foreign_daemons():
    """Pids of every tvtraced on this machine; none of them is ours while we run none."""
    pids = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError), open(f"/proc/{name}/comm", "rb") as file:
            if file.read() == b"tvtraced\n":
                pids.append(int(name))
    return pids


def wait_alone():
    """Another tvtraced would be part of all that is measured: waits until there is none."""
    deadline = time.monotonic() + BUSY_TIMEOUT
    while pids := foreign_daemons():
        if time.monotonic() > deadline:
            raise Disturbed(f"another tvtraced runs (pid {pids[0]}) and would be measured too; "
                            "stop it first")
        time.sleep(0.5)


def start(tracer, build, cpus=None):
    """Starts a tracer and waits until it is attached. A busy tvtraced is waited for."""
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        running = Running(tracer, build, cpus)
        try:
            running.wait_ready()
            return running
        except Unavailable:
            running.stop()
            if not running.is_busy() or time.monotonic() > deadline:
                raise
            time.sleep(1)
        except BaseException:
            running.stop()
            raise

# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A tracer as a running process: started, awaited until it is attached, stopped, cleaned up."""

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
COMPLAINT = re.compile(r"error|cannot|unable|fail|not permitted", re.IGNORECASE)


class Unavailable(Exception):
    """The tracer does not run here; the text says why."""


class Running:
    """One process of a tracer, in a process group and with a directory of its own."""

    def __init__(self, tracer, build, cpus=None):
        self.tracer = tracer
        self.directory = tempfile.mkdtemp(prefix="tvtraced-bench-")
        self.lines = []  # (time.monotonic() of arrival, line)
        self.complaints = []
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
            threading.Thread(target=self._read, args=(self.process.stdout, self._keep_line)),
            threading.Thread(target=self._read, args=(self.process.stderr, self._keep_complaint))]
        for reader in self.readers:
            reader.start()

    @property
    def pid(self):
        return self.process.pid

    def _read(self, stream, keep):
        for line in stream:
            with self.changed:
                keep(line.rstrip("\n"))
                self.ready = self.ready or bool(re.search(self.tracer.ready, line))
                self.changed.notify_all()
        with self.changed:
            self.streams -= 1
            self.changed.notify_all()

    def _keep_line(self, line):
        if self.tracer.keeps_output:
            self.lines.append((time.monotonic(), line))

    def _keep_complaint(self, line):
        if len(self.complaints) < 100:
            self.complaints.append(line)

    def wait_ready(self):
        """Returns once the tracer said that it is attached; raises Unavailable if it never does."""
        with self.changed:
            self.changed.wait_for(lambda: self.ready or not self.streams, READY_TIMEOUT)
            if self.ready:
                return
        raise Unavailable(self._why())

    def is_busy(self):
        """Whether it gave up because another instance runs on this machine."""
        busy = self.tracer.busy
        return bool(busy) and any(re.search(busy, line) for line in self.complaints)

    def wait_lines(self, count, timeout):
        """Waits until `count` lines of output are there; returns whether they are."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.lines) >= count, timeout)

    def _why(self):
        lines = [line.strip() for line in self.complaints if line.strip()]
        telling = [line for line in lines if COMPLAINT.search(line)]
        return (telling or lines or ["it did not say that it is attached"])[0].split('. ')[0][:100]

    def _signal_group(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def stop(self):
        """Ends it as a terminal would, waits for the last output, removes the directory."""
        self._signal_group(self.tracer.stop_signal)
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            pass
        self._signal_group(signal.SIGKILL)  # whatever is left
        self.process.wait()
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        shutil.rmtree(self.directory, ignore_errors=True)


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

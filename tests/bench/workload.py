# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The yield pair, driven over its pipes (the protocol stands in yield_pair.c)."""

import statistics
import subprocess

KINDS = ("thread", "process")


class Windows:
    """The windows of one kind in one block, as nanoseconds per switch."""

    def __init__(self, samples):
        self.ns = [elapsed / switches for elapsed, switches in samples if switches]
        self.elapsed_ns = sum(elapsed for elapsed, _ in samples)
        self.switches = sum(switches for _, switches in samples)

    @property
    def minimum(self):
        return min(self.ns)

    @property
    def median(self):
        return statistics.median(self.ns)

    @property
    def mean(self):
        return self.elapsed_ns / self.switches


class YieldPair:
    """One process of yield_pair, pinned to `cpu`; idle between commands."""

    def __init__(self, build, cpu):
        self.process = subprocess.Popen(
            [f"{build}/yield_pair", str(cpu)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def _send(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("yield_pair ended unexpectedly")
        return line.split()

    def windows(self, count, yields):
        """Runs `count` windows of each kind, alternating; returns {kind: Windows}."""
        samples = {kind: [] for kind in KINDS}
        self._send(f"windows {count} {yields}")
        while (answer := self._answer()) != ["end"]:
            samples[answer[0]].append((int(answer[1]), int(answer[2])))
        return {kind: Windows(samples[kind]) for kind in KINDS}

    def start_load(self, kind, seconds):
        """Begins to yield for `seconds`; finish_load() waits for the end."""
        self._send(f"load {kind} {round(seconds * 1000)}")

    def finish_load(self):
        """Returns (elapsed ns, switches) of the load that was started."""
        _, elapsed, switches = self._answer()
        return int(elapsed), int(switches)
